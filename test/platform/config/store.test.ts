import { beforeAll, describe, expect, it } from 'vitest';
import type { TenantConfig } from '../../../src/domain/tenant.ts';
import type { Instant } from '../../../src/domain/time.ts';
import { readTenantFiles, type TenantFiles } from '../../../src/platform/config/read.ts';
import { applyConfig, configHistory, currentConfig } from '../../../src/platform/config/store.ts';
import type { OpenDatabase } from '../../../src/platform/db/database.ts';
import { createTenant, onlyPostgres, testDatabase } from '../../support/database.ts';

const NOW: Instant = '2026-03-02T09:00:00.000Z';
const LATER: Instant = '2026-03-03T09:00:00.000Z';
let database: OpenDatabase;
let count = 0;

const freshTenant = async (): Promise<string> => createTenant(database, `config-${(count += 1)}`);

const read = (
  id: string,
  name: string,
  more: TenantFiles = {},
): { files: TenantFiles; config: TenantConfig } => {
  const result = readTenantFiles({
    'tenant.yaml': `id: ${id}\nname: ${name}\ncurrency: USD\nzone: UTC\n`,
    ...more,
  });
  if (!result.ok) throw new Error('the fixture has faults');
  return { files: { ...result.files }, config: result.config };
};

const apply = async (tenantId: string, name: string, by = 'person-1', now = NOW): Promise<number> =>
  database.withTenant(tenantId, async (tx) =>
    applyConfig(tx, { ...read(tenantId, name), by, now }),
  );

const code = (name: string): Error =>
  expect.objectContaining({ code: name, family: 'config' }) as Error;

beforeAll(async () => {
  database = await testDatabase();
});

describe('the configuration in force', () => {
  it('is none until one is applied', async () => {
    const tenantId = await freshTenant();
    await expect(database.withTenant(tenantId, currentConfig)).rejects.toThrow(code('config.none'));
  });

  it('comes back as it was read, with its version', async () => {
    const tenantId = await freshTenant();
    const template =
      'id: hi\ncategory: service\nsubject: Hi\ntext: Hello\napproved: { by: A, at: 2026-01-01T00:00:00Z }';
    const given = read(tenantId, 'Acme', {
      'templates/hi.yaml': template,
      'scores.yaml': 'scores: { a: { b: [1, null, 2.5] } }',
    });
    await database.withTenant(tenantId, async (tx) =>
      applyConfig(tx, { ...given, by: 'person-1', now: NOW }),
    );
    const current = await database.withTenant(tenantId, currentConfig);
    expect(current).toEqual({ ...given.config, version: 1 });
    expect(await database.withTenant(tenantId, currentConfig)).toBe(current);
  });

  it('has a new version for new content, and the old one for old content', async () => {
    const tenantId = await freshTenant();
    expect(await apply(tenantId, 'One', 'ada', NOW)).toBe(1);
    expect(await apply(tenantId, 'One', 'bo', LATER)).toBe(1);
    expect(await apply(tenantId, 'Two', 'bo', LATER)).toBe(2);
    expect(await apply(tenantId, 'One', 'ada', LATER)).toBe(1);
    expect(await database.withTenant(tenantId, currentConfig)).toMatchObject({
      name: 'One',
      version: 1,
    });
    expect(await database.withTenant(tenantId, configHistory)).toEqual([
      { version: 1, at: LATER, by: 'ada' },
      { version: 2, at: LATER, by: 'bo' },
      { version: 1, at: NOW, by: 'ada' },
    ]);
  });

  it('is a new version too when the same files mean something else', async () => {
    const tenantId = await freshTenant();
    const { files, config } = read(tenantId, 'Acme');
    const versions = await database.withTenant(tenantId, async (tx) => [
      await applyConfig(tx, { files, config, by: 'a', now: NOW }),
      await applyConfig(tx, {
        files,
        config: { ...config, outbox: { holdSeconds: 60 } },
        by: 'a',
        now: NOW,
      }),
    ]);
    expect(versions).toEqual([1, 2]);
  });

  it('takes defaults for settings that came with a later build', async () => {
    const tenantId = await freshTenant();
    const { files, config } = read(tenantId, 'Acme');
    const old = Object.fromEntries(Object.entries(config).filter(([key]) => key !== 'planner'));
    await database.withTenant(tenantId, async (tx) =>
      applyConfig(tx, { files, config: old as unknown as TenantConfig, by: 'a', now: NOW }),
    );
    const current = await database.withTenant(tenantId, currentConfig);
    expect(current.planner).toEqual(config.planner);
  });

  it('is never another tenant’s', async () => {
    const [one, other] = [await freshTenant(), await freshTenant()];
    await apply(one, 'One');
    await apply(other, 'Other');
    await expect(
      database.withTenant(other, async (tx) =>
        applyConfig(tx, { ...read(one, 'Mine'), by: 'a', now: NOW }),
      ),
    ).rejects.toThrow(code('config.other_tenant'));
    expect(await database.withTenant(one, currentConfig)).toMatchObject({
      name: 'One',
      version: 1,
    });
    expect(await database.withTenant(other, currentConfig)).toMatchObject({
      name: 'Other',
      version: 1,
    });
    expect(
      await database.withTenant(other, async (tx) => tx.query('select * from config_versions')),
    ).toHaveLength(1);
  });

  it('cannot be applied for a tenant that is not there', async () => {
    await expect(apply('nobody', 'Nobody')).rejects.toThrow(code('config.no_tenant'));
  });

  it.each([
    ['a version', `update config_versions set config = '{}'`],
    ['the history', 'delete from config_changes'],
  ])('cannot have %s rewritten by the program', async (_, sql) => {
    const tenantId = await freshTenant();
    await apply(tenantId, 'One');
    await expect(database.withTenant(tenantId, async (tx) => tx.query(sql))).rejects.toThrow(
      /permission denied/,
    );
  });
});

onlyPostgres('two who apply at once', () => {
  it('take turns', async () => {
    const tenantId = await freshTenant();
    const versions = await Promise.all(
      ['A', 'B', 'C', 'A'].map(async (name) => apply(tenantId, name)),
    );
    expect([...new Set(versions)].sort()).toEqual([1, 2, 3]);
    expect(versions[0]).toBe(versions[3]);
  });
});
