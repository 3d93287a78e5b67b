import type { Guard, Guards } from '../../domain/decision.ts';
import type { TenantConfig } from '../../domain/tenant.ts';
import { dayIn, hoursBetween, type Instant } from '../../domain/time.ts';
import type { AccountView } from '../../sense/account-view.ts';
import type { Declaration, Declarations, GuardDefinition } from './define.ts';
import { GUARD_DEFINITIONS } from './definitions.ts';

type GuardSettings = Pick<TenantConfig, 'guards' | 'zone'>;

/**
 * The state of each guard of an account. A cause blocks, however old the word of it; without a cause a fresh input
 * clears; without a fresh input the guard is stale, which counts as closed, unless an admin declared it not
 * applicable. Pure.
 */
export const readGuards = (
  view: AccountView,
  declarations: Declarations,
  config: GuardSettings,
  now: Instant,
): Guards =>
  Object.fromEntries(
    GUARD_DEFINITIONS.map((definition) => {
      const declaration = Object.hasOwn(declarations, definition.id)
        ? declarations[definition.id]
        : undefined;
      return [definition.id, readGuard(definition, { view, declaration, config, now })];
    }),
  );

interface Reading {
  readonly view: AccountView;
  readonly declaration: Declaration | undefined;
  readonly config: GuardSettings;
  readonly now: Instant;
}

const readGuard = (
  definition: GuardDefinition,
  { view, declaration, config, now }: Reading,
): Guard => {
  const cause = definition.cause(view);
  if (cause !== null) return { state: 'blocked', reason: cause };
  const freshAt = newest(definition.kinds.map((kind) => view.tenantFreshAt(kind)));
  if (freshAt !== null && isFresh(config, definition.id, freshAt, now)) {
    return { state: 'clear', reason: `${definition.input} as of ${dayIn(config.zone, freshAt)}` };
  }
  if (declaration?.applicable === false) {
    return {
      state: 'not_applicable',
      reason: `declared not applicable by ${declaration.personId} on ${dayIn(config.zone, declaration.at)}: ${declaration.reason}`,
    };
  }
  return {
    state: 'stale',
    reason: silence(definition, freshAt, maxAgeHours(config, definition.id), now),
  };
};

/** Whether an input known up to then is young enough. Without a largest age in guards.yaml nothing is. */
export const isFresh = (
  settings: Pick<TenantConfig, 'guards'>,
  guard: string,
  knownUpTo: Instant | null,
  now: Instant,
): boolean => {
  const allowed = maxAgeHours(settings, guard);
  return knownUpTo !== null && allowed !== null && hoursBetween(knownUpTo, now) <= allowed;
};

const maxAgeHours = ({ guards }: Pick<TenantConfig, 'guards'>, id: string): number | null =>
  (Object.hasOwn(guards, id) ? guards[id]?.maxAgeHours : undefined) ?? null;

export const newest = (moments: readonly (Instant | null)[]): Instant | null =>
  moments.reduce(
    (latest, moment) => (moment !== null && (latest === null || moment > latest) ? moment : latest),
    null,
  );

const silence = (
  { id, input }: GuardDefinition,
  freshAt: Instant | null,
  allowed: number | null,
  now: Instant,
): string => {
  if (allowed === null) return `no largest age is set for ${id} in guards.yaml`;
  if (freshAt === null) return `no ${input} were ever received`;
  const hours = Math.floor(hoursBetween(freshAt, now));
  return `no ${input} for ${hours} hours, and at most ${allowed} are allowed`;
};
