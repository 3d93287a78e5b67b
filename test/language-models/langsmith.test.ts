import { createServer, type Server } from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { traceOnlyWithKey } from '../../src/language-models/tracing.ts';
import { approveUnmasking, insertUnmasking } from '../../src/language-models/unmasking-store.ts';
import type { OpenDatabase } from '../../src/platform/db/database.ts';
import abandonedReport from '../../src/sample/stories/abandoned-report.ts';
import imminentChurn from '../../src/sample/stories/imminent-churn.ts';
import { ANCHOR, foundCompany, type Company } from '../fixtures/company.ts';
import { onPostgres, testDatabase } from '../support/database.ts';
import { inTurn, modelsOf, ScriptedModel } from '../support/scripted-model.ts';

/** As an operator sets them; the run of the tests has them off. */
const setUp = (variables: Readonly<Record<string, string | undefined>>): void => {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
};

let database: OpenDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const reads = { name: 'conversations', args: {} };
const keeps = { name: 'keep', args: { step: 'check-in', why: 'the facts say so' } };

/** A round with a model that reads what customers wrote. */
const aRound = async (
  tenantId: string,
  account = imminentChurn.account,
  before?: (company: Company) => Promise<void>,
): Promise<ScriptedModel> => {
  const model = new ScriptedModel(inTurn([reads], [keeps]));
  const models = modelsOf(model);
  const company = await foundCompany(database, tenantId, { accounts: [account], models });
  await before?.(company);
  await company.run(ANCHOR);
  expect(model.heard.length).toBeGreaterThan(1);
  return model;
};

describe('without a key', () => {
  test.each([
    ['untouched', undefined],
    ['with tracing switched on', 'true'],
  ])('nothing is sent anywhere: %s', async (_, tracing) => {
    setUp({
      LANGSMITH_TRACING: tracing,
      LANGSMITH_API_KEY: undefined,
      LANGCHAIN_API_KEY: undefined,
    });
    traceOnlyWithKey(process.env);
    const dialled: string[] = [];
    const connect = Reflect.get(net.Socket.prototype, 'connect') as (
      ...args: unknown[]
    ) => net.Socket;
    vi.spyOn(net.Socket.prototype, 'connect').mockImplementation(function dial(
      this: net.Socket,
      ...args: unknown[]
    ) {
      dialled.push(JSON.stringify(args[0]));
      return connect.apply(this, args);
    });
    const fetched = vi.spyOn(globalThis, 'fetch');
    await aRound(`no-key-${tracing ?? 'off'}`);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(fetched).not.toHaveBeenCalled();
    if (!onPostgres) expect(dialled).toEqual([]);
  });
});

/** Takes in what LangSmith's client sends, as its service does. */
const startTraceServer = async (): Promise<{
  readonly url: string;
  readonly received: () => string;
  readonly server: Server;
}> => {
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      if (request.method === 'POST') bodies.push(Buffer.concat(pieces).toString('utf8'));
      response.writeHead(200, { 'Content-Type': 'application/json' });
      const batch_ingest_config = { use_multipart_endpoint: false, size_limit: 20 };
      response.end(JSON.stringify(request.method === 'GET' ? { batch_ingest_config } : {}));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${String(port)}`, received: () => bodies.join('\n'), server };
};

const calls = (received: string): number => received.split('"run_type":"llm"').length - 1;

test('with a key, runs arrive with names and texts masked; a tenant that lets them out is not traced', async () => {
  const traces = await startTraceServer();
  setUp({
    LANGSMITH_TRACING: 'true',
    LANGSMITH_API_KEY: 'ls-test',
    LANGSMITH_ENDPOINT: traces.url,
    LANGSMITH_PROJECT: 'retinue-test',
  });
  traceOnlyWithKey(process.env);
  const arrived = (more: number) =>
    vi.waitFor(() => expect(calls(traces.received())).toBeGreaterThanOrEqual(more), {
      timeout: 60_000,
      interval: 200,
    });

  await aRound('traced');
  await arrived(2);
  const unmasked = await aRound(
    'let-out',
    abandonedReport.account,
    async ({ here, admin, approvers }) => {
      await here(async (tx) => {
        for (const what of ['names', 'texts'] as const) {
          const wish = { id: crypto.randomUUID(), what, reason: 'a test' };
          await insertUnmasking(tx, { ...wish, proposedBy: admin.id, proposedAt: ANCHOR });
          await approveUnmasking(tx, what, { by: approvers[0].id, at: ANCHOR });
        }
      });
    },
  );
  const before = calls(traces.received());
  await aRound('traced-again');
  await arrived(before + 2);
  traces.server.closeAllConnections();
  traces.server.close();

  const shown = unmasked.heard.flatMap(({ messages }) => messages.map(({ text }) => text)).join();
  const received = traces.received();
  expect(received).toContain('churn-save');
  for (const { account, isShown } of [
    { account: imminentChurn.account, isShown: false },
    { account: abandonedReport.account, isShown: true },
  ]) {
    const names = [account.name, ...account.contacts.map(({ name }) => name)];
    const texts = (account.tickets ?? []).map(({ body }) => body.slice(0, 40));
    for (const known of [...names, ...texts]) {
      // What was let out reached the model, so that its absence from the traces says something.
      if (isShown) expect(shown).toContain(known);
      expect(received.includes(known), `${known} in the traces`).toBe(false);
    }
  }
});
