import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { configError } from '../../domain/errors.ts';

/** Where a session is good: at a server, or at a data folder that the CLI opens itself. */
export type Binding = { readonly server: string } | { readonly dataDir: string };

/** The environment variables that say where a person's own settings are; `process.env` fits. */
export interface HomeEnvironment {
  readonly [name: string]: string | undefined;
}

const sessionFile = z.object({
  boundTo: z.string(),
  token: z.string(),
  personName: z.string(),
  expiresAt: z.string(),
});

export type SessionFile = Omit<z.infer<typeof sessionFile>, 'boundTo'>;

/** Keeps a session in a file that its owner alone can read, one for each server or data folder; gives its path. */
export const writeSessionFile = async (
  environment: HomeEnvironment,
  binding: Binding,
  session: SessionFile,
): Promise<string> => {
  const path = pathOf(environment, binding);
  await mkdir(resolve(path, '..'), { recursive: true, mode: 0o700 });
  // Written apart and moved into place: nobody can have opened it before, and no reader sees half of it.
  const written = `${path}.${process.pid}.new`;
  await rm(written, { force: true });
  const file = await open(written, 'wx', 0o600);
  try {
    await file.writeFile(`${JSON.stringify({ boundTo: boundTo(binding), ...session })}\n`);
  } finally {
    await file.close();
  }
  await rename(written, path);
  return path;
};

/**
 * The session for a server or data folder; `null` when there is none. Throws `auth.session_file_open` when others can
 * read the file (it may have been copied), and `auth.session_file_broken` when it is not one of ours.
 */
export const readSessionFile = async (
  environment: HomeEnvironment,
  binding: Binding,
): Promise<SessionFile | null> => {
  const path = pathOf(environment, binding);
  const file = await openOwn(path);
  if (file === null) return null;
  try {
    await refuseShared(file, path);
    const { boundTo: place, ...session } = parse(await file.readFile('utf8'), path);
    return place === boundTo(binding) ? session : null;
  } finally {
    await file.close();
  }
};

/** Forgets the session for a server or data folder. */
export const removeSessionFile = async (
  environment: HomeEnvironment,
  binding: Binding,
): Promise<void> => rm(pathOf(environment, binding), { force: true });

const pathOf = (environment: HomeEnvironment, binding: Binding): string => {
  const name = createHash('sha256').update(boundTo(binding)).digest('hex').slice(0, 16);
  return join(settingsFolder(environment), 'sessions', `${name}.json`);
};

const settingsFolder = (environment: HomeEnvironment): string => {
  const own = environment['RETINUE_HOME'] ?? '';
  if (own !== '') return resolve(own);
  const shared = environment['XDG_CONFIG_HOME'] ?? '';
  return join(shared === '' ? join(homedir(), '.config') : shared, 'retinue');
};

const boundTo = (binding: Binding): string =>
  'server' in binding
    ? `server ${new URL(binding.server).origin}`
    : `folder ${resolve(binding.dataDir)}`;

/** A link in the file's place is not followed: it would let others choose what is read. */
const openOwn = async (path: string): Promise<FileHandle | null> => {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    if (code === 'ELOOP' || code === 'EACCES') throw shared(path);
    throw error;
  }
};

const refuseShared = async (file: FileHandle, path: string): Promise<void> => {
  // Windows has no such modes; its profile folders are private by their own rules.
  if (process.platform === 'win32') return;
  const { mode, uid } = await file.stat();
  if ((mode & 0o077) !== 0 || uid !== process.getuid?.()) throw shared(path);
};

const shared = (path: string) =>
  configError(
    'auth.session_file_open',
    `the session file \`${path}\` is not yours alone, so it is not used: remove it and sign in again with \`retinue login\``,
  );

const parse = (text: string, path: string): z.infer<typeof sessionFile> => {
  try {
    return sessionFile.parse(JSON.parse(text));
  } catch {
    throw configError(
      'auth.session_file_broken',
      `the session file \`${path}\` cannot be understood: remove it and sign in again with \`retinue login\``,
    );
  }
};
