import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { CommandAsked } from '../api/commands.ts';
import type { Uploads } from '../platform/uploads/uploads.ts';

/** The files that were sent for one command, each field's under a path of this machine. */
export interface PlacedFiles {
  /** By field of the input. */
  readonly paths: Readonly<Record<string, string>>;
  /** A text as whoever typed the command should read it: their paths, not ours. */
  readonly asTyped: (text: string) => string;
  /** Takes the names away; the files themselves as well, once the command has read them. */
  readonly release: (done: boolean) => Promise<void>;
}

/** Gives sent files names in a folder of this command’s own. Throws `upload_missing`. */
export const placeFiles = async (
  uploads: Uploads,
  tenantId: string,
  asked: CommandAsked['files'],
): Promise<PlacedFiles> => {
  const fields = Object.entries(asked).map(([field, sent], index) => ({
    ...{ field, sent },
    below: [String(index), sent.name],
  }));
  const files = fields.flatMap(({ sent, below }) =>
    sent.parts.map((part) => ({ ...part, path: [...below, ...part.path] })),
  );
  const run = randomUUID();
  const folder = await uploads.place(tenantId, run, files);
  const places = fields.map(({ field, sent, below }) => ({
    ...{ field, typed: sent.typed },
    path: join(folder, ...below),
  }));
  return {
    paths: Object.fromEntries(places.map(({ field, path }) => [field, path])),
    asTyped: (text) =>
      places.reduce((known, { path, typed }) => known.replaceAll(path, typed), text),
    release: (done) => uploads.release(tenantId, run, done ? files : []),
  };
};
