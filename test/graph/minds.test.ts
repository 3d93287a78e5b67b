import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listCases } from '../../src/act/cases/case-store.ts';
import { listRounds } from '../../src/act/cases/round-store.ts';
import {
  agreeToUnmasking,
  maskAgain,
  proposeUnmasking,
} from '../../src/act/unmasking/unmasking.ts';
import { addMinutes, type Instant } from '../../src/domain/time.ts';
import runLineJob from '../../src/jobs/run-line.ts';
import tickJob from '../../src/jobs/tick.ts';
import { embeddersFor } from '../../src/knowledge/embedders/embedders.ts';
import { embedPassages } from '../../src/knowledge/embed-passages.ts';
import { saveDocuments } from '../../src/knowledge/save-documents.ts';
import { createPerson } from '../../src/platform/auth/people.ts';
import { fixedClock } from '../../src/platform/clock.ts';
import type { OpenDatabase } from '../../src/platform/db/database.ts';
import imminentChurn from '../../src/sample/stories/imminent-churn.ts';
import { ANCHOR, foundCompany, type Company, type CompanyOptions } from '../fixtures/company.ts';
import { testDatabase } from '../support/database.ts';
import { startOpenAiServer, type OpenAiServer } from '../support/openai-server.ts';
import { inTurn, modelsOf, ScriptedModel, type Heard } from '../support/scripted-model.ts';

/** What is configured once must hold within rounds, whoever starts them. */

let database: OpenDatabase;
let server: OpenAiServer;
beforeAll(async () => {
  database = await testDatabase();
  server = await startOpenAiServer();
});
afterAll(() => server.close());

const [contact] = imminentChurn.account.contacts;
const keep = { name: 'keep', args: { step: 'check-in' } };
const search = {
  name: 'search_knowledge',
  args: { question: `What may ${contact?.name ?? ''} do with a CSV export?` },
};

const found = (tenantId: string, model: ScriptedModel, options: Partial<CompanyOptions> = {}) =>
  foundCompany(database, tenantId, {
    accounts: [imminentChurn.account],
    models: modelsOf(model),
    ...options,
  });

const roundOf = (company: Company) =>
  company.here(async (tx) => {
    const [entry] = await listCases(tx, { world: 'live' });
    return { caseId: entry?.id, rounds: await listRounds(tx, entry?.id ?? '') };
  });

const told = (heard: readonly Heard[]): string =>
  heard.flatMap(({ messages }) => messages.map((message) => message.text)).join('\n');

/** A worker’s jobs with an outside of its own. */
const jobsOf = (company: Company, embeddings: Parameters<typeof embeddersFor>[0]) => {
  const outside = {
    dataDir: company.dataDir,
    models: company.models,
    embeddings: embeddings ?? {},
  };
  const send = () => Promise.resolve();
  const context = (now: Instant) => ({
    ...{ db: database, parts: company.parts, clock: fixedClock(now), outside },
    ...{ send, signal: new AbortController().signal },
  });
  const { tenantId } = company;
  return {
    runLine: (now: Instant) => runLineJob.run(context(now), { tenantId, reason: 'test' }),
    tick: (now: Instant) => tickJob.run(context(now), { tenantId }),
  };
};

describe('the knowledge base within a round', () => {
  const embeddings = () => ({ model: 'wire-embeddings', baseUrl: server.url, apiKey: 'sk' });
  const asked = () =>
    server.requests
      .filter(({ path, body }) => path.endsWith('/embeddings') && body.model === 'wire-embeddings')
      .flatMap(({ body }) => body.input ?? []);

  test.each(['runLine', 'tick'] as const)(
    'is asked by the model that the tenant’s texts are embedded with: %s',
    async (job) => {
      const model = new ScriptedModel(inTurn([search], [keep]));
      const company = await found(`embedded-${job.toLowerCase()}`, model);
      await company.here((tx) =>
        saveDocuments(tx, {
          origin: 'folder:help',
          documents: [
            {
              ...{ source: 'export.md', collection: 'product', title: 'Exports' },
              sections: [{ headings: ['Exports'], text: 'Figures leave as CSV.' }],
            },
          ],
          by: 'test',
          now: ANCHOR,
        }),
      );
      const { wanted } = embeddersFor(embeddings());
      await embedPassages(database, company.tenantId, wanted, { now: ANCHOR });
      // A case that a run opened and nobody has looked at yet.
      if (job === 'tick') await company.run(ANCHOR, { models: null });
      const before = asked().length;
      const jobs = jobsOf(company, embeddings());
      await jobs[job](job === 'tick' ? addMinutes(ANCHOR, 60 * 24 * 8) : ANCHOR);
      const questions = asked().slice(before).join();
      expect(questions).toContain('do with a CSV export?');
      // It leaves the house, as what the model is told does.
      expect(questions).not.toContain(contact?.name.split(' ')[0] ?? '?');
      expect(told(model.heard)).toContain('folder:help:export.md#');
    },
  );
});

describe('what two people let out', () => {
  const name = contact?.name ?? '?';
  const wish = { what: 'names', now: ANCHOR } as const;
  const withSecond = async (tenantId: string) => {
    const model = new ScriptedModel(inTurn([keep]));
    const company = await found(tenantId, model);
    const { admin } = company;
    const second = await company.here((tx) =>
      createPerson(tx, {
        ...{ name: 'Jo Doe', email: 'jo@company.example', roles: ['admin'] as const },
        ...{ by: admin, now: ANCHOR },
      }),
    );
    await company.here((tx) => proposeUnmasking(tx, { ...wish, person: admin, reason: 'ours' }));
    return { model, company, admin, second };
  };

  test('leaves within rounds, and not on the word of one', async () => {
    const { model, company, second } = await withSecond('unmasked');
    await company.run(ANCHOR);
    const alone = model.heard.length;
    expect(alone).toBeGreaterThan(0);
    expect(told(model.heard)).not.toContain(name);
    await company.here((tx) => agreeToUnmasking(tx, { ...wish, person: second }));
    await company.run(addMinutes(ANCHOR, 60 * 24 * 8));
    const agreed = told(model.heard.slice(alone));
    expect(agreed).toContain(name);
    // What customers wrote was not let out.
    expect(agreed).not.toContain('Terrible support');
  });

  test('does not leave once it is masked again', async () => {
    const { model, company, admin, second } = await withSecond('masked-again');
    await company.here((tx) => agreeToUnmasking(tx, { ...wish, person: second }));
    await company.here((tx) => maskAgain(tx, { ...wish, person: admin }));
    await company.run(ANCHOR);
    expect(model.heard.length).toBeGreaterThan(0);
    expect(told(model.heard)).not.toContain(name);
  });
});

describe('the report of a run', () => {
  test('says what models took, in all and by case', async () => {
    const company = await found('billed', new ScriptedModel(inTurn([search], [keep])));
    const { models } = await company.run(ANCHOR);
    const { caseId } = await roundOf(company);
    // 100 tokens in and 10 out a call, at 1.25 and 10 dollars a million.
    const sum = {
      ...{ calls: 2, failed: 0, inputTokens: 200, outputTokens: 20, unpricedCalls: 0 },
      ...{ costNano: 45_000_000, cost: { minor: 1, currency: 'USD' } },
    };
    expect(models).toEqual({ ...sum, cases: [{ caseId, ...sum }] });
    // The next run is told its own.
    expect((await company.run(addMinutes(ANCHOR, 1))).models).toMatchObject({
      calls: 0,
      cases: [],
    });
  });

  test('says of which calls no price is given', async () => {
    const company = await found('unpriced', new ScriptedModel(inTurn([keep])), {
      edits: {
        'models.yaml': [
          ['  moneyPerDay: 10.00 USD\n', ''],
          [
            "  '*': { input: 1.25 USD, output: 10.00 USD }\n",
            '  other: { input: 1.25 USD, output: 10.00 USD }\n',
          ],
        ],
      },
    });
    const { models } = await company.run(ANCHOR);
    expect(models).toMatchObject({ calls: 1, unpricedCalls: 1, costNano: 0 });
  });
});

test('a model that only models.yaml names is the one that answers', async () => {
  const model = new ScriptedModel(inTurn([keep]));
  const models = {
    nameFor: (_: string, wanted?: string) => wanted ?? null,
    chatModelFor: () => model,
  };
  const company = await found('named', model, {
    models,
    edits: { 'models.yaml': [['agents: {}\n', 'agents: { cs: house-model }\n']] },
  });
  await company.run(ANCHOR);
  const { rounds } = await roundOf(company);
  expect(rounds[0]).toMatchObject({ mode: 'hybrid', thought: { model: 'house-model' } });
});
