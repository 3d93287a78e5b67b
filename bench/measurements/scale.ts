import { LIVE } from '../../src/domain/case.ts';
import { assessAccounts } from '../../src/sense/assess.ts';
import { foundCrowd, NOW } from '../../test/fixtures/crowd.ts';
import { defineMeasurement } from '../define.ts';
import { seconds, timed, times, whole } from '../stopwatch.ts';

const MOST = 11;

export default defineMeasurement({
  id: 'scale',
  on: ['postgres', 'embedded'],
  measure: async (bench) => {
    const db = await bench.open();
    const few = bench.small ? 100 : 500;
    const took: number[] = [];
    for (const [index, accounts] of [few, few, few * 10].entries()) {
      const tenantId = `scale-${index}`;
      const { parts } = await foundCrowd(db, { tenantId, accounts, use: 'steady' }, bench.say);
      await bench.analyze();
      bench.say(`assessing ${accounts} accounts`);
      const { signals, scores, entities } = parts;
      const request = { tenantId, world: LIVE, now: NOW, signals, scores, entities };
      const run = await timed(async () => {
        let assessed = 0;
        for await (const batch of assessAccounts(db, request)) assessed += batch.length;
        if (assessed < accounts) throw new Error(`only ${assessed} accounts were assessed`);
      });
      took.push(run.seconds);
    }
    // The first is for warming up.
    const [, once = 0, tenfold = 0] = took;
    const ratio = tenfold / once;
    return [
      {
        what: `assessing ${whole(few * 10)} accounts for the first time`,
        figure: seconds(tenfold),
        peer: `${whole(few)} accounts: ${seconds(once)}`,
        ratio: times(ratio),
        aim: { text: `≤ ${MOST}× for 10×`, met: ratio <= MOST },
      },
    ];
  },
});
