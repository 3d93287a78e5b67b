import type { RoundState } from './state.ts';

/** Where a round goes next. Pure, over the state alone. */

export const afterGather = (state: Pick<RoundState, 'cleared'>): 'propose' | 'close' =>
  state.cleared ? 'close' : 'propose';

/** Nothing filed, as for a held-out case: nothing to settle. */
export const afterPropose = (state: Pick<RoundState, 'filed'>): 'settle' | 'close' =>
  state.filed.length > 0 ? 'settle' : 'close';

export const afterSettle = (state: Pick<RoundState, 'pending'>): 'await-people' | 'close' =>
  state.pending.length > 0 ? 'await-people' : 'close';
