import type { IncomingEvent } from '../domain/event.ts';
import { addMinutes } from '../domain/time.ts';
import { commercialEvents, identityEvents } from './commercial-events.ts';
import { HISTORY_DAYS } from './company.ts';
import type { UsageBlueprint } from './define.ts';
import { guardEvents, peopleEvents, supportEvents } from './people-events.ts';
import { around, seededRandom, seedOf } from '../domain/random.ts';
import { accountEvent, type Anchor, type Scribe } from './scribe.ts';

/** Everything that Lumenboard's systems would have sent about one customer up to the anchor. */
export function* accountEvents(scribe: Scribe): Generator<IncomingEvent> {
  yield* identityEvents(scribe);
  yield* commercialEvents(scribe);
  yield* peopleEvents(scribe);
  yield* supportEvents(scribe);
  yield* guardEvents(scribe);
  for (const series of scribe.account.usage) yield* usageEvents(scribe, series);
}

/** Signs of life of the systems that may have nothing to say about any account for weeks. */
export function* heartbeatEvents({ now }: Anchor): Generator<IncomingEvent> {
  yield {
    eventId: `status-page-check-${now}`,
    source: 'status-page',
    type: 'incident.changed',
    occurredAt: addMinutes(now, -30),
    trust: 'server',
    payload: {
      incidentId: 'inc-resolved-exports',
      title: 'Exports delayed',
      severity: 'SEV3',
      status: 'resolved',
      startedAt: addMinutes(now, -20_000),
      resolvedAt: addMinutes(now, -19_800),
    },
  };
}

/** A weekend has a sixth of a working day's use. */
const WEEKEND = 1 / 6;
const NOISE = 0.18;

function* usageEvents(scribe: Scribe, series: UsageBlueprint): Generator<IncomingEvent> {
  const { account, calendar } = scribe;
  const random = seededRandom(seedOf(`${account.id}/${series.metric}`));
  const every = series.everyDays ?? 1;
  const source = series.trust === 'client' ? 'browser' : 'product';
  for (
    let daysAgo = Math.min(HISTORY_DAYS - 1, account.signedUpDaysAgo);
    daysAgo >= 0;
    daysAgo -= 1
  ) {
    if (daysAgo % every !== 0) continue;
    const { day, noon, isWeekend } = calendar.on(daysAgo);
    const mean = series.on(daysAgo);
    const quantity =
      series.exact === true
        ? Math.round(mean)
        : around(random, mean * (isWeekend ? WEEKEND : 1), NOISE);
    if (quantity === 0 && series.exact !== true) continue;
    const key = `${account.id}:${series.metric}:${day}`;
    const payload = { metric: series.metric, quantity, day };
    yield accountEvent(
      scribe,
      source,
      'usage.recorded',
      key,
      noon,
      payload,
      series.trust ?? 'server',
    );
  }
}
