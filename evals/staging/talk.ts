import { randomUUID } from 'node:crypto';
import { listProposals } from '../../src/act/settle/read.ts';
import { converse } from '../../src/chat/converse.ts';
import type { Desk } from '../../src/chat/define.ts';
import { insertThread, type Exchange } from '../../src/chat/thread-store.ts';
import { LIVE } from '../../src/domain/case.ts';
import { embeddersFor } from '../../src/knowledge/embedders/embedders.ts';
import type { LanguageModels } from '../../src/language-models/define.ts';
import type { Answered } from '../judge-answer.ts';
import { SAMPLE_NOW, type Sample } from './sample.ts';

/** Asks in a thread of its own, by way of an earlier question where there is one. */
export const say = async (
  { db, tenantId, person, parts, config }: Sample,
  models: LanguageModels | null,
  asked: { readonly after: string | null; readonly text: string },
): Promise<Answered> => {
  const desk: Desk = {
    ...{ db, tenantId, person, parts, config, models: null, world: LIVE, now: SAMPLE_NOW },
    embedders: embeddersFor(undefined),
  };
  const threadId = randomUUID();
  await db.withTenant(tenantId, (tx) =>
    insertThread(tx, { threadId, personId: person.id }, { title: '', now: SAMPLE_NOW }),
  );
  if (asked.after !== null) await told(desk, threadId, asked.after);
  const exchange = await told({ ...desk, models }, threadId, asked.text);
  const ids = exchange.filed.map(({ proposalId }) => proposalId);
  const proposals =
    ids.length === 0 ? [] : await db.withTenant(tenantId, (tx) => listProposals(tx, { ids }));
  return {
    ...exchange,
    filedArgs: ids.map((id) => proposals.find((one) => one.id === id)?.args ?? {}),
  };
};

const told = async (desk: Desk, threadId: string, text: string): Promise<Exchange> => {
  const events = await converse(desk, {
    ...{ threadId, text, requestId: randomUUID(), now: () => SAMPLE_NOW },
    signal: new AbortController().signal,
  });
  for await (const event of events) {
    if (event.event === 'done') return event.data;
    if (event.event === 'problem') throw new Error(`“${text}”: ${JSON.stringify(event.data)}`);
  }
  throw new Error(`“${text}” was not answered`);
};
