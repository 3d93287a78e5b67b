import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { link, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { inputError, outsideError } from '../../domain/errors.ts';

/** A file by what is in it: nobody can put another in its place, and the same twice is sent once. */
export interface SentFile {
  /** SHA-256 in hexadecimal. */
  readonly digest: string;
  readonly bytes: number;
}

/** Where files that clients send lie until a command has read them, each tenant's apart. */
export interface Uploads {
  /** How many bytes of a file are here: a transfer that was cut off goes on from there. */
  readonly held: (tenantId: string, file: SentFile) => Promise<number>;
  /**
   * Adds a piece at its place and gives how much is here then. Throws `upload_conflict` when the piece does not follow
   * what is here, `upload_differs` when the whole is not what its digest says, `upload_full` when the tenant's share or
   * the disk is full.
   */
  readonly append: (
    tenantId: string,
    file: SentFile,
    offset: number,
    piece: Uint8Array,
  ) => Promise<number>;
  /** Gives whole files names below a folder of their own. Throws `upload_missing`. */
  readonly place: (tenantId: string, run: string, files: readonly PlacedFile[]) => Promise<string>;
  /** Deletes a placed folder, and with `done` the files that it was made of. */
  readonly release: (tenantId: string, run: string, done: readonly SentFile[]) => Promise<void>;
  /** Deletes what nobody came back for; `before` in milliseconds since 1970. */
  readonly purge: (before: number) => Promise<void>;
}

export interface PlacedFile extends SentFile {
  /** Segments below the folder. */
  readonly path: readonly string[];
}

/** What one tenant's files may take altogether. */
const SHARE_BYTES = 20 * 1024 ** 3;

/** Beside the database, in the data folder. */
export const uploadsFolder = (dataDir: string): string => join(dataDir, 'uploads');

interface Layout {
  readonly pool: (tenantId: string) => string;
  readonly runs: (tenantId: string) => string;
  readonly whole: (tenantId: string, file: SentFile) => string;
  readonly part: (tenantId: string, file: SentFile) => string;
}

const layoutOf = (folder: string): Layout => {
  const pool = (tenantId: string) => join(folder, tenantId, 'files');
  const whole = (tenantId: string, { digest }: SentFile) => join(pool(tenantId), digest);
  return {
    ...{ pool, whole },
    runs: (tenantId) => join(folder, tenantId, 'runs'),
    part: (tenantId, file) => `${whole(tenantId, file)}.part`,
  };
};

/** Opens the folder; it is made when the first file comes. */
export const openUploads = (folder: string, shareBytes = SHARE_BYTES): Uploads => {
  const at = layoutOf(folder);
  const busy = new Set<string>();
  const held = (tenantId: string, file: SentFile) => heldOf(at, tenantId, file);
  return {
    held,
    append: async (tenantId, file, offset, piece) => {
      const path = at.part(tenantId, file);
      // INVARIANT: one piece of a file at a time, so that two senders of the same file cannot tear it.
      if (busy.has(path)) throw doesNotFollow(await held(tenantId, file));
      busy.add(path);
      try {
        return await append(at, { tenantId, file, offset, piece, shareBytes });
      } finally {
        busy.delete(path);
      }
    },
    place: async (tenantId, run, files) => {
      const own = join(at.runs(tenantId), run);
      await mkdir(own, { recursive: true, mode: 0o700 });
      for (const file of files) {
        const path = join(own, ...file.path);
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        await link(at.whole(tenantId, file), path).catch((cause: unknown) => {
          throw missing(file, cause);
        });
      }
      return own;
    },
    release: async (tenantId, run, done) => {
      await rm(join(at.runs(tenantId), run), { recursive: true, force: true });
      for (const file of done) await rm(at.whole(tenantId, file), { force: true });
    },
    purge: async (before) => {
      for (const tenantId of await namesIn(folder)) {
        await purgeOld(at.pool(tenantId), before);
        await purgeOld(at.runs(tenantId), before);
      }
    },
  };
};

const heldOf = async (at: Layout, tenantId: string, file: SentFile): Promise<number> =>
  (await sizeOf(at.whole(tenantId, file))) ?? (await sizeOf(at.part(tenantId, file))) ?? 0;

const append = async (
  at: Layout,
  {
    tenantId,
    file,
    offset,
    piece,
    shareBytes,
  }: {
    readonly tenantId: string;
    readonly file: SentFile;
    readonly offset: number;
    readonly piece: Uint8Array;
    readonly shareBytes: number;
  },
): Promise<number> => {
  if ((await sizeOf(at.whole(tenantId, file))) !== null) return file.bytes;
  const path = at.part(tenantId, file);
  const here = (await sizeOf(path)) ?? 0;
  const end = offset + piece.length;
  if (offset !== here || end > file.bytes) throw doesNotFollow(here);
  if ((await bytesIn(at.pool(tenantId))) + piece.length > shareBytes) throw full();
  await mkdir(at.pool(tenantId), { recursive: true, mode: 0o700 });
  await write(path, offset, piece);
  if (end < file.bytes) return end;
  if ((await digestOf(path)) !== file.digest) {
    await rm(path);
    throw differs();
  }
  await rename(path, at.whole(tenantId, file));
  return file.bytes;
};

const sizeOf = async (path: string): Promise<number | null> => {
  try {
    return (await stat(path)).size;
  } catch {
    return null;
  }
};

const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);

const bytesIn = async (folder: string): Promise<number> => {
  const sizes = await Promise.all(
    (await namesIn(folder)).map((name) => sizeOf(join(folder, name))),
  );
  return sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
};

const write = async (path: string, offset: number, piece: Uint8Array): Promise<void> => {
  const file = await open(path, offset === 0 ? 'w' : 'r+', 0o600);
  try {
    await file.write(piece, 0, piece.length, offset);
  } catch (cause) {
    // A piece half written would be taken for one that arrived.
    await file.truncate(offset).catch(() => undefined);
    if ((cause as NodeJS.ErrnoException).code === 'ENOSPC') throw full(cause);
    throw cause;
  } finally {
    await file.close();
  }
};

/** The digest of a file, read piece by piece. */
export const digestOf = async (path: string): Promise<string> => {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
};

const purgeOld = async (folder: string, before: number): Promise<void> => {
  for (const name of await namesIn(folder)) {
    const path = join(folder, name);
    if ((await stat(path)).mtimeMs < before) await rm(path, { recursive: true, force: true });
  }
};

const doesNotFollow = (here: number) =>
  inputError('upload_conflict', `${String(here)} bytes of this file are here; go on from there`, {
    held: here,
  });

const differs = () =>
  inputError(
    'upload_differs',
    'what arrived is not what its digest says: the file changed while it was sent; send it again',
  );

const full = (cause?: unknown) =>
  outsideError(
    'upload_full',
    'the server has no room for this file: free some disk, or send less at a time',
    cause,
  );

const missing = ({ digest }: SentFile, cause: unknown) =>
  inputError(
    'upload_missing',
    `the file ${digest.slice(0, 12)}… is not here (any more); run the command again, it is sent again`,
    { cause: String(cause) },
  );
