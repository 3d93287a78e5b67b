import { LIVE } from '../../src/domain/case.ts';
import { addHours } from '../../src/domain/time.ts';
import type { OpenDatabase } from '../../src/platform/db/database.ts';
import { assessAccounts } from '../../src/sense/assess.ts';
import type { Company } from '../../test/fixtures/company.ts';
import { foundCrowd, NOW } from '../../test/fixtures/crowd.ts';
import { defineMeasurement, type Bench } from '../define.ts';
import { heldMegabytes, peakMegabytes, timed } from '../stopwatch.ts';
import { besideSum, memoryRow, sizeOf, sumSeries } from '../sum-series.ts';

/** Fewer than are derived: of each, the first day works out and writes 60 days of three scores with their receipts. */
const accountsOf = ({ on, small }: Bench): number =>
  on === 'postgres' ? (small ? 2_000 : 10_000) : small ? 500 : 2_000;

/** Days of the line: facts, scores, what alerts compare with, all of it written. */
export default defineMeasurement({
  id: 'days',
  on: ['postgres', 'embedded'],
  measure: async (bench) => {
    const db = await bench.open();
    const idle = heldMegabytes();
    const accounts = accountsOf(bench);
    const company = await foundCrowd(db, { tenantId: 'days', accounts, use: 'steady' }, bench.say);
    await bench.analyze();
    const before = peakMegabytes();
    const summed = await timed(() => sumSeries(company));
    const first = await timed(() => assessAll(db, company, bench, 0));
    const next = await timed(() => assessAll(db, company, bench, 24));
    const again = await timed(() => assessAll(db, company, bench, 24));
    const memory = {
      peak: peakMegabytes(),
      before,
      idle: bench.on === 'embedded' ? idle : null,
    };
    return [
      besideSum('a day written, with alerts over 60 days', accounts, next, summed),
      besideSum('the same once more on that day', accounts, again, summed),
      {
        ...besideSum('the first day, 60 days of history written', accounts, first, summed),
        aim: null,
      },
      memoryRow(`memory of days written, ${sizeOf(accounts)}`, memory),
    ];
  },
});

const assessAll = async (
  db: OpenDatabase,
  { tenantId, parts }: Company,
  bench: Bench,
  hours: number,
): Promise<void> => {
  const { signals, scores, entities } = parts;
  const now = addHours(NOW, hours);
  let done = 0;
  const request = { tenantId, world: LIVE, now, signals, scores, entities };
  for await (const batch of assessAccounts(db, request)) {
    done += batch.length;
    if (done % 500 === 0) bench.say(`${done} accounts`);
  }
};
