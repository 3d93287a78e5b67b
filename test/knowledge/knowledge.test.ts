import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Instant } from '../../src/domain/time.ts';
import { unit, type Embedder } from '../../src/knowledge/embedders/define.ts';
import { embeddersFor, type Embedders } from '../../src/knowledge/embedders/embedders.ts';
import { embedPassages } from '../../src/knowledge/embed-passages.ts';
import { saveDocuments, type NewDocument } from '../../src/knowledge/save-documents.ts';
import { searchKnowledge } from '../../src/knowledge/search.ts';
import { countUnembedded, servingModel } from '../../src/knowledge/vector-store.ts';
import type { OpenDatabase } from '../../src/platform/db/database.ts';
import { createTenant, testDatabase } from '../support/database.ts';

const NOW: Instant = '2026-03-04T10:00:00.000Z';

let database: OpenDatabase;
const packaged = embeddersFor();
let tenants = 0;

beforeAll(async () => {
  database = await testDatabase();
});

const newTenant = () => createTenant(database, `kb-${(tenants += 1)}`);

const page = (
  source: string,
  title: string,
  text: string,
  collection = 'product',
): NewDocument => ({
  source,
  collection,
  title,
  sections: [{ headings: [title], text }],
});

const PAGES = [
  page(
    'seats.md',
    'Adding seats',
    'A workspace admin can add seats at any time; the price is that of the plan.',
  ),
  page(
    'export.md',
    'Exporting figures',
    'Figures leave as CSV. An export larger than a million rows is split.',
  ),
  page(
    'sso.md',
    'Signing in with SSO',
    'SAML is part of Enterprise. Ask your identity provider for the metadata file.',
  ),
  page(
    'slow.md',
    'Dashboards load slowly',
    'Known since March: dashboards with over forty tiles take long to show.',
    'known_issues',
  ),
];

const save = (tenantId: string, documents: readonly NewDocument[], origin = 'folder:help') =>
  database.withTenant(tenantId, (tx) =>
    saveDocuments(tx, { origin, documents, by: 'test', now: NOW }),
  );

const find = async (tenantId: string, text: string, embedders = packaged, more = {}) =>
  (await searchKnowledge(database, tenantId, embedders, { text, limit: 3, ...more })).hits;

/** A model that knows letters alone: enough to tell whose vectors were asked. */
const letters = (id: string, asked: string[] = []): Embedder => ({
  id,
  embed: async (texts) => {
    asked.push(...texts);
    return texts.map((text) =>
      unit(
        Array.from(
          'abcdefghijklmnopqrstuvwxyz',
          (letter) => text.toLowerCase().split(letter).length,
        ),
      ),
    );
  },
});

const having = (wanted: Embedder, ...others: readonly Embedder[]): Embedders => ({
  wanted,
  named: (id) => [wanted, ...others].find((each) => each.id === id) ?? null,
});

describe('documents of an origin', () => {
  it('are what was saved last: added, changed, left alone, removed', async () => {
    const id = await newTenant();
    expect(await save(id, PAGES)).toMatchObject({ added: 4, changed: 0, unchanged: 0, removed: 0 });
    const [seats, ...others] = PAGES;
    if (seats === undefined) throw new Error('no page');
    const changed = page('seats.md', 'Adding seats', 'Seats are added by your account manager.');
    expect(await save(id, [changed, ...others.slice(0, 2)])).toMatchObject({
      added: 0,
      changed: 1,
      unchanged: 2,
      removed: 1,
    });
    expect((await find(id, 'adding seats', packaged, { by: 'words' }))[0]?.text).toContain(
      'account manager',
    );
    expect(await find(id, 'slow dashboards', packaged, { by: 'words' })).toEqual([]);
    expect(await save(id, [seats], 'folder:other')).toMatchObject({ added: 1, removed: 0 });
    await expect(save(id, [seats, seats])).rejects.toMatchObject({ code: 'knowledge.twice' });
  });
});

describe('searching', () => {
  it('finds by words and by meaning, cites the passage, and says how it found it', async () => {
    const id = await newTenant();
    await save(id, PAGES);
    const before = await searchKnowledge(database, id, packaged, { text: 'CSV export', limit: 3 });
    expect(before.note).toContain('by words alone');
    expect(before.hits[0]).toMatchObject({ source: 'export.md', byWords: 1, byMeaning: null });
    expect(await embedPassages(database, id, packaged.wanted, { now: NOW })).toBe(4);
    const [hit] = await find(id, 'How do I invite more users to my plan?');
    expect(hit).toMatchObject({ source: 'seats.md', title: 'Adding seats', collection: 'product' });
    expect(hit?.byMeaning).not.toBeNull();
    expect(
      (await find(id, 'everything takes ages', packaged, { collections: ['known_issues'] }))[0],
    ).toMatchObject({
      source: 'slow.md',
    });
  });

  it('never shows one tenant what another knows', async () => {
    const [mine, theirs] = [await newTenant(), await newTenant()];
    await save(theirs, PAGES);
    await embedPassages(database, theirs, packaged.wanted, { now: NOW });
    await save(mine, [page('a.md', 'Ours', 'Nothing about that.')]);
    await embedPassages(database, mine, packaged.wanted, { now: NOW });
    const found = await find(mine, 'adding seats to the plan');
    expect(found.map(({ source }) => source)).toEqual(['a.md']);
  });

  it('takes any text for a question', async () => {
    const id = await newTenant();
    await save(id, PAGES);
    const model = letters('letters@1');
    await embedPassages(database, id, model, { now: NOW });
    const texts = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        String.raw`a\b 'c' "d" & | ! ( ) :* <->`,
        'the of and',
        String.raw`C:\temp\it's.txt`,
      ),
    );
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        expect(
          (await find(id, text.replaceAll('\u0000', ''), having(model))).length,
        ).toBeLessThanOrEqual(3);
      }),
      { numRuns: 40 },
    );
  });
});

describe('changing the model', () => {
  it('leaves no gap: the one before answers until everything is embedded anew', async () => {
    const id = await newTenant();
    await save(id, PAGES);
    const asked: string[] = [];
    const [old, fresh] = [letters('letters@1', asked), letters('letters@2')];
    await embedPassages(database, id, old, { now: NOW });
    const stop = new AbortController();
    const both = having(fresh, old);
    stop.abort(new Error('cut off'));
    await expect(
      embedPassages(database, id, fresh, { now: NOW, signal: stop.signal }),
    ).rejects.toThrow('cut off');
    expect(await database.withTenant(id, (tx) => servingModel(tx))).toBe('letters@1');
    asked.length = 0;
    expect((await find(id, 'seats', both)).length).toBeGreaterThan(0);
    expect(asked).toEqual(['seats']);
    expect(await embedPassages(database, id, fresh, { now: NOW })).toBe(4);
    const now = await database.withTenant(id, async (tx) => ({
      serves: await servingModel(tx),
      old: await countUnembedded(tx, 'letters@1'),
    }));
    expect(now).toEqual({ serves: 'letters@2', old: 4 });
    expect(
      (await searchKnowledge(database, id, having(old), { text: 'seats', limit: 1 })).note,
    ).toContain('`letters@2` is not set up');
    expect(await embedPassages(database, id, fresh, { now: NOW })).toBe(0);
  });
});

describe('an OpenAI-compatible service', () => {
  it('embeds, and where it fails words alone are searched and it is said', async () => {
    let works = true;
    const bodies: { model: string; input: string[] }[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const asked = JSON.parse(body) as { model: string; input: string | string[] };
        const input = [asked.input].flat();
        bodies.push({ model: asked.model, input });
        response.writeHead(works ? 200 : 401, { 'content-type': 'application/json' });
        const data = input.map((text, index) => ({
          object: 'embedding',
          index,
          embedding: [text.length, text.split(' ').length, 1],
        }));
        response.end(
          JSON.stringify(
            works
              ? { object: 'list', data, model: asked.model }
              : { error: { message: 'no such key' } },
          ),
        );
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const embedders = embeddersFor({
      model: 'tiny-embed',
      baseUrl: `http://127.0.0.1:${String(port)}/v1`,
      apiKey: 'sk-test',
    });
    const id = await newTenant();
    await save(id, PAGES);
    expect(await embedPassages(database, id, embedders.wanted, { now: NOW })).toBe(4);
    expect(bodies[0]).toMatchObject({ model: 'tiny-embed', input: expect.any(Array) as unknown });
    expect((await find(id, 'adding seats', embedders))[0]?.byMeaning).not.toBeNull();
    works = false;
    const answer = await searchKnowledge(database, id, embedders, {
      text: 'adding seats',
      limit: 1,
    });
    expect(answer.hits[0]).toMatchObject({ source: 'seats.md', byMeaning: null });
    expect(answer.note).toMatch(
      /by words alone: the embeddings service did not answer .*no such key/u,
    );
    server.close();
  });
});
