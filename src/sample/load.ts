import type { IncomingEvent } from '../domain/event.ts';
import type { Instant } from '../domain/time.ts';
import type { AccountBlueprint } from './define.ts';
import { accountEvents, heartbeatEvents } from './events.ts';
import { calendarOf, type PriceList } from './scribe.ts';

const BATCH = 5_000;

export interface LoadOptions {
  readonly anchor: Instant;
  readonly zone: string;
  readonly prices: PriceList;
  readonly company: readonly AccountBlueprint[];
  /** One transaction that accepts a batch. */
  readonly accept: (events: readonly IncomingEvent[]) => Promise<unknown>;
  readonly onProgress?: (step: {
    readonly label: string;
    readonly done: number;
    readonly total: number;
  }) => void;
}

/**
 * Tells the company's story through the same door as everybody's events. Told again from the same anchor, it changes
 * nothing. Returns how many events it told.
 */
export const loadCompany = async (options: LoadOptions): Promise<number> => {
  const calendar = calendarOf({ now: options.anchor, zone: options.zone });
  let batch: IncomingEvent[] = [...heartbeatEvents({ now: options.anchor, zone: options.zone })];
  let told = 0;
  const tell = async () => {
    await options.accept(batch);
    told += batch.length;
    batch = [];
  };
  for (const [index, account] of options.company.entries()) {
    batch.push(...accountEvents({ account, calendar, prices: options.prices }));
    if (batch.length >= BATCH) await tell();
    options.onProgress?.({
      label: 'telling the sample company’s story',
      done: index + 1,
      total: options.company.length,
    });
  }
  await tell();
  return told;
};
