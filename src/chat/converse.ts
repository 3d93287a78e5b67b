import { PassThrough } from 'node:stream';
import { deriveId } from '../domain/identifiers.ts';
import { inputError } from '../domain/errors.ts';
import type { Instant } from '../domain/time.ts';
import { listAccounts } from '../sense/identity/account-store.ts';
import type { TenantTx } from '../platform/db/database.ts';
import { problemOf, type Problem } from '../platform/http/problem.ts';
import { describeError, scoped } from '../platform/log.ts';
import type { Answer, Before, Talk } from './answer.ts';
import { answerQuestion } from './answer-question.ts';
import type { Desk, Named, Source } from './define.ts';
import { inTenant } from './desk.ts';
import { safeMarkdown } from './markdown.ts';
import { beginExchange, endExchange, exchangeBefore, type Exchange } from './thread-store.ts';

/** What is told while a question is answered, in order; `done` is the last, or `problem`. */
export type ChatEvent =
  | {
      readonly event: 'begun';
      readonly data: { readonly threadId: string; readonly exchangeId: string };
    }
  | { readonly event: 'step'; readonly data: { readonly tool: string; readonly text: string } }
  | { readonly event: 'token'; readonly data: { readonly text: string } }
  | { readonly event: 'source'; readonly data: Source }
  | { readonly event: 'done'; readonly data: Exchange }
  | { readonly event: 'problem'; readonly data: Problem };

export interface Said {
  readonly threadId: string;
  readonly text: string;
  /** The client's own name for this question: sent again with it, it is asked once. */
  readonly requestId: string;
  /** The wall clock, for the thread; the desk's `now` is the moment that is answered about. */
  readonly now: () => Instant;
  readonly signal: AbortSignal;
}

type Say = (event: ChatEvent) => void;

const LONGEST_TITLE = 80;

/**
 * Answers one question of a thread, telling each step, and keeps it. A question that was answered before is told again as
 * it was. No checkpointer is behind it and no graph of a case within reach: a thread can resume nothing. Throws
 * `thread_not_found` before the first event; whatever goes wrong later is told as one.
 */
export const converse = async (desk: Desk, said: Said): Promise<AsyncIterable<ChatEvent>> => {
  const exchangeId = deriveId('chat', desk.tenantId, said.threadId, said.requestId);
  const begun = await begin(desk, said, exchangeId);
  return telling(async (say) => {
    say({ event: 'begun', data: { threadId: said.threadId, exchangeId } });
    if (begun.exchange.status === 'answered') tellAll(say, begun.exchange);
    else await answerAndKeep(desk, said, begun, say);
  });
};

/** The events of some work, which goes on to its end even where nobody listens any more. `work` never throws. */
const telling = (work: (say: Say) => Promise<void>): AsyncIterable<ChatEvent> => {
  const events = new PassThrough({ objectMode: true });
  const say: Say = (event) => {
    if (!events.destroyed) events.write(event);
  };
  void work(say).finally(() => events.end());
  return events;
};

const answerAndKeep = async (
  desk: Desk,
  said: Said,
  { exchange, before }: Begun,
  say: Say,
): Promise<void> => {
  const { signal, now } = said;
  const talk: Talk = {
    ...{ desk, before, thread: said.threadId, key: exchange.id, signal },
    tell: (data) => say({ event: 'step', data }),
  };
  try {
    const answer = await answerQuestion(talk, exchange.question);
    tellAll(say, await keep(desk, exchange.id, answer, now()));
  } catch (error) {
    await leave(desk, exchange.id, said, error);
    if (!signal.aborted) say({ event: 'problem', data: problemOf(error, exchange.id) });
  }
};

interface Begun {
  readonly exchange: Exchange;
  readonly before: Before;
}

const begin = (desk: Desk, said: Said, exchangeId: string): Promise<Begun> =>
  inTenant(desk, async (tx) => {
    const own = { threadId: said.threadId, personId: desk.person.id };
    const exchange = await beginExchange(tx, own, {
      exchangeId,
      question: said.text,
      title: said.text.trim().slice(0, LONGEST_TITLE),
      now: said.now(),
    });
    if (exchange === null) throw threadNotFound(said.threadId);
    return { exchange, before: await beforeOf(tx, said.threadId, exchange.number) };
  });

export const threadNotFound = (id: string) =>
  inputError('thread_not_found', `you have no chat thread \`${id}\``);

const beforeOf = async (tx: TenantTx, threadId: string, number: number): Promise<Before> => {
  const last = await exchangeBefore(tx, threadId, number);
  if (last === null) return { question: null, account: null, choice: null };
  const { accountId, choice } = last;
  const ids = [
    ...new Set([...(accountId === null ? [] : [accountId]), ...(choice?.accountIds ?? [])]),
  ];
  const rows = ids.length === 0 ? [] : await listAccounts(tx, { ids });
  // An account that was merged meanwhile goes on under the other.
  const named = (id: string): Named[] =>
    rows
      .filter((row) => row.accountId === id)
      .map((row) => ({ accountId: row.mergedInto ?? row.accountId, name: row.name }));
  return {
    question: last.question,
    account: accountId === null ? null : (named(accountId)[0] ?? null),
    choice:
      choice === null
        ? null
        : { question: choice.question, accounts: choice.accountIds.flatMap(named) },
  };
};

const keep = async (
  desk: Desk,
  exchangeId: string,
  { text, account, choice, ...answer }: Answer,
  now: Instant,
): Promise<Exchange> => {
  const kept = await inTenant(desk, (tx) =>
    endExchange(tx, exchangeId, {
      ...answer,
      status: 'answered',
      answer: safeMarkdown(text),
      accountId: account?.accountId ?? null,
      choice:
        choice === null
          ? null
          : {
              question: choice.question,
              accountIds: choice.accounts.map(({ accountId }) => accountId),
            },
      now,
    }),
  );
  if (kept === null) throw threadNotFound(exchangeId);
  return kept;
};

/** Never throws: the database may be what failed, and the question is asked again with the same id. */
const leave = async (
  desk: Desk,
  exchangeId: string,
  { signal, now }: Said,
  error: unknown,
): Promise<void> => {
  const log = scoped({ tenantId: desk.tenantId });
  if (!signal.aborted)
    log.error({ ...describeError(error), exchangeId }, 'a question in chat was not answered');
  try {
    await inTenant(desk, (tx) =>
      endExchange(tx, exchangeId, {
        ...{ status: signal.aborted ? 'stopped' : 'failed', answer: null, mode: null, note: null },
        ...{ accountId: null, choice: null, sources: [], filed: [], now: now() },
      }),
    );
  } catch (again) {
    log.error({ ...describeError(again), exchangeId }, 'nor could that be kept');
  }
};

const LONGEST_PIECE = 60;

/** The text in pieces that end between words, then where it stands. Checked as a whole before the first piece is told. */
const tellAll = (say: Say, exchange: Exchange): void => {
  const pieces = new RegExp(
    `[\\s\\S]{1,${String(LONGEST_PIECE)}}(?:\\s+|$)|\\S{1,${String(LONGEST_PIECE)}}`,
    'g',
  );
  for (const text of exchange.answer?.match(pieces) ?? []) say({ event: 'token', data: { text } });
  for (const source of exchange.sources) say({ event: 'source', data: source });
  say({ event: 'done', data: exchange });
};
