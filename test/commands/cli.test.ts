import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { machine, type Machine, type Running } from './support.ts';

/** The sample company takes its time on a busy machine. */
const LONG = 600_000;

interface List<T> {
  readonly showing: { readonly tenantId: string; readonly world: { readonly id: string } };
  readonly items: readonly T[];
}

interface CaseRow {
  readonly id: string;
  readonly playbook: string;
  readonly accountId: string;
  readonly waitsFor: { readonly approvals: number; readonly tasks: number };
}

interface ApprovalRow {
  readonly id: string;
  readonly caseId: string;
  readonly status: string;
}

describe('the whole way, as a person at a terminal goes it', { timeout: LONG }, () => {
  let home: Machine;
  let server: Running;
  let startPage: string;

  beforeAll(async () => {
    home = await machine();
    server = home.start('start', '--port', '0');
    startPage = await server.says('Ctrl-C stops it');
  }, LONG);

  afterAll(async () => {
    await server.stop('SIGKILL');
  });

  const link = () => /npx retinue login (\S+)/.exec(startPage)?.[1] ?? '';

  test('start says what it found, what it did, what waits, where e-mail goes and how to sign in', () => {
    for (const words of ['Lumenboard', 'churn risk', 'open cases', 'approvals', 'retinue login']) {
      expect(startPage).toContain(words);
    }
    expect(startPage).toContain(join(home.dataDir, 'outgoing'));
    expect(startPage).not.toContain('at Object.');
  });

  test('reading beside a server takes a sign-in, and the refusal says how', async () => {
    const ran = await home.retinue('cases');
    expect(ran.code).toBe(3);
    expect(ran.err).toContain('retinue login');
    expect(ran.err).not.toContain('    at ');
  });

  test('the link signs in once; the session is its owner’s alone', async () => {
    const first = await home.retinue('login', link(), '--json');
    expect(first.code).toBe(0);
    const { sessionFile, person } = first.json<{ sessionFile: string; person: { name: string } }>();
    expect(person.name).toBe('Robin Vale');
    expect((await stat(sessionFile)).mode & 0o777).toBe(0o600);
    const second = await home.retinue('login', link());
    expect(second.code).toBe(3);
    const who = await home.retinue('whoami');
    expect(who.out).toContain('Robin Vale <robin@lumenboard.example>');
  });

  test('lists are {"items": […]}, and say which world they show', async () => {
    for (const command of ['cases', 'accounts', 'tasks', 'approvals']) {
      const ran = await home.retinue(command, '--json');
      expect([command, ran.code, ran.err]).toEqual([command, 0, '']);
      const list = ran.json<List<unknown>>();
      expect(list.items.length).toBeGreaterThan(0);
      expect(list.showing).toMatchObject({ tenantId: 'lumenboard', world: { id: 'live' } });
    }
  });

  test('a case and an account say why, without colour where nobody asked for any', async () => {
    const { items } = (await home.retinue('cases', '--json')).json<List<CaseRow>>();
    const entry = items.find(({ waitsFor }) => waitsFor.approvals > 0) ?? items[0];
    const shown = await home.retinue('case', entry?.id ?? '', '--full');
    for (const title of ['WHY', 'PROPOSALS', 'verdict', 'GUARDS', 'WHAT HAPPENED']) {
      expect(shown.out).toContain(title);
    }
    expect(shown.out).not.toContain('\u001b[');
    for (const line of shown.out.split('\n')) expect(line.length).toBeLessThanOrEqual(130);
    const explained = await home.retinue('explain', entry?.accountId ?? '');
    expect(explained.out).toMatch(/CHURN RISK[\s\S]*[▁▂▃▄▅▆▇█]{10}/);
  });

  test('an approval by the signed-in person becomes a message', async () => {
    const before = await mails(home);
    const { items } = (await home.retinue('approvals', '--json')).json<List<ApprovalRow>>();
    const approval = items[0];
    expect(approval).toBeDefined();
    const ran = await home.retinue('approve', approval?.id ?? '', '--note', 'go');
    expect([ran.code, ran.out]).toEqual([0, expect.stringContaining('Approved')]);
    await expect
      .poll(() => mails(home), { timeout: 120_000, interval: 1000 })
      .toHaveLength(before.length + 1);
    const again = await home.retinue('approve', approval?.id ?? '');
    expect(again.code).toBe(5);
    expect(again.err).toContain('retinue:');
  });

  test('every other command works beside it for who is signed in; a second server does not', async () => {
    for (const words of [['outbox'], ['keys'], ['autonomy'], ['guard'], ['ledger', 'verify']]) {
      const ran = await home.retinue(...words, '--json');
      expect([words[0], ran.code, ran.err]).toEqual([words[0], 0, '']);
    }
    const doctor = await home.retinue('doctor');
    expect([doctor.code, doctor.out]).toEqual([0, expect.stringContaining('lumenboard guards')]);
    const stranger = await machine({ RETINUE_DATA_DIR: home.dataDir });
    expect((await stranger.retinue('outbox')).code).toBe(3);
    const second = await home.retinue('start');
    expect([second.code, second.err]).toEqual([5, expect.stringContaining('runs already at')]);
    expect(second.err).toContain(`kill ${String(server.child.pid)}`);
  });

  test('a process that overlooks the server is stopped by the lock on the folder', async () => {
    const announced = join(home.dataDir, 'server.json');
    const text = await readFile(announced, 'utf8');
    await rm(announced);
    const ran = await home.retinue('cases');
    await writeFile(announced, text);
    expect(ran.code).toBe(5);
    expect(ran.err).toContain('in use by process');
    expect(ran.err).toContain('DATABASE_URL');
  });

  test('SIGTERM ends it cleanly; the next start goes on with the same data, and says so', async () => {
    const stopped = await server.stop('SIGTERM');
    expect(stopped.code).toBe(0);
    await expect(stat(join(home.dataDir, 'server.json'))).rejects.toThrow();
    server = home.start('start', '--port', '0');
    expect(await server.says('Ctrl-C stops it')).toContain('its data is reused');
    expect((await server.stop('SIGINT')).code).toBe(0);
  });

  test('with no server, the same session decides; without one nobody does', async () => {
    const { items } = (await home.retinue('cases', '--json')).json<List<CaseRow>>();
    expect(items.length).toBeGreaterThan(0);
    const stranger = await machine({ RETINUE_DATA_DIR: home.dataDir });
    expect((await stranger.retinue('tasks', '--json')).code).toBe(0);
    for (const words of [
      ['approve', 'apr-x'],
      ['reject', 'apr-x', '--note', 'no'],
      ['edit', 'apr-x', '--set', 'seats=1'],
      ['task', 'task-x', 'accept'],
      ['outbox', 'recall', 'act-x'],
      ['autonomy', 'churn-save/open_task', 'observe', '--reason', 'x'],
      ['guard', 'declare', 'touches', '--reason', 'x'],
      ['keys', 'create', 'mine'],
      ['people', 'add', 'me@x.example', '--name', 'Me', '--roles', 'admin'],
      ['config', 'apply', '.'],
    ]) {
      const ran = await stranger.retinue(...words);
      expect([words[0], ran.code, ran.err]).toEqual([
        words[0],
        3,
        expect.stringContaining('retinue login'),
      ]);
    }
    expect((await home.retinue('approve', 'apr-x')).code).toBe(4);
  });

  test('the ledger verifies and a decision replays the same', async () => {
    const report = (await home.retinue('ledger', 'verify', '--json')).json<{
      ok: boolean;
      chains: { count: number }[];
    }>();
    expect(report.ok).toBe(true);
    expect(report.chains[0]?.count).toBeGreaterThan(10);
    const { items } = (await home.retinue('cases', '--json')).json<List<CaseRow>>();
    const view = (await home.retinue('case', items[0]?.id ?? '', '--json')).json<{
      proposals: { decisions: { id: string }[] }[];
    }>();
    const decision = view.proposals.flatMap(({ decisions }) => decisions)[0]?.id ?? '';
    const replayed = await home.retinue('replay', decision);
    expect([replayed.code, replayed.out]).toEqual([0, expect.stringContaining('same')]);
  });

  test('what an admin sets up: keys, people, autonomy, guards, and a look by the doctor', async () => {
    const made = await home.retinue('keys', 'create', 'backend', '--json');
    expect(made.json<{ secret: string }>().secret).toMatch(/^rtn_[0-9a-f]{16}_[0-9a-f]{64}$/);
    expect((await home.retinue('keys')).out).not.toContain(made.json<{ secret: string }>().secret);
    const added = await home.retinue(
      'people',
      'add',
      'ida@lumenboard.example',
      '--name',
      'Ida',
      '--roles',
      'viewer',
    );
    expect(added.out).toContain('Ida');
    const above = await home.retinue(
      'autonomy',
      'churn-save/offer_save_discount',
      'auto',
      '--reason',
      'bold',
    );
    expect([above.code, above.err]).toEqual([2, expect.stringContaining('ceiling')]);
    const moved = await home.retinue(
      'autonomy',
      'churn-save/open_task',
      'draft',
      '--reason',
      'careful',
    );
    expect(moved.out).toMatch(/open_task\s+draft/);
    const declared = await home.retinue(
      'guard',
      'declare',
      'touches',
      '--reason',
      'nobody else writes',
    );
    expect(declared.out).toContain('not applicable: nobody else writes');
    expect((await home.retinue('quarantine')).code).toBe(0);
    expect(
      (await home.retinue('outbox', '--json')).json<List<unknown>>().items.length,
    ).toBeGreaterThan(0);
    const doctor = await home.retinue('doctor', '--json');
    expect(
      doctor.json<{ items: { state: string }[] }>().items.some(({ state }) => state === 'bad'),
    ).toBe(false);
  });

  test('a back-dated run is a shadow, which commands then show', async () => {
    const ran = await home.retinue(
      'run',
      '--as-of',
      new Date(Date.now() - 30 * 86_400_000).toISOString().slice(0, 10),
      '--json',
    );
    const { world } = ran.json<{ world: string }>();
    expect(world).toMatch(/^shadow-/);
    const shown = (await home.retinue('cases', '--json')).json<List<CaseRow>>();
    expect(shown.showing.world.id).toBe(world);
    const live = (await home.retinue('cases', '--world', 'live', '--json')).json<List<CaseRow>>();
    expect(live.showing.world.id).toBe('live');
  });
});

const mails = async (home: Machine): Promise<string[]> =>
  readdir(join(home.dataDir, 'outgoing', 'lumenboard')).catch(() => []);

describe('a company of your own', { timeout: LONG }, () => {
  test('its folder sets it up; from then on its admin applies it', async () => {
    const home = await machine();
    const folder = join(home.dataDir, '..', 'acme');
    await mkdir(folder);
    const write = (zone: string) =>
      writeFile(
        join(folder, 'tenant.yaml'),
        `id: acme\nname: Acme\ncurrency: EUR\nzone: ${zone}\n`,
      );
    await write('Europe/Berlin');
    const apply = () => home.retinue('config', 'apply', folder);
    const founded = await apply();
    expect([founded.code, founded.out]).toEqual([0, expect.stringContaining('tenant acme')]);
    await write('Europe/Paris');
    expect((await apply()).code).toBe(3);
    await home.retinue('login', '--name', 'Ada', '--email', 'ada@acme.example');
    expect((await apply()).out).toContain('Europe/Paris');
    const changes = await home.retinue('ledger', 'list', '--kind', 'tenant.*,config.*', '--json');
    expect(changes.json<{ items: { kind: string }[] }>().items.map(({ kind }) => kind)).toEqual([
      'config.applied',
      'tenant.founded',
    ]);
    const pages = fileURLToPath(new URL('../../src/sample/knowledge/', import.meta.url));
    const brought = await home.retinue('knowledge', 'import', '--folder', pages);
    expect([brought.code, brought.out]).toEqual([0, expect.stringContaining('9 new')]);
    const found = await home.retinue('knowledge', 'search', 'set up Okta', '--json');
    expect(found.json<{ items: { source: string }[] }>().items[0]?.source).toBe(
      'product/signing-in.md',
    );
    expect((await home.retinue('knowledge')).out).toContain('known_issues');
  });
});
