import { setTimeout as sleep } from 'node:timers/promises';
import { fixedClock } from '../../src/platform/clock.ts';
import { addMinutes } from '../../src/domain/time.ts';
import { serve } from '../../src/serve.ts';
import { ANCHOR } from '../../test/fixtures/company.ts';
import {
  collapseBatch,
  dropCases,
  foundCollapse,
  hasRun,
  historyBatch,
} from '../../test/fixtures/collapse.ts';
import { defineMeasurement } from '../define.ts';
import { seconds, times } from '../stopwatch.ts';

const LOOKS_EVERY_MS = 20;
const GIVES_UP_MS = 120_000;

export default defineMeasurement({
  id: 'at-once',
  on: ['postgres', 'embedded'],
  measure: async (bench) => {
    const db = await bench.open();
    const gateway = await foundCollapse(db, 'at-once');
    const clock = fixedClock(ANCHOR);
    const { parts } = gateway.company;
    const serving = await serve(
      { db, parts, clock, outside: { dataDir: bench.folder } },
      {
        ...{ host: '127.0.0.1', port: 0, version: '0.0.0', works: true },
        ...{ databaseUrl: bench.url, showLink: () => undefined },
      },
    );
    try {
      const post = (batch: readonly object[]) => send(serving.url, gateway.key, batch);
      await post(historyBatch());
      await until(() => hasRun(gateway));
      clock.set(addMinutes(ANCHOR, 20));
      bench.say('telling of a collapse and waiting for its case');
      const began = performance.now();
      await post(collapseBatch());
      const answered = (performance.now() - began) / 1000;
      await until(async () => (await dropCases(gateway)).length > 0);
      const opened = (performance.now() - began) / 1000;
      return [
        {
          what: 'from the request that tells of a collapse of API calls to the open case',
          figure: seconds(opened),
          peer: `the answer to that request: ${seconds(answered)}`,
          ratio: times(opened / answered),
          aim: { text: 'seconds', met: opened < 10 },
        },
      ];
    } finally {
      await serving.close();
    }
  },
});

const send = async (url: string, key: string, batch: readonly object[]): Promise<void> => {
  const response = await fetch(`${url}/v1/batch`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${key}` },
    body: JSON.stringify({ batch }),
  });
  if (response.status !== 200) throw new Error(await response.text());
};

const until = async (isSo: () => Promise<boolean>): Promise<void> => {
  const began = performance.now();
  while (!(await isSo())) {
    if (performance.now() - began > GIVES_UP_MS) throw new Error('no case was opened');
    await sleep(LOOKS_EVERY_MS);
  }
};
