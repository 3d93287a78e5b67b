import type { Instant } from '../domain/time.ts';
import type { TenantTx } from '../platform/db/database.ts';
import type { Filed, Source } from './define.ts';

/** A thread as its person sees it in a list. */
export interface Thread {
  readonly id: string;
  readonly title: string;
  readonly createdAt: Instant;
  readonly lastAt: Instant;
}

/** A question and its answer. */
export interface Exchange {
  readonly id: string;
  readonly number: number;
  readonly question: string;
  readonly askedAt: Instant;
  readonly status: 'asked' | 'answered' | 'stopped' | 'failed';
  readonly answer: string | null;
  readonly mode: 'rules' | 'model' | null;
  readonly note: string | null;
  readonly accountId: string | null;
  readonly choice: { readonly question: string; readonly accountIds: readonly string[] } | null;
  readonly sources: readonly Source[];
  readonly filed: readonly Filed[];
  readonly answeredAt: Instant | null;
}

/** Whose thread. INVARIANT: every query below is by person: a thread is nobody else's. */
export interface Own {
  readonly threadId: string;
  readonly personId: string;
}

const THREAD = `thread_id as id, title, created_at as "createdAt", last_at as "lastAt"`;

const EXCHANGE = `exchange_id as id, number, question, asked_at as "askedAt", status, answer, mode, note,
  account_id as "accountId", choice, sources, requests as filed, answered_at as "answeredAt"`;

export const insertThread = async (
  tx: TenantTx,
  { threadId, personId }: Own,
  thread: { readonly title: string; readonly now: Instant },
): Promise<void> => {
  await tx.query(
    `insert into chat_threads (tenant_id, thread_id, person_id, title, created_at, last_at)
     values ($1, $2, $3, $4, $5, $5)`,
    [tx.tenantId, threadId, personId, thread.title, thread.now],
  );
};

/** The newest first. */
export const listThreads = (tx: TenantTx, personId: string, limit: number): Promise<Thread[]> =>
  tx.query<Thread>(
    `select ${THREAD} from chat_threads where person_id = $1 order by last_at desc, thread_id limit $2`,
    [personId, limit],
  );

export const loadThread = async (
  tx: TenantTx,
  { threadId, personId }: Own,
): Promise<Thread | null> => {
  const [row] = await tx.query<Thread>(
    `select ${THREAD} from chat_threads where thread_id = $1 and person_id = $2`,
    [threadId, personId],
  );
  return row ?? null;
};

/** Oldest first. */
export const listExchanges = (tx: TenantTx, { threadId, personId }: Own): Promise<Exchange[]> =>
  tx.query<Exchange>(
    `select ${EXCHANGE} from chat_exchanges e join chat_threads t using (tenant_id, thread_id)
     where thread_id = $1 and t.person_id = $2 order by number`,
    [threadId, personId],
  );

/** With its questions and answers. Returns whether there was one. */
export const deleteThread = async (tx: TenantTx, { threadId, personId }: Own): Promise<boolean> => {
  const rows = await tx.query(
    'delete from chat_threads where thread_id = $1 and person_id = $2 returning thread_id',
    [threadId, personId],
  );
  return rows.length > 0;
};

/**
 * Writes the next question of a thread, or finds the one of that id; a question that was cut off is under way again.
 * `null`: the person has no such thread.
 */
export const beginExchange = async (
  tx: TenantTx,
  own: Own,
  asked: {
    readonly exchangeId: string;
    readonly question: string;
    readonly title: string;
    readonly now: Instant;
  },
): Promise<Exchange | null> => {
  // The thread's row is the lock: two questions at once get two numbers.
  const threads = await tx.query(
    `update chat_threads set last_at = greatest(last_at, $3), title = case when title = '' then $4 else title end
     where thread_id = $1 and person_id = $2 returning thread_id`,
    [own.threadId, own.personId, asked.now, asked.title],
  );
  if (threads.length === 0) return null;
  await tx.query(
    `insert into chat_exchanges (tenant_id, thread_id, number, exchange_id, question, asked_at, status)
     select $1, $2, coalesce(max(number), 0) + 1, $3, $4, $5, 'asked' from chat_exchanges where thread_id = $2
     on conflict (tenant_id, exchange_id) do nothing`,
    [tx.tenantId, own.threadId, asked.exchangeId, asked.question, asked.now],
  );
  await tx.query(
    `update chat_exchanges set status = 'asked' where exchange_id = $1 and status in ('stopped', 'failed')`,
    [asked.exchangeId],
  );
  const [row] = await tx.query<Exchange>(
    `select ${EXCHANGE} from chat_exchanges where exchange_id = $1 and thread_id = $2`,
    [asked.exchangeId, own.threadId],
  );
  return row ?? null;
};

/** The last answer before a question, which says what `them` means in it. */
export const exchangeBefore = async (
  tx: TenantTx,
  threadId: string,
  number: number,
): Promise<Exchange | null> => {
  const [row] = await tx.query<Exchange>(
    `select ${EXCHANGE} from chat_exchanges
     where thread_id = $1 and number < $2 and status = 'answered' order by number desc limit 1`,
    [threadId, number],
  );
  return row ?? null;
};

export interface Ended {
  readonly status: 'answered' | 'stopped' | 'failed';
  readonly answer: string | null;
  readonly mode: Exchange['mode'];
  readonly note: string | null;
  readonly accountId: string | null;
  readonly choice: Exchange['choice'];
  readonly sources: Exchange['sources'];
  readonly filed: Exchange['filed'];
  readonly now: Instant;
}

/** Keeps how a question ended; an answer stays as it was given first, and is returned. `null`: its thread is gone. */
export const endExchange = async (
  tx: TenantTx,
  exchangeId: string,
  ended: Ended,
): Promise<Exchange | null> => {
  const [row] = await tx.query<Exchange>(
    `update chat_exchanges set status = $2, answer = $3, mode = $4, note = $5, account_id = $6, choice = $7::jsonb,
       sources = $8::jsonb, requests = $9::jsonb, answered_at = $10
     where exchange_id = $1 and status <> 'answered' returning ${EXCHANGE}`,
    [
      exchangeId,
      ended.status,
      ended.answer,
      ended.mode,
      ended.note,
      ended.accountId,
      ended.choice === null ? null : JSON.stringify(ended.choice),
      JSON.stringify(ended.sources),
      JSON.stringify(ended.filed),
      ended.now,
    ],
  );
  return row ?? (await loadExchange(tx, exchangeId));
};

const loadExchange = async (tx: TenantTx, exchangeId: string): Promise<Exchange | null> => {
  const [row] = await tx.query<Exchange>(
    `select ${EXCHANGE} from chat_exchanges where exchange_id = $1`,
    [exchangeId],
  );
  return row ?? null;
};

/** Deletes threads in which nothing was asked since. Returns how many. */
export const purgeThreads = async (tx: TenantTx, before: Instant): Promise<number> => {
  const rows = await tx.query('delete from chat_threads where last_at < $1 returning thread_id', [
    before,
  ]);
  return rows.length;
};
