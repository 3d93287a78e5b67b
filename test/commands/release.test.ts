import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeHouse, startApi, type Api, type House } from '../api/support.ts';
import { typedBeside } from '../api/typed.ts';
import { filesInForce } from '../fixtures/releases.ts';

let api: Api;
let house: House;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'retinue-release-'));
  api = await startApi({ dataDir: join(folder, 'data') });
  house = await makeHouse(api, 'acme');
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const type = (
  id: string,
  line: Readonly<Record<string, unknown>>,
  { as = 'admin', json = true }: { as?: keyof House['sessions']; json?: boolean } = {},
) => typedBeside({ url: api.url, token: house.sessions[as] }, id, line, { json });

const release = (verb: string, typed: Readonly<Record<string, unknown>> = {}) =>
  type('release', { verb, ...typed });

/** The tenant's files under another name of the company, in a folder. */
const renamed = async (name: string): Promise<string> => {
  const files = await api.db.withTenant('acme', filesInForce);
  const place = await mkdtemp(join(folder, 'tenant-'));
  for (const [file, text] of Object.entries(files))
    await writeFile(join(place, file), text.replace('House of acme', name));
  return place;
};

const standing = async (): Promise<{ readonly inForce: unknown; readonly canary: unknown }> => {
  const { items } = JSON.parse((await release('list')).out) as {
    items: { release: number; state: string; canaryBasisPoints: number | null }[];
  };
  return {
    inForce: items.filter(({ state }) => state === 'in force').map((each) => each.release),
    canary: items.flatMap((each) =>
      each.canaryBasisPoints === null ? [] : [[each.release, each.canaryBasisPoints]],
    ),
  };
};

test('a release is staged, shown, compared, tried on a share, put in force, and left again', async () => {
  expect(await standing()).toEqual({ inForce: [1], canary: [] });
  const staged = await type('config', {
    ...{ verb: 'apply', folder: await renamed('Acme & Daughters'), stage: true },
  });
  expect([staged.code, JSON.parse(staged.out)]).toMatchObject([0, { staged: 2 }]);
  expect(await standing()).toEqual({ inForce: [1], canary: [] });
  expect(JSON.parse((await release('show', { release: 2 })).out)).toMatchObject({ release: 2 });
  const diff = await release('diff', { release: 2 });
  expect([diff.code, JSON.parse(diff.out)]).toMatchObject([0, { from: 1, to: 2 }]);

  await release('canary', { release: 2, share: '10%' });
  expect(await standing()).toEqual({ inForce: [1], canary: [[2, 1000]] });
  await release('canary', { end: true });
  expect(await standing()).toEqual({ inForce: [1], canary: [] });

  expect((await release('promote', { release: 2 })).code).toBe(0);
  expect(await standing()).toEqual({ inForce: [2], canary: [] });
  expect((await release('rollback', { reason: 'the old name was better' })).code).toBe(0);
  expect(await standing()).toEqual({ inForce: [1], canary: [] });
  const page = (await type('release', { verb: 'show', release: 1 }, { json: false })).out;
  expect(page).toContain('the old name was better');
});

test('whoever may look may not move it, and what cannot be is said', async () => {
  expect((await type('release', { verb: 'list' }, { as: 'viewer' })).code).toBe(0);
  await expect(
    type('release', { verb: 'rollback', reason: 'x' }, { as: 'viewer' }),
  ).rejects.toThrow('may not');
  await expect(release('promote', { release: 99 })).rejects.toThrow('there is no release 99');
  await expect(release('promote')).rejects.toThrow('name the release');
  await expect(release('canary', { end: true })).rejects.toThrow('no canary is on');
});
