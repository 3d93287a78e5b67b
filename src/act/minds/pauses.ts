import type { DecidingMode } from '../../domain/case.ts';
import { inputError } from '../../domain/errors.ts';
import { deriveId } from '../../domain/identifiers.ts';
import type { TenantConfig } from '../../domain/tenant.ts';
import { addDays, dayIn, endOfDay, type Instant } from '../../domain/time.ts';
import type { Principal } from '../../domain/person.ts';
import { requirePerson } from '../approvals/require-person.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { record } from '../ledger/ledger.ts';
import {
  declineRates,
  insertPause,
  markPauseLifted,
  pauseOn,
  type DeclineRate,
  type ModelPause,
} from './pause-store.ts';

/** From which share of cases with something declined a model is set aside, and from how many cases on that is judged. */
export interface DeclineBounds {
  readonly shareBasisPoints: number;
  readonly minCases: number;
}

const STANDARD: DeclineBounds = { shareBasisPoints: 5_000, minCases: 20 };

const declineBounds = ({ declines }: Pick<TenantConfig, 'declines'>): DeclineBounds =>
  declines ?? STANDARD;

/** Judged by: newer rounds of a month, at most so many. */
export const WINDOW_DAYS = 30;
export const WINDOW_ROUNDS = 100;

/** Whether a model declines so much more than the rules, who decline nothing of their own plan, that it is set aside. Pure. */
export const declinesTooMuch = (
  { cases, declined }: Pick<DeclineRate, 'cases' | 'declined'>,
  { shareBasisPoints, minCases }: DeclineBounds,
): boolean => cases >= minCases && declined * 10_000 >= shareBasisPoints * cases;

/** Who decides a round, and where that is not who was meant to, why. */
export const decidedMode = async (
  tx: TenantTx,
  {
    wanted,
    model,
    playbook,
  }: { readonly wanted: DecidingMode; readonly model: string | null; readonly playbook: string },
): Promise<{ readonly mode: DecidingMode; readonly because: string | null }> => {
  if (wanted === 'rules') return { mode: 'rules', because: null };
  if (model === null) return { mode: 'rules', because: 'no model is configured' };
  const pause = await pauseOn(tx, playbook);
  return pause === null
    ? { mode: wanted, because: null }
    : { mode: 'rules', because: pauseReason(pause) };
};

export const pauseReason = ({ model, cases, declined }: ModelPause): string =>
  `\`${model}\` is set aside for this playbook, because it declined something in ${String(declined)} of ${String(cases)} cases`;

/** Sets a playbook's model aside when it declined too much lately. Returns the new pause, if there is one. */
export const judgeDeclines = async (
  tx: TenantTx,
  {
    playbook,
    model,
    config,
    now,
  }: {
    readonly playbook: string;
    readonly model: string;
    readonly config: TenantConfig;
    readonly now: Instant;
  },
): Promise<ModelPause | null> => {
  const since = endOfDay(config.zone, addDays(dayIn(config.zone, now), -WINDOW_DAYS));
  const rates = await declineRates(tx, { since, window: WINDOW_ROUNDS, playbook });
  const rate = rates.find((one) => one.model === model);
  if (rate === undefined || !declinesTooMuch(rate, declineBounds(config))) return null;
  const { agent, cases, declined } = rate;
  const pause = {
    id: deriveId('pause', tx.tenantId, playbook, now),
    playbook,
    agent,
    model,
    cases,
    declined,
    pausedAt: now,
  };
  if (!(await insertPause(tx, pause))) return null;
  await record(tx, {
    world: 'live',
    kind: 'model_pause',
    subjects: {},
    body: { playbook, agent, model, cases, declined },
    at: now,
  });
  return { ...pause, liftedAt: null, liftedBy: null, liftedBecause: null };
};

/** A person lets the model decide again. Throws `pause_not_found`. */
export const liftPause = async (
  tx: TenantTx,
  {
    playbook,
    person,
    reason,
    now,
  }: {
    readonly playbook: string;
    readonly person: Principal;
    readonly reason: string;
    readonly now: Instant;
  },
): Promise<ModelPause> => {
  const signedIn = requirePerson(tx, person, 'lift_brake');
  const lifted = await markPauseLifted(tx, playbook, { by: signedIn.id, because: reason, now });
  if (lifted === null) {
    throw inputError(
      'pause_not_found',
      `the model of playbook \`${playbook}\` is not set aside; \`retinue agents\` shows which are`,
    );
  }
  await record(tx, {
    world: 'live',
    kind: 'model_pause_lifted',
    subjects: { personId: signedIn.id },
    body: { playbook, model: lifted.model, reason },
    at: now,
  });
  return lifted;
};
