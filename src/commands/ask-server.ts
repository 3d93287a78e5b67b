import { open, readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { runCommandRoute, type CommandAsked } from '../api/commands.ts';
import { heldRoute, PIECE_BYTES, sendPieceRoute } from '../api/uploads.ts';
import { inputError, outsideError } from '../domain/errors.ts';
import type { Client } from '../platform/http/define.ts';
import { callLines, httpClient } from '../platform/http/http-client.ts';
import { errorFromProblem } from '../platform/http/problem.ts';
import type { Progress } from '../platform/terminal/progress.ts';
import type { Terminal } from '../platform/terminal/terminal.ts';
import { digestOf, type SentFile } from '../platform/uploads/uploads.ts';
import type { Command, LocalFiles } from './define.ts';
import type { Settings } from './settings.ts';

export interface Asking {
  readonly command: Command;
  /** As typed, and as checked. */
  readonly typed: Readonly<Record<string, unknown>>;
  readonly input: unknown;
  readonly server: { readonly url: string; readonly token: string };
  readonly settings: Pick<Settings, 'tenant' | 'world' | 'json'>;
  readonly terminal: Terminal;
  readonly progress: Progress;
}

/**
 * Has a running server run a command, and prints what it says. The local files that the input names are sent first, and
 * only what the server does not have yet. Gives the exit code; throws what the server's problem says.
 */
export const askServer = async (asking: Asking): Promise<number> => {
  const { command, typed, server, settings, terminal, progress } = asking;
  const local = await localFiles(asking);
  await sendFiles(httpClient(server.url, server.token), local, progress);
  const { tenant, world, json } = settings;
  const body: CommandAsked = {
    ...{ input: typed, tenant, world, json },
    screen: { columns: terminal.columns, color: terminal.style.strong('x') !== 'x' },
    files: Object.fromEntries(local.map(({ field, sent }) => [field, sent])),
  };
  const input = { params: { id: command.id }, body };
  for await (const line of callLines(server.url, server.token, runCommandRoute, input)) {
    if ('progress' in line) progress.report(line.progress);
    else if ('remark' in line) terminal.remark(line.remark);
    else if ('problem' in line) throw errorFromProblem(line.problem);
    else if ('result' in line) {
      progress.end();
      terminal.print(line.result.text);
      return line.result.exitCode;
    }
  }
  throw outsideError(
    'server_went_away',
    `the server at ${server.url} stopped in the middle; run the command again`,
  );
};

interface LocalFile extends SentFile {
  readonly at: string;
  readonly path: string[];
}

interface LocalField {
  readonly field: string;
  readonly files: readonly LocalFile[];
  readonly sent: CommandAsked['files'][string];
}

const localFiles = async ({ command, typed, input, progress }: Asking): Promise<LocalField[]> => {
  const fields: LocalField[] = [];
  for (const each of command.files ?? []) {
    const path = typed[each.field];
    if (typeof path !== 'string') continue;
    const files: LocalFile[] = [];
    for (const names of await namesOf(each, path, input)) {
      const at = join(path, ...names);
      progress.report({ label: `reading ${at}`, done: files.length });
      const { size } = await stat(at);
      files.push({ at, path: names, digest: await digestOf(at), bytes: size });
    }
    const parts = files.map(({ digest, bytes, path: below }) => ({ digest, bytes, path: below }));
    const sent = { typed: path, name: basename(resolve(path)) || 'folder', parts };
    fields.push({ field: each.field, files, sent });
  }
  return fields;
};

/** The files that a field names, as segments below its path: none for a single file, which is the path itself. */
const namesOf = async (
  { list }: LocalFiles<unknown>,
  path: string,
  input: unknown,
): Promise<string[][]> => {
  if (list !== undefined) return (await list(input)).map((name) => name.split('/'));
  const found = await stat(path).catch(() => null);
  if (found === null) throw inputError('file_not_found', `cannot read \`${path}\`: check its name`);
  return found.isDirectory() ? filesBelow(path, []) : [[]];
};

/** Hidden files stay at home, and links are not followed: they may lead anywhere. */
const filesBelow = async (root: string, segments: string[]): Promise<string[][]> => {
  const found: string[][] = [];
  for (const entry of await readdir(join(root, ...segments), { withFileTypes: true })) {
    const below = [...segments, entry.name];
    if (entry.name.startsWith('.')) continue;
    if (entry.isDirectory()) found.push(...(await filesBelow(root, below)));
    else if (entry.isFile()) found.push(below);
  }
  return found;
};

const sendFiles = async (
  client: Client,
  fields: readonly LocalField[],
  progress: Progress,
): Promise<void> => {
  const files = fields.flatMap(({ files: each }) => each);
  if (files.length === 0) return;
  const asked = files.map(({ digest, bytes }) => ({ digest, bytes }));
  const { held } = await client.call(heldRoute, { body: { files: asked } });
  const total = kilobytes(files.reduce((sum, { bytes }) => sum + bytes, 0));
  let before = 0;
  for (const [index, file] of files.entries()) {
    await sendFile(client, file, held[index] ?? 0, (bytes) => {
      progress.report({ label: `sending ${file.at}`, done: kilobytes(before + bytes), total });
    });
    before += file.bytes;
  }
};

const kilobytes = (bytes: number): number => Math.ceil(bytes / 1024);

const sendFile = async (
  client: Client,
  { at, digest, bytes }: LocalFile,
  held: number,
  onSent: (bytes: number) => void,
): Promise<void> => {
  const file = await open(at);
  try {
    const buffer = Buffer.alloc(Math.min(PIECE_BYTES, Math.max(bytes, 1)));
    // An empty file is sent as well: with one empty piece.
    for (let sent = held; sent < bytes || (bytes === 0 && sent === 0);) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, sent);
      const query = { offset: String(sent), bytes: String(bytes) };
      const body = buffer.subarray(0, bytesRead);
      const answer = await client.call(sendPieceRoute, { params: { digest }, query, body });
      onSent(answer.held);
      if (bytes === 0) return;
      if (answer.held <= sent) throw changed(at);
      sent = answer.held;
    }
  } finally {
    await file.close();
  }
};

const changed = (at: string) =>
  inputError('file_changed', `\`${at}\` became shorter while it was sent; run the command again`);
