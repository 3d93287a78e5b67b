import { RUNGS, type Rung } from '../../domain/decision.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { TenantConfig } from '../../domain/tenant.ts';
import type { Instant } from '../../domain/time.ts';

/** One step on the ladder, by a person or by itself. */
export interface AutonomyDecision {
  readonly ordinal: number;
  readonly playbook: string;
  readonly action: string;
  readonly rung: Rung;
  readonly previous: Rung;
  readonly reason: string;
  /** The results that it rests on; `null` is shown as `without measured results`. */
  readonly measured: JsonObject | null;
  /** `null`: it stepped down by itself. */
  readonly personId: string | null;
  readonly at: Instant;
}

export type TroubleKind = 'policy_refusal' | 'complaint' | 'effect_refused' | 'effect_unknown';

/** Something that counts against autonomy. */
export interface Trouble {
  readonly kind: TroubleKind;
  readonly playbook: string;
  readonly action: string;
  readonly at: Instant;
}

/** New tenants observe. */
export const LOWEST: Rung = 'observe';

/** The highest rung that the tenant's files allow: of `playbook/action`, else `playbook`, else `*`, else the lowest. */
export const ceilingOf = (
  ceiling: TenantConfig['ceiling'],
  { playbook, action }: { readonly playbook: string; readonly action: string },
): Rung => {
  const key = [`${playbook}/${action}`, playbook, '*'].find((name) => Object.hasOwn(ceiling, name));
  return (key === undefined ? undefined : ceiling[key]) ?? LOWEST;
};

export const isAbove = (rung: Rung, other: Rung): boolean =>
  RUNGS.indexOf(rung) > RUNGS.indexOf(other);

export const lowerOf = (a: Rung, b: Rung): Rung => (isAbove(a, b) ? b : a);

interface StepRule {
  readonly kind: TroubleKind;
  /** So many within the window step it down. */
  readonly count: number;
  readonly to: (rung: Rung) => Rung;
  readonly text: string;
}

/** Days for which a trouble counts. */
export const TROUBLE_DAYS = 7;

const oneDown = (rung: Rung): Rung => RUNGS[Math.max(0, RUNGS.indexOf(rung) - 1)] ?? LOWEST;
const toApprove = (rung: Rung): Rung => lowerOf(rung, 'approve');

/** A complaint brings people back at once; what merely goes wrong must do so more than once. */
const STEP_RULES: readonly StepRule[] = [
  {
    kind: 'complaint',
    count: 1,
    to: (rung) => lowerOf(oneDown(rung), 'approve'),
    text: 'a customer complained',
  },
  {
    kind: 'effect_unknown',
    count: 2,
    to: toApprove,
    text: 'twice it is not known what became of an effect',
  },
  {
    kind: 'effect_refused',
    count: 3,
    to: toApprove,
    text: 'three effects were refused by the other side',
  },
  {
    kind: 'policy_refusal',
    count: 3,
    to: oneDown,
    text: 'three times the rules refused what was about to be done',
  },
];

/**
 * Where the ladder goes by itself after these troubles: the lowest rung that a rule asks for, with its reason; `null`
 * when it stays. Only troubles since the last decision count, so that one trouble never steps it down twice. Pure.
 */
export const stepDown = (
  rung: Rung,
  troubles: readonly Trouble[],
): { readonly rung: Rung; readonly reason: string } | null => {
  const steps = STEP_RULES.filter(
    ({ kind, count }) => troubles.filter((trouble) => trouble.kind === kind).length >= count,
  )
    .map(({ to, text }) => ({ rung: to(rung), reason: `${text} within ${TROUBLE_DAYS} days` }))
    .filter((step) => isAbove(rung, step.rung));
  return steps.reduce<(typeof steps)[number] | null>(
    (lowest, step) => (lowest === null || isAbove(lowest.rung, step.rung) ? step : lowest),
    null,
  );
};
