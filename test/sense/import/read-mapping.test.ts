import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadCatalogue } from '../../../src/platform/catalogue.ts';
import { editorSchemas } from '../../../src/sense/import/json-schema.ts';
import { tenantOfMapping } from '../../../src/sense/import/mapping-tenant.ts';
import { parseMapping, readMapping } from '../../../src/sense/import/read-mapping.ts';
import type { EntityType } from '../../../src/sense/state/define.ts';

let entities: readonly EntityType[];

beforeAll(async () => {
  entities = await loadCatalogue<EntityType>(new URL('../../../src/sense/state/', import.meta.url));
});

const GOOD = `source: crm
tables:
  accounts:
    file: accounts.csv
    emits:
      - id: account
        type: account.changed
        key: [id]
        at: { column: since, format: dd.MM.yyyy }
        fields:
          accountId: id
          name: { column: name, lowercase: true }
`;

const CREATES = `creates:
  tenant: { id: acme, name: Acme, currency: EUR, zone: Europe/Berlin }
`;

const faultsOf = (text: string): string[] => {
  const result = parseMapping('crm.yaml', text, entities);
  return result.ok
    ? []
    : result.faults.map(({ line, path, message }) => `${line} ${path}: ${message}`);
};

const versionOf = (text: string): string => {
  const result = parseMapping('crm.yaml', text, entities);
  return result.ok ? result.mapping.version : 'faulty';
};

describe('reading a mapping', () => {
  it('takes a good one', () => {
    expect(faultsOf(GOOD)).toEqual([]);
  });

  it('reports everything that is wrong at once, by line', () => {
    const faulty = GOOD.replace('source: crm', 'source: crm\ncolour: red')
      .replace('key: [id]', 'key: []')
      .replace('lowercase: true', 'lowercased: true')
      .replace('accounts.csv', '../accounts.csv');
    expect(faultsOf(faulty).map((fault) => fault.split(':')[0])).toEqual([
      '2 colour',
      '5 tables.accounts.file',
      '9 tables.accounts.emits[0].key',
      '13 tables.accounts.emits[0].fields.name.lowercased',
    ]);
  });

  it.each([
    [
      'an unknown event',
      'account.changed',
      'acount.changed',
      '7 tables.accounts.emits[0].type: nothing is called `acount.changed`; did you mean `account.changed`?',
    ],
    [
      'an unknown field',
      'name: {',
      'nmae: {',
      '12 tables.accounts.emits[0].fields.nmae: `account.changed` has no such field; did you mean `name`?',
    ],
    [
      'no key field',
      'accountId: id',
      'country: id',
      '10 tables.accounts.emits[0].fields: `accountId` is missing',
    ],
    [
      'a date format with strange letters',
      'dd.MM.yyyy',
      'dd.MM.yyyy week',
      '9 tables.accounts.emits[0].at.format: ',
    ],
    [
      'a date format that says a part twice',
      'dd.MM.yyyy',
      'dd.MM.yyyy d',
      '9 tables.accounts.emits[0].at.format: `dd.MM.yyyy d` names a part',
    ],
    [
      'a format without a year',
      'dd.MM.yyyy',
      'dd.MM.',
      '9 tables.accounts.emits[0].at.format: `dd.MM.` names no whole date',
    ],
    [
      'two origins',
      'lowercase: true',
      'constant: x',
      '12 tables.accounts.emits[0].fields.name: say where the value comes from',
    ],
    [
      'a look-up in a table that is not there',
      '    emits:',
      '    lookups: { owner: { table: acounts, key: id, by: id } }\n    emits:',
      '5 tables.accounts.lookups.owner.table: there is no such table; did you mean `accounts`?',
    ],
    [
      'a file without a known ending',
      'accounts.csv',
      'accounts.txt',
      '4 tables.accounts.file: does not end in',
    ],
    ['broken YAML', 'key: [id]', 'key: [id', 'is not valid YAML'],
  ])('finds %s', (_, good, bad, expected) => {
    expect(faultsOf(GOOD.replace(good, bad)).join('\n')).toContain(expected);
  });

  it('checks the tenant that it creates as a tenant’s folder is checked', () => {
    expect(faultsOf(GOOD + CREATES)).toEqual([]);
    expect(faultsOf(GOOD + CREATES.replace('EUR', 'EURO'))).toEqual([
      expect.stringMatching(/^14 creates\.tenant: currency: is not an ISO 4217 currency/),
    ]);
  });

  it('is another version when it says something else, and not for a comment', () => {
    expect(versionOf(`# why\n${GOOD}`)).toBe(versionOf(GOOD));
    expect(versionOf(GOOD.replace('lowercase: true', 'lowercase: false'))).not.toBe(
      versionOf(GOOD),
    );
  });

  it('says which file cannot be read, and what is wrong in one', async () => {
    await expect(readMapping('/nowhere.yaml')).rejects.toMatchObject({
      code: 'mapping_unreadable',
    });
    const path = fileURLToPath(
      new URL('../../fixtures/import/complete/plans.csv', import.meta.url),
    );
    await expect(readMapping(path)).rejects.toMatchObject({ code: 'mapping_invalid' });
  });
});

describe('the tenant of a mapping', () => {
  it('is made of files, under the id that is asked for', () => {
    const result = parseMapping('crm.yaml', GOOD + CREATES, entities);
    if (!result.ok) throw new Error('faulty');
    expect(tenantOfMapping(result.mapping)).toMatchObject({
      id: 'acme',
      name: 'Acme',
      currency: 'EUR',
    });
    const other = tenantOfMapping(result.mapping, 'acme-trial');
    expect(other?.config).toMatchObject({ id: 'acme-trial', name: 'Acme', zone: 'Europe/Berlin' });
    expect(Object.keys(other?.files ?? {})).toEqual(['tenant.yaml']);
    expect(() => tenantOfMapping(result.mapping, 'Not An Id')).toThrow(/small letters/);
  });

  it('is none where the mapping makes none', () => {
    const result = parseMapping('crm.yaml', GOOD, entities);
    expect(result.ok ? tenantOfMapping(result.mapping) : 'faulty').toBeNull();
  });
});

describe('what is packaged', () => {
  it('is free of faults', async () => {
    const folder = fileURLToPath(new URL('../../../mappings/', import.meta.url));
    const names = (await readdir(folder)).filter((name) => name.endsWith('.yaml'));
    expect(names).toContain('ravenstack.yaml');
    for (const name of names) await readMapping(`${folder}${name}`, entities);
  });

  it('has a schema for editors that knows a tenant’s files', () => {
    const schema = JSON.parse(JSON.stringify(editorSchemas()['mapping.schema.json'])) as Record<
      string,
      never
    >;
    expect(schema).toMatchObject({
      required: ['source', 'tables'],
      properties: {
        creates: { properties: { plans: { properties: { plans: { type: 'array' } } } } },
      },
    });
  });
});
