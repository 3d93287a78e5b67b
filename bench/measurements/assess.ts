import { currentConfig } from '../../src/platform/config/store.ts';
import { assessView } from '../../src/sense/assess-view.ts';
import { loadAccountViews } from '../../src/sense/load-accounts.ts';
import { NO_PAST } from '../../src/sense/scores/past.ts';
import type { Company } from '../../test/fixtures/company.ts';
import { foundCrowd, NOW } from '../../test/fixtures/crowd.ts';
import { defineMeasurement, type Bench } from '../define.ts';
import { heldMegabytes, peakMegabytes, timed } from '../stopwatch.ts';
import { besideSum, memoryRow, sizeOf, sumSeries } from '../sum-series.ts';

const accountsOf = ({ on, small }: Bench): number =>
  on === 'postgres' ? (small ? 2_000 : 100_000) : small ? 1_000 : 10_000;

/** Every account derived and rated, nothing kept. */
export default defineMeasurement({
  id: 'assess',
  on: ['postgres', 'embedded'],
  measure: async (bench) => {
    const db = await bench.open();
    const idle = heldMegabytes();
    const accounts = accountsOf(bench);
    const company = await foundCrowd(
      db,
      { tenantId: 'assess', accounts, use: 'steady' },
      bench.say,
    );
    await bench.analyze();
    const before = peakMegabytes();
    bench.say('reading and summing the series');
    const summed = await timed(() => sumSeries(company));
    bench.say('deriving facts and scores');
    const derived = await timed(() => deriveAll(company, bench));
    const memory = {
      peak: peakMegabytes(),
      before,
      idle: bench.on === 'embedded' ? idle : null,
    };
    return [
      besideSum('facts, signals and scores', accounts, derived, summed),
      memoryRow(`memory, ${sizeOf(accounts)}`, memory),
    ];
  },
});

const deriveAll = ({ here, parts }: Company, bench: Bench): Promise<number> =>
  here(async (tx) => {
    const config = await currentConfig(tx);
    let done = 0;
    for await (const views of loadAccountViews(tx, {
      config,
      entities: parts.entities,
      now: NOW,
    })) {
      for (const view of views) assessView({ ...parts, config }, view, NO_PAST);
      done += views.length;
      bench.say(`${done} accounts`);
    }
    return done;
  });
