import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  readSessionFile,
  removeSessionFile,
  writeSessionFile,
} from '../../../src/platform/auth/session-file.ts';

const session = {
  token: 'rts_acme_0123456789abcdef_00',
  personName: 'Ada Admin',
  expiresAt: '2026-03-02T21:00:00.000Z',
};
const server = { server: 'http://127.0.0.1:8787/console' };
let root: string;
let environment: { RETINUE_HOME: string };
let count = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'retinue-session-'));
});

afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

const freshHome = (): { RETINUE_HOME: string } => ({
  RETINUE_HOME: join(root, `home-${(count += 1)}`),
});

const open = expect.objectContaining({ code: 'auth.session_file_open', family: 'config' }) as Error;

describe('the session file', () => {
  it('is its owner’s alone and comes back as written', async () => {
    environment = freshHome();
    const path = await writeSessionFile(environment, server, session);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(dirname(path))).mode & 0o777).toBe(0o700);
    expect(await readSessionFile(environment, server)).toEqual(session);
    expect(await readdir(dirname(path))).toHaveLength(1);
  });

  it('replaces an earlier session of the place', async () => {
    environment = freshHome();
    await writeSessionFile(environment, server, session);
    await writeSessionFile(environment, server, { ...session, personName: 'Bo' });
    expect(await readSessionFile(environment, server)).toMatchObject({ personName: 'Bo' });
  });

  it('is bound to a server or a data folder', async () => {
    environment = freshHome();
    await writeSessionFile(environment, server, session);
    expect(await readSessionFile(environment, { server: 'http://127.0.0.1:8787' })).toEqual(
      session,
    );
    expect(await readSessionFile(environment, { server: 'http://127.0.0.1:9999' })).toBeNull();
    expect(await readSessionFile(environment, { dataDir: 'data' })).toBeNull();
    await writeSessionFile(environment, { dataDir: 'data' }, { ...session, personName: 'Bo' });
    expect(await readSessionFile(environment, { dataDir: './data/' })).toMatchObject({
      personName: 'Bo',
    });
    expect(await readSessionFile(environment, server)).toEqual(session);
  });

  it('is not used when it was moved from another place', async () => {
    environment = freshHome();
    const ours = await writeSessionFile(environment, server, session);
    const theirs = await writeSessionFile(environment, { server: 'http://evil.example' }, session);
    await writeFile(theirs, await readFile(ours));
    expect(await readSessionFile(environment, { server: 'http://evil.example' })).toBeNull();
  });

  it.each([0o640, 0o604, 0o660])('is refused when its mode is %o', async (mode) => {
    environment = freshHome();
    const path = await writeSessionFile(environment, server, session);
    await chmod(path, mode);
    await expect(readSessionFile(environment, server)).rejects.toThrow(open);
    await expect(readSessionFile(environment, server)).rejects.toThrow('retinue login');
  });

  it('is refused when it is a link', async () => {
    environment = freshHome();
    const path = await writeSessionFile(environment, server, session);
    const elsewhere = join(root, 'elsewhere.json');
    await writeFile(elsewhere, await readFile(path), { mode: 0o600 });
    await rm(path);
    await symlink(elsewhere, path);
    await expect(readSessionFile(environment, server)).rejects.toThrow(open);
  });

  it.each(['', '{', '{"token": 3}', 'null'])('says what to do when it holds %j', async (text) => {
    environment = freshHome();
    const path = await writeSessionFile(environment, server, session);
    await writeFile(path, text);
    await expect(readSessionFile(environment, server)).rejects.toThrow(
      expect.objectContaining({ code: 'auth.session_file_broken' }) as Error,
    );
  });

  it('is gone after signing out, and absent is no error', async () => {
    environment = freshHome();
    expect(await readSessionFile(environment, server)).toBeNull();
    await removeSessionFile(environment, server);
    await writeSessionFile(environment, server, session);
    await removeSessionFile(environment, server);
    expect(await readSessionFile(environment, server)).toBeNull();
  });

  it('stands under XDG_CONFIG_HOME without a home of its own', async () => {
    const config = join(root, 'xdg');
    await mkdir(config, { recursive: true });
    const path = await writeSessionFile({ XDG_CONFIG_HOME: config }, server, session);
    expect(path.startsWith(join(config, 'retinue', 'sessions'))).toBe(true);
  });
});
