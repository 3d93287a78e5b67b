import { randomUUID } from 'node:crypto';
import { listCases } from '../../act/cases/case-store.ts';
import { withdrawPending } from '../../act/cases/withdraw.ts';
import { requirePerson } from '../../act/approvals/require-person.ts';
import { record } from '../../act/ledger/ledger.ts';
import { listOutbox } from '../../act/outbox/store.ts';
import { lockAccount } from '../../act/settle/store.ts';
import { LIVE } from '../../domain/case.ts';
import { inputError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Principal } from '../../domain/person.ts';
import type { Instant } from '../../domain/time.ts';
import { currentConfig } from '../../platform/config/store.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import type { Parts } from '../../parts.ts';
import { accountsAffected, reinstateEvents, retractEvents } from '../../sense/events/retract.ts';
import {
  insertRetraction,
  listRetractions,
  noteUndone,
  type Chosen,
  type Selector,
} from '../../sense/events/retraction-store.ts';

/** What a retraction comes to, before it is made. */
export interface RetractionPlan {
  readonly events: number;
  readonly accountIds: readonly string[];
  /** Open cases of these accounts: what they want is withdrawn and thought over. */
  readonly cases: number;
  /** Effects on these accounts since the first of the events: done, and not to be withdrawn. */
  readonly done: readonly { readonly actionId: string; readonly what: string }[];
}

export const planRetraction = async (tx: TenantTx, chosen: Chosen): Promise<RetractionPlan> => {
  const { events, accountIds, firstAcceptedAt } = await accountsAffected(tx, chosen);
  return {
    events,
    accountIds,
    cases: (await openCases(tx, accountIds)).length,
    done: firstAcceptedAt === null ? [] : await doneSince(tx, accountIds, firstAcceptedAt),
  };
};

const openCases = async (tx: TenantTx, accountIds: readonly string[]) =>
  (await listCases(tx, { world: LIVE.id, accountIds })).filter(({ status }) => status !== 'closed');

const doneSince = async (tx: TenantTx, accountIds: readonly string[], since: Instant) => {
  const touched = new Set(accountIds);
  const rows = await listOutbox(tx, { world: LIVE.id, limit: 10_000 });
  return rows
    .filter(
      ({ accountId, status, startedAt }) =>
        accountId !== null &&
        touched.has(accountId) &&
        ['done', 'sending', 'unknown'].includes(status) &&
        startedAt !== null &&
        startedAt >= since,
    )
    .map(({ actionId, templateId, port }) => ({ actionId, what: templateId ?? port }));
};

interface Retracting {
  readonly person: Principal;
  readonly reason: string;
  readonly now: Instant;
  readonly parts: Pick<Parts, 'entities'>;
}

export interface Retracted extends RetractionPlan {
  readonly retractionId: string;
  /** Proposals that ended, with their approvals and what was in the outbox. */
  readonly withdrawn: readonly string[];
}

/**
 * An admin's decision to take events back. In one transaction: the events count no more, all that follows from them is
 * worked out anew, and what is pending on the accounts is withdrawn with the reason. What was done stays done, and is
 * named. Throws `auth.not_allowed`, `reason_required`, `nothing_to_retract`.
 */
export const retract = async (
  tx: TenantTx,
  { selector, ...given }: Retracting & { readonly selector: Selector },
): Promise<Retracted> => {
  const person = requirePerson(tx, given.person, 'retract_events');
  const reason = requireReason(given.reason);
  const { now } = given;
  const plan = await planRetraction(tx, { selector });
  if (plan.events === 0)
    throw inputError('nothing_to_retract', 'no event that still counts is meant: check the id');
  await lockAll(tx, plan.accountIds);
  const retractionId = `ret-${randomUUID().slice(0, 8)}`;
  const options = { now, entities: given.parts.entities, config: await currentConfig(tx) };
  const accountIds = await retractEvents(tx, { selector, retractionId }, options);
  const entry = { id: retractionId, selector: { ...selector }, reason, personId: person.id };
  const counts = { events: plan.events, accounts: accountIds.length };
  await insertRetraction(tx, { ...entry, ...counts, at: now });
  const because = `${retractionId}: ${reason}`;
  const withdrawn = await withdraw(tx, accountIds, `events were retracted (${because})`, now);
  await note(tx, 'events.retracted', person.id, now, {
    ...{ retractionId, selector: { ...selector }, reason, ...counts },
    withdrawn,
    done: plan.done.map(({ actionId }) => actionId),
  });
  return { ...plan, accountIds, retractionId, withdrawn };
};

/** Takes a retraction back. Throws `retraction_not_found`, `already_undone`. */
export const undoRetraction = async (
  tx: TenantTx,
  { retractionId, ...given }: Retracting & { readonly retractionId: string },
): Promise<Retracted> => {
  const person = requirePerson(tx, given.person, 'retract_events');
  const reason = requireReason(given.reason);
  const { now } = given;
  await requireRetraction(tx, retractionId);
  const plan = await planRetraction(tx, { retractionId });
  await lockAll(tx, plan.accountIds);
  if (!(await noteUndone(tx, retractionId, person.id, now)))
    throw inputError('already_undone', `\`${retractionId}\` was taken back already`);
  const options = { now, entities: given.parts.entities, config: await currentConfig(tx) };
  const accountIds = await reinstateEvents(tx, retractionId, options);
  const withdrawn = await withdraw(tx, accountIds, `${retractionId} was taken back`, now);
  await note(tx, 'events.reinstated', person.id, now, {
    ...{ retractionId, reason, events: plan.events, accounts: accountIds.length, withdrawn },
  });
  return { ...plan, accountIds, retractionId, withdrawn };
};

const requireReason = (reason: string): string => {
  if (reason.trim() !== '') return reason.trim();
  throw inputError('reason_required', 'say why with --reason; it is kept in the ledger');
};

const requireRetraction = async (tx: TenantTx, id: string): Promise<void> => {
  if ((await listRetractions(tx)).some((each) => each.id === id)) return;
  throw inputError(
    'retraction_not_found',
    `there is no retraction \`${id}\`: \`retinue retract\` lists them`,
  );
};

/** In one order, before anything is accepted: two decisions never wait for each other. */
const lockAll = async (tx: TenantTx, accountIds: readonly string[]): Promise<void> => {
  for (const accountId of [...accountIds].sort()) await lockAccount(tx, accountId);
};

const withdraw = async (
  tx: TenantTx,
  accountIds: readonly string[],
  reason: string,
  now: Instant,
): Promise<readonly string[]> => {
  const ended: string[] = [];
  for (const entry of await openCases(tx, accountIds)) {
    ended.push(...(await withdrawPending(tx, { entry, reason, now })));
  }
  return ended;
};

const note = async (
  tx: TenantTx,
  kind: string,
  personId: string,
  at: Instant,
  body: JsonObject,
): Promise<void> => {
  await record(tx, { world: LIVE.id, kind, subjects: { personId }, body, at });
};
