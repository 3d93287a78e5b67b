import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadCatalogue } from '../../src/platform/catalogue.ts';

interface Member {
  readonly id: string;
  readonly weight?: number;
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'retinue-catalogue-'));
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

const write = async (files: Readonly<Record<string, string>>): Promise<URL> => {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return pathToFileURL(folder);
};

const member = (id: string) => `export default { id: '${id}' };`;

describe('a catalogue', () => {
  test('holds the default exports of files and of index.ts of folders, sorted by id', async () => {
    const url = await write({
      'zebra.ts': member('zebra'),
      'ant/index.ts': member('ant'),
      'define.ts': 'export const defineMember = (member: unknown) => member;',
      'ant/other.ts': member('never'),
      'assets/notes.md': 'no member',
      'notes.md': 'no member',
    });
    expect(await loadCatalogue<Member>(url)).toEqual([{ id: 'ant' }, { id: 'zebra' }]);
  });

  test('may be empty', async () => {
    expect(await loadCatalogue(await write({ 'define.ts': 'export {};' }))).toEqual([]);
  });

  test.each([
    ['offer_seats', 'offer-seats'],
    ['featureInterest', 'feature-interest'],
    ['CON-CAN', 'con-can'],
    ['t2', 't2'],
  ])('keeps %s in %s.ts', async (id, name) => {
    expect(await loadCatalogue(await write({ [`${name}.ts`]: member(id) }))).toEqual([{ id }]);
  });

  test.each([
    ['carries no id', 'export default { weight: 1 };', 'its default export carries no id'],
    ['is no object', `export default 'text';`, 'its default export carries no id'],
    ['is not named after its id', member('other'), 'name it other'],
  ])('refuses a member that %s, naming the file', async (_what, text, reason) => {
    const url = await write({ 'good.ts': member('good'), 'bad.ts': text });
    await expect(loadCatalogue(url)).rejects.toMatchObject({
      family: 'config',
      code: 'catalogue.bad_member',
      message: expect.stringMatching(new RegExp(`bad\\.ts .*${reason}`)) as string,
    });
  });

  test('refuses two members of one id, naming both files', async () => {
    const url = await write({ 'same.ts': member('same'), 'same/index.ts': member('same') });
    await expect(loadCatalogue(url)).rejects.toMatchObject({
      code: 'catalogue.duplicate_id',
      message: expect.stringMatching(/same\.ts/) as string,
      details: {
        id: 'same',
        files: expect.arrayContaining([join(folder, 'same', 'index.ts')]) as string[],
      },
    });
  });

  test('refuses a member that its check refuses', async () => {
    const url = await write({ 'light.ts': member('light') });
    const check = ({ weight }: Member) => (weight === undefined ? 'it weighs nothing' : null);
    await expect(loadCatalogue<Member>(url, { check })).rejects.toMatchObject({
      message: expect.stringContaining('it weighs nothing') as string,
    });
  });

  test('tells members apart by what it is told to', async () => {
    const url = await write({ 'a.ts': `export default { name: 'a' };` });
    const idOf = ({ name }: { readonly name: string }) => name;
    expect(await loadCatalogue<{ name: string }>(url, { idOf })).toEqual([{ name: 'a' }]);
  });

  test('passes on the error of a member that does not load', async () => {
    const url = await write({ 'broken.ts': `throw new Error('cannot load me');` });
    await expect(loadCatalogue(url)).rejects.toThrow('cannot load me');
  });
});

// The shape that each folder's own tests cannot see: that every catalogue of the program loads at all.
describe('the catalogues of the program', () => {
  test('of state load by kind', async () => {
    const kinds = await loadCatalogue<{ readonly kind: string }>(
      new URL('../../src/sense/state/', import.meta.url),
    );
    expect(kinds.map(({ kind }) => kind)).toContain('feature_interest');
  });
});
