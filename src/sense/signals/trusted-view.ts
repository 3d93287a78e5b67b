import type { AccountView, Series } from '../account-view.ts';
import { perView } from './per-view.ts';
import type { Held } from '../state/define.ts';

/** The same account as server sources alone know it: what a client key has sent is not there, nor is its freshness. */
export const trustedOnly = perView((view): AccountView =>
  view.fromServersAlone ? view : withoutClients(view),
);

const withoutClients = (view: AccountView): AccountView => ({
  ...view,
  firstSeen: view.trustedFirstSeen,
  current: (type) => view.current(type).filter(isServer),
  history: (type) => view.history(type).filter(isServer),
  series: (metric, length) => trustedSeries(view.series(metric, length)),
  weekOverWeek: (metric) => view.weekOverWeek?.(metric, { trustedOnly: true }) ?? null,
  tenantFreshAt: view.trustedFreshAt,
  at: (day) => trustedOnly(view.at(day)),
});

const isServer = (held: Held<object>): boolean => held.trust === 'server';

const trustedSeries = (series: Series | null): Series | null =>
  series === null || series.trusted.every((value) => value === null)
    ? null
    : { ...series, all: series.trusted, freshAt: series.trustedFreshAt };
