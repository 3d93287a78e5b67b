import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeFaults } from '../../../src/platform/config/fault.ts';
import { readTenantFolder } from '../../../src/platform/config/read-folder.ts';

const TENANT = 'id: acme\nname: Acme\ncurrency: USD\nzone: UTC\n';
let root: string;
let count = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'retinue-tenant-'));
});

afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

const folderOf = async (files: Readonly<Record<string, string | Uint8Array>>): Promise<string> => {
  const folder = join(root, `folder-${(count += 1)}`);
  await mkdir(folder);
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
};

const faults = async (folder: string): Promise<string> => {
  const result = await readTenantFolder(folder);
  return result.ok ? 'none' : describeFaults(result.faults);
};

describe('a tenant’s folder', () => {
  it('is read with its texts, leaving alone what is not its own', async () => {
    const files = {
      'tenant.yaml': TENANT,
      'policies/a.cedar': '@id("a") forbid (principal, action, resource);',
    };
    const folder = await folderOf({
      ...files,
      'README.md': '# hello',
      '.DS_Store': 'x',
      '.git/config': 'x',
    });
    const result = await readTenantFolder(folder);
    expect(result).toMatchObject({ ok: true, files, config: { id: 'acme' } });
  });

  it.each(['nowhere', 'folder-1/tenant.yaml'])('is not %s', async (name) => {
    await folderOf({ 'tenant.yaml': TENANT });
    expect(await faults(join(root, name))).toContain('is not a folder that can be read');
  });

  it('says which file is no text or too large, beside the other faults', async () => {
    const folder = await folderOf({
      'tenant.yaml': TENANT.replace('USD', 'DOL'),
      'plans.yaml': new Uint8Array([0xff, 0xfe, 0x00]),
      'scores.yaml': 'x'.repeat(1_000_001),
      'plans.yml': '',
    });
    const text = await faults(folder);
    expect(text).toContain('plans.yaml  cannot be read as UTF-8 text');
    expect(text).toContain('scores.yaml  is too large (1000001 bytes)');
    expect(text).toContain("plans.yml  is not a file of a tenant's folder");
    expect(text).toContain('tenant.yaml:3  currency');
  });

  it('says which file cannot be opened', async () => {
    const folder = await folderOf({ 'tenant.yaml': TENANT });
    await symlink(join(root, 'nowhere'), join(folder, 'plans.yaml'));
    expect(await faults(folder)).toContain('plans.yaml  cannot be read');
  });
});

const FILES = [
  'tenant',
  'plans',
  'owners',
  'telemetry',
  'playbooks',
  'scores',
  'autonomy',
  'guards',
  'approvals',
].map((name) => `${name}.yaml`);
const KEYS = [
  'plans',
  'owners',
  'metrics',
  'features',
  'playbooks',
  'scores',
  'ceiling',
  'guards',
  'thresholds',
  'slots',
  'id',
  'rates',
  'contact',
  '__proto__',
  'constructor',
];

describe('whatever the files hold', () => {
  const anything = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .array(
        fc.constantFrom(
          '- ',
          ': ',
          '&a ',
          '*a ',
          '[',
          ']',
          '{',
          '}',
          '"',
          '!!set ',
          '? ',
          '\n',
          '  ',
          'plans',
          '1',
          '%',
        ),
      )
      .map((parts) => parts.join('')),
    fc
      .object({
        key: fc.oneof(fc.constantFrom(...KEYS), fc.string()),
        withDate: true,
        withNullPrototype: true,
        maxDepth: 5,
      })
      .map((value) => stringify(value)),
  );

  it('it is read or refused with faults, never thrown', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(
          fc.constantFrom(...FILES, 'templates/a.yaml', 'policies/a.cedar', 'other.txt'),
          anything,
        ),
        async (files) => {
          const folder = await folderOf({ 'tenant.yaml': TENANT, ...files });
          const result = await readTenantFolder(folder);
          await rm(folder, { recursive: true });
          if (result.ok) expect(result.config.id).not.toBe('');
          else {
            expect(result.faults.length).toBeGreaterThan(0);
            expect(describeFaults(result.faults)).not.toBe('');
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
