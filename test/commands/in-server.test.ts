import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommandRoute, type CommandAsked, type CommandLine } from '../../src/api/commands.ts';
import { callLines } from '../../src/platform/http/http-client.ts';
import { boundTo } from '../../src/platform/db/bound.ts';
import { makeHouse, startApi, type Api, type House } from '../api/support.ts';
import { typedBeside } from '../api/typed.ts';

const MAPPING = fileURLToPath(new URL('../fixtures/import/complete.yaml', import.meta.url));
const FOLDER = fileURLToPath(new URL('../fixtures/import/complete', import.meta.url));

let api: Api;
let house: House;
let other: House;
let uploads: string;

beforeAll(async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'retinue-beside-'));
  uploads = join(dataDir, 'uploads');
  api = await startApi({ dataDir });
  house = await makeHouse(api, 'acme');
  other = await makeHouse(api, 'globex');
});

afterAll(async () => {
  await rm(uploads, { recursive: true, force: true });
});

/** A command typed at another process, beside the server. */
const type = (
  token: string,
  id: string,
  line: Readonly<Record<string, unknown>> = {},
  settings: { readonly json?: boolean; readonly tenant?: string } = {},
) => typedBeside({ url: api.url, token }, id, line, settings);

const asked = (input: Record<string, unknown>, more: Partial<CommandAsked> = {}): CommandAsked => ({
  ...{ input, tenant: null, world: null, json: true, files: {} },
  screen: { columns: 80, color: false },
  ...more,
});

const raw = async (token: string, id: string, body: CommandAsked): Promise<CommandLine[]> => {
  const lines: CommandLine[] = [];
  for await (const line of callLines(api.url, token, runCommandRoute, { params: { id }, body }))
    lines.push(line);
  return lines;
};

describe('a command beside a server', () => {
  test('does there what it does in its own process, in words for this screen', async () => {
    const made = await type(house.sessions.admin, 'keys', { verb: 'create', key: 'backend' });
    expect([made.code, made.out]).toEqual([
      0,
      expect.stringMatching(/^rtn_[0-9a-f]{16}_[0-9a-f]{64}\n/),
    ]);
    const listed = await type(house.sessions.admin, 'keys');
    expect(listed.out).toContain('backend');
    expect(listed.out).not.toContain(made.out.split('\n')[0]);
    const people = await type(house.sessions.viewer, 'people', {}, { json: true });
    const { items } = JSON.parse(people.out) as { items: { tenantId: string }[] };
    expect(items).toHaveLength(5);
  });

  test('an answer of no keeps its exit code', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'retinue-faulty-'));
    await writeFile(join(folder, 'tenant.yaml'), 'nonsense: true\n');
    const applied = await type(house.sessions.admin, 'config', { verb: 'apply', folder });
    expect([applied.code, applied.out]).toEqual([6, expect.stringContaining(`✗ ${folder}: `)]);
  });

  test.each([
    ['viewer', 'run', {}, 'not_allowed'],
    ['viewer', 'outbox', { verb: 'recall', id: 'act-x' }, 'not_allowed'],
    [
      'operator',
      'people',
      { verb: 'add', person: 'x@x.example', name: 'X', roles: 'admin' },
      'not_allowed',
    ],
    ['approver', 'keys', { verb: 'create', key: 'mine' }, 'not_allowed'],
    ['approver', 'guard', { verb: 'declare', guard: 'touches', reason: 'x' }, 'not_allowed'],
    ['admin', 'start', {}, 'command_not_found'],
    ['admin', 'approve', { id: 'x' }, 'command_not_found'],
    ['admin', 'run', { asOf: 'soon' }, 'invalid_input'],
  ] as const)('a %s may not have it run `%s` %j', async (role, id, input, code) => {
    await expect(raw(house.sessions[role], id, asked({ ...input }))).rejects.toMatchObject({
      code: expect.stringContaining(code) as string,
    });
  });

  test('a key is no person, and neither is nobody', async () => {
    await expect(raw(house.keys.reader, 'people', asked({}))).rejects.toMatchObject({
      code: 'not_allowed',
    });
    await expect(raw('rts_x', 'people', asked({}))).rejects.toMatchObject({
      code: 'not_signed_in',
    });
  });

  test('only the caller’s own tenant is within reach', async () => {
    await expect(
      type(house.sessions.admin, 'people', {}, { tenant: 'globex' }),
    ).rejects.toMatchObject({ code: 'tenant_not_allowed' });
    const theirs = await type(other.sessions.admin, 'people', {}, { json: true });
    expect(theirs.out).not.toContain('acme');
    const doctor = await type(house.sessions.viewer, 'doctor', {}, { json: true });
    expect(doctor.out).toContain('acme guards');
    expect(doctor.out).not.toContain('globex');
    const bound = boundTo(api.db, 'acme');
    await expect(bound.withTenant('globex', async () => null)).rejects.toMatchObject({
      code: 'tenant_not_allowed',
    });
    await expect(bound.withoutTenant(async () => null)).rejects.toMatchObject({
      code: 'tenant_not_allowed',
    });
  });
});

describe('files that a command names', () => {
  test('are sent with it; the same again changes nothing, and nothing is left lying', async () => {
    const typed = { folder: FOLDER, mapping: MAPPING, run: false };
    const first = await type(house.sessions.operator, 'import', typed, {
      json: true,
      tenant: 'acme',
    });
    const report = JSON.parse(first.out) as { totals: { accepted: number } };
    expect(first.code).toBe(0);
    expect(report.totals.accepted).toBeGreaterThan(10);
    expect(first.labels.some((label) => label.startsWith('sending '))).toBe(true);
    const again = await type(house.sessions.operator, 'import', typed, {
      json: true,
      tenant: 'acme',
    });
    expect(JSON.parse(again.out)).toMatchObject({ totals: { accepted: 0 } });
    expect(await left('files')).toEqual([]);
    expect(await left('runs')).toEqual([]);
  });

  test('a path that is only told is never opened', async () => {
    const told = asked({ folder: '/etc', mapping: '/etc/hostname' });
    await expect(raw(house.sessions.admin, 'import', told)).rejects.toMatchObject({
      code: 'invalid_files',
    });
    const climbing = {
      folder: {
        typed: 'x',
        name: 'x',
        parts: [{ digest: 'a'.repeat(64), bytes: 1, path: ['..', 'x'] }],
      },
    };
    await expect(
      raw(
        house.sessions.admin,
        'config',
        asked({ verb: 'apply', folder: 'x' }, { files: climbing }),
      ),
    ).rejects.toMatchObject({ code: 'invalid_input' });
  });

  test('what was never sent is asked for again', async () => {
    const parts = [{ digest: 'a'.repeat(64), bytes: 1, path: [] }];
    const files = { folder: { typed: 'x', name: 'x', parts } };
    const lines = await raw(
      house.sessions.admin,
      'config',
      asked({ verb: 'apply', folder: 'x' }, { files }),
    );
    expect(lines).toEqual([
      { problem: expect.objectContaining({ code: 'upload_missing' }) as unknown },
    ]);
  });

  test('another company’s data does not get into the tenant that happens to be signed in to', async () => {
    const theirs = { folder: FOLDER, mapping: MAPPING, run: false };
    await expect(type(other.sessions.admin, 'import', theirs)).rejects.toMatchObject({
      code: 'tenant_not_allowed',
    });
  });
});

const left = async (kind: string): Promise<string[]> =>
  readdir(join(uploads, 'acme', kind)).catch(() => []);
