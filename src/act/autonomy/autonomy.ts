import { inputError } from '../../domain/errors.ts';
import { RUNGS, type Rung } from '../../domain/decision.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Principal } from '../../domain/person.ts';
import type { TenantConfig } from '../../domain/tenant.ts';
import { addHours, type Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { requirePerson } from '../approvals/require-person.ts';
import { record } from '../ledger/ledger.ts';
import {
  insertAutonomy,
  insertTrouble,
  lockAutonomy,
  selectAutonomy,
  selectInForce,
  selectTroubles,
} from './autonomy-store.ts';
import {
  ceilingOf,
  isAbove,
  LOWEST,
  lowerOf,
  stepDown,
  TROUBLE_DAYS,
  type AutonomyDecision,
  type TroubleKind,
} from './ladder.ts';

export interface Post {
  readonly playbook: string;
  readonly action: string;
}

type Ceiling = Pick<TenantConfig, 'ceiling'>;

/**
 * How much the program may do by itself: the newest recorded decision, never above the ceiling in the tenant's files
 * as they are now; `observe` where nothing was decided.
 */
export const rungInForce = async (
  tx: TenantTx,
  { config, ...post }: Post & { readonly config: Ceiling },
): Promise<Rung> => {
  const [decided] = await selectInForce(tx, post);
  return lowerOf(decided?.rung ?? LOWEST, ceilingOf(config.ceiling, post));
};

/** The rungs in force of every playbook and action at once, for a settling of an account. */
export const rungsInForce = async (
  tx: TenantTx,
  config: Ceiling,
): Promise<(post: Post) => Rung> => {
  const decided = new Map(
    (await selectInForce(tx)).map((entry) => [
      JSON.stringify([entry.playbook, entry.action]),
      entry.rung,
    ]),
  );
  return (post) =>
    lowerOf(
      decided.get(JSON.stringify([post.playbook, post.action])) ?? LOWEST,
      ceilingOf(config.ceiling, post),
    );
};

/** Every decision about autonomy, newest first. */
export const listAutonomy = (tx: TenantTx): Promise<AutonomyDecision[]> => selectAutonomy(tx);

export interface AutonomyStep extends Post {
  readonly rung: Rung;
  readonly reason: string;
  readonly person: Principal;
  /** The results that it rests on; without them it is labelled so. */
  readonly measured?: JsonObject;
  readonly config: Ceiling;
  readonly now: Instant;
}

/**
 * An admin's decision to move on the ladder, up or down. What was refused while it stood lower stays refused: nothing
 * is replayed. Throws `auth.not_allowed`, `reason_required`, `autonomy_unknown_rung`, `autonomy_above_ceiling`.
 */
export const recordAutonomy = async (
  tx: TenantTx,
  step: AutonomyStep,
): Promise<AutonomyDecision> => {
  const person = requirePerson(tx, step.person, 'set_autonomy');
  const reason = step.reason.trim();
  if (reason === '')
    throw inputError('reason_required', 'say in a sentence why the autonomy is changed');
  if (!RUNGS.includes(step.rung)) {
    throw inputError(
      'autonomy_unknown_rung',
      `\`${step.rung}\` is not a rung: use ${RUNGS.join(', ')}`,
    );
  }
  const ceiling = ceilingOf(step.config.ceiling, step);
  if (isAbove(step.rung, ceiling)) {
    throw inputError(
      'autonomy_above_ceiling',
      `\`${step.rung}\` is above \`${ceiling}\`, the ceiling of ${step.playbook}/${step.action} in autonomy.yaml: raise it there first`,
    );
  }
  await lockAutonomy(tx);
  return write(tx, {
    playbook: step.playbook,
    action: step.action,
    rung: step.rung,
    previous: await decidedRung(tx, step),
    reason,
    measured: step.measured ?? null,
    personId: person.id,
    at: step.now,
  });
};

export interface TroubleReport extends Post {
  readonly kind: TroubleKind;
  /** The proposal, action or message that it is about: the same trouble counts once. */
  readonly subject: string;
  readonly now: Instant;
}

/** Notes what counts against autonomy, and steps down when it is enough. Returns the step, or `null`. */
export const reportTrouble = async (
  tx: TenantTx,
  report: TroubleReport,
): Promise<AutonomyDecision | null> => {
  const { playbook, action, kind, subject, now } = report;
  if (!(await insertTrouble(tx, { kind, subject, playbook, action, at: now }))) return null;
  await lockAutonomy(tx);
  const [last] = await selectInForce(tx, { playbook, action });
  if (last === undefined) return null;
  const since = addHours(now, -24 * TROUBLE_DAYS);
  const troubles = await selectTroubles(tx, {
    playbook,
    action,
    since: last.at > since ? last.at : since,
  });
  const step = stepDown(last.rung, troubles);
  if (step === null) return null;
  return write(tx, {
    playbook,
    action,
    ...step,
    previous: last.rung,
    measured: null,
    personId: null,
    at: now,
  });
};

const decidedRung = async (tx: TenantTx, { playbook, action }: Post): Promise<Rung> =>
  (await selectInForce(tx, { playbook, action }))[0]?.rung ?? LOWEST;

const write = async (
  tx: TenantTx,
  entry: Omit<AutonomyDecision, 'ordinal'>,
): Promise<AutonomyDecision> => {
  const written = await insertAutonomy(tx, entry);
  await record(tx, {
    world: 'live',
    kind: 'autonomy',
    subjects: entry.personId === null ? {} : { personId: entry.personId },
    body: {
      ordinal: written.ordinal,
      playbook: entry.playbook,
      action: entry.action,
      previous: entry.previous,
      rung: entry.rung,
      by: entry.personId === null ? 'itself' : 'a person',
      results: entry.measured === null ? 'without measured results' : 'measured',
      reason: entry.reason,
    },
    at: entry.at,
  });
  return written;
};
