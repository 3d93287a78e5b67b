import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { openUploads, type SentFile, type Uploads } from '../../../src/platform/uploads/uploads.ts';

const text = (words: string): Uint8Array => new TextEncoder().encode(words);

const fileOf = (words: string): SentFile => ({
  digest: createHash('sha256').update(words).digest('hex'),
  bytes: text(words).length,
});

let folder: string;
let uploads: Uploads;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'retinue-uploads-'));
  uploads = openUploads(folder, 20);
});

describe('sent files', () => {
  test('go on where they were cut off, and are whole under their digest alone', async () => {
    const file = fileOf('hello world');
    expect(await uploads.append('acme', file, 0, text('hello'))).toBe(5);
    const after = openUploads(folder, 20);
    expect(await after.held('acme', file)).toBe(5);
    await expect(after.append('acme', file, 3, text('lo w'))).rejects.toMatchObject({
      code: 'upload_conflict',
      details: { held: 5 },
    });
    await expect(after.place('acme', 'run', [{ ...file, path: ['a'] }])).rejects.toMatchObject({
      code: 'upload_missing',
    });
    expect(await after.append('acme', file, 5, text(' world'))).toBe(11);
    const placed = await after.place('acme', 'run', [{ ...file, path: ['0', 'in', 'a.csv'] }]);
    expect(await readFile(join(placed, '0', 'in', 'a.csv'), 'utf8')).toBe('hello world');
    await after.release('acme', 'run', [file]);
    expect(await after.held('acme', file)).toBe(0);
  });

  test('that are not what they claim to be are not kept', async () => {
    const file = { ...fileOf('honest'), digest: fileOf('other').digest };
    await expect(uploads.append('acme', file, 0, text('honest'))).rejects.toMatchObject({
      code: 'upload_differs',
    });
    expect(await readdir(join(folder, 'acme', 'files'))).toEqual([]);
  });

  test('belong to their tenant', async () => {
    const file = fileOf('mine');
    await uploads.append('acme', file, 0, text('mine'));
    expect(await uploads.held('globex', file)).toBe(0);
    await expect(uploads.place('globex', 'run', [{ ...file, path: ['a'] }])).rejects.toMatchObject({
      code: 'upload_missing',
    });
  });

  test('take no more than a tenant’s share, and an empty one is a file', async () => {
    const large = fileOf('x'.repeat(21));
    await expect(uploads.append('acme', large, 0, text('x'.repeat(21)))).rejects.toMatchObject({
      code: 'upload_full',
    });
    const empty = fileOf('');
    expect(await uploads.append('acme', empty, 0, text(''))).toBe(0);
    await uploads.place('acme', 'run', [{ ...empty, path: ['none.csv'] }]);
  });

  test('that nobody came back for go', async () => {
    const file = fileOf('left');
    await uploads.append('acme', file, 0, text('left'));
    await uploads.place('acme', 'run', [{ ...file, path: ['a'] }]);
    await uploads.purge(0);
    expect(await uploads.held('acme', file)).toBe(4);
    await uploads.purge(Number.MAX_SAFE_INTEGER);
    expect(await uploads.held('acme', file)).toBe(0);
    expect(await readdir(join(folder, 'acme', 'runs'))).toEqual([]);
  });
});
