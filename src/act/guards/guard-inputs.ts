import type { TenantConfig } from '../../domain/tenant.ts';
import { dayIn, type Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { freshnessOf } from '../../sense/series/freshness.ts';
import { loadFreshness } from '../../sense/series/freshness-store.ts';
import type { GuardDefinition } from './define.ts';
import { GUARD_DEFINITIONS } from './definitions.ts';
import { isFresh, newest } from './read-guards.ts';

export interface GuardInput {
  readonly definition: GuardDefinition;
  /** Up to when the input is known; history that is imported today is as old as it is. `null`: never heard of. */
  readonly heardUpTo: Instant | null;
  /** Fresh enough to clear the guard of an account that has no cause against it. */
  readonly fresh: boolean;
}

/** How far the input of each guard reaches, for the tenant as a whole. */
export const guardInputs = async (
  tx: TenantTx,
  config: Pick<TenantConfig, 'guards' | 'zone'>,
  now: Instant,
): Promise<GuardInput[]> => {
  const today = dayIn(config.zone, now);
  const heard = freshnessOf(await loadFreshness(tx, today, today), config.zone);
  return GUARD_DEFINITIONS.map((definition) => {
    const heardUpTo = newest(definition.kinds.map((kind) => heard.freshAt(kind, now)));
    return { definition, heardUpTo, fresh: isFresh(config, definition.id, heardUpTo, now) };
  });
};
