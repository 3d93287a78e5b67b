import { parseDays } from '../src/sense/series/parse-days.ts';
import type { Company } from '../test/fixtures/company.ts';
import { DAYS, METRICS } from '../test/fixtures/crowd.ts';
import type { Row } from './define.ts';
import { seconds, times, whole, type Timed } from './stopwatch.ts';

/** The least that anybody would do with the same series: read them all and add them up. */
export const sumSeries = (company: Company): Promise<number> =>
  company.here(async (tx) => {
    let total = 0;
    const rows = tx.stream<{ days: string }>(
      'select link_id, metric, trust, block, days::text as days from usage_series',
      [],
      4_000,
    );
    for await (const batch of rows) {
      for (const { days } of batch) for (const amount of parseDays(days)) total += amount ?? 0;
    }
    return total;
  });

const AT_MOST = 3;
const MEGABYTES = 512;

export const sizeOf = (accounts: number): string =>
  `${whole(accounts)} accounts × ${DAYS} days × ${METRICS.length} metrics`;

/** A row that holds work on the series of so many accounts against summing them. */
export const besideSum = (
  what: string,
  accounts: number,
  took: Timed<unknown>,
  summed: Timed<number>,
): Row => ({
  what: `${what}, ${sizeOf(accounts)}`,
  figure: seconds(took.seconds),
  peer: `reading and summing the same series: ${seconds(summed.seconds)}`,
  ratio: times(took.seconds / summed.seconds),
  aim: { text: `≤ ${AT_MOST}×`, met: took.seconds / summed.seconds <= AT_MOST },
});

/** The row of the memory that it took. On PostgreSQL the whole process counts, embedded the growth over the idle one. */
export const memoryRow = (
  what: string,
  {
    peak,
    before,
    idle,
  }: { readonly peak: number; readonly before: number; readonly idle: number | null },
): Row => {
  const counted = idle === null ? peak : peak - idle;
  return {
    what,
    figure: `${whole(counted)} MB${idle === null ? ' at the peak' : ` more than idle (${whole(idle)} MB)`}`,
    peer: `${whole(before)} MB at the peak before it`,
    ratio: null,
    aim: { text: `< ${MEGABYTES} MB`, met: counted < MEGABYTES },
  };
};
