import { LIVE } from '../../src/domain/case.ts';
import { roundKit } from '../../src/graph/kit.ts';
import { driveDue } from '../../src/jobs/line/drive-due.ts';
import type { OpenDatabase } from '../../src/platform/db/database.ts';
import type { Company } from '../../test/fixtures/company.ts';
import { NOW } from '../../test/fixtures/crowd.ts';
import { defineMeasurement, type Bench, type Row } from '../define.ts';
import { casesDue, planCompany, roundPlainly, type StepSeconds } from '../planned-rounds.ts';
import { seconds, timed, times, whole, type Timed } from '../stopwatch.ts';

const ROUNDS = 2_000;
const MINUTE = 60;

export default defineMeasurement({
  id: 'rounds',
  on: ['postgres', 'embedded'],
  measure: async (bench) => {
    const db = await bench.open();
    const [graphed, plain] = bench.small ? [60, 40] : [ROUNDS, 400];
    const company = await planCompany(bench, db, graphed + plain);
    const due = await casesDue(company);
    if (due.length < graphed + plain) throw new Error(`only ${due.length} cases were opened`);
    bench.say(`${graphed} rounds through the graph`);
    const accountIds = due.slice(0, graphed).map(({ accountId }) => accountId);
    const through = await timed(() => driveAll(bench, db, company, accountIds));
    bench.say(`${plain} rounds by plain calls`);
    const calls = await timed(() => plainly(db, company, due.slice(graphed, graphed + plain)));
    const empty = await timed(() => emptyTransactions(company, plain));
    return [
      graphRow(through, graphed, calls, plain),
      minuteRow(through, graphed),
      settleRow(calls.value, plain, empty),
    ];
  },
});

const driveAll = async (
  bench: Bench,
  db: OpenDatabase,
  { tenantId, parts }: Company,
  accountIds: readonly string[],
): Promise<void> => {
  const each = async (done: number, total: number): Promise<void> => {
    if (done % 100 === 0) bench.say(`${done} of ${total} rounds`);
  };
  const request = { tenantId, world: LIVE, now: NOW, accountIds, each };
  const counts = await driveDue(roundKit({ db, parts, models: null }), request);
  if (counts.failed + counts.busy > 0) throw new Error(JSON.stringify(counts));
};

const plainly = async (
  db: OpenDatabase,
  company: Company,
  cases: Awaited<ReturnType<typeof casesDue>>,
): Promise<StepSeconds> => {
  const total: StepSeconds = { gather: 0, propose: 0, settle: 0, close: 0 };
  for (const entry of cases) {
    const took = await roundPlainly(db, company, entry);
    for (const step of ['gather', 'propose', 'settle', 'close'] as const) total[step] += took[step];
  }
  return total;
};

const emptyTransactions = async ({ here }: Company, count: number): Promise<void> => {
  for (let index = 0; index < count; index += 1) await here((tx) => tx.query('select 1'));
};

const graphRow = (
  through: Timed<unknown>,
  graphed: number,
  calls: Timed<unknown>,
  plain: number,
): Row => {
  const [graph, bare] = [through.seconds / graphed, calls.seconds / plain];
  return {
    what: 'one round through the graph, checkpoint included',
    figure: `${(graph * 1000).toFixed(1)} ms`,
    peer: `the same functions called plainly: ${(bare * 1000).toFixed(1)} ms`,
    ratio: times(graph / bare),
    aim: null,
  };
};

const minuteRow = (through: Timed<unknown>, graphed: number): Row => {
  const scale = ROUNDS / graphed;
  const took = through.seconds * scale;
  const measured = graphed === ROUNDS ? '' : ` (from ${graphed})`;
  return {
    what: `${whole(ROUNDS)} rounds, one after another${measured}`,
    figure: seconds(took),
    peer: `of which this process computed: ${seconds(through.processorSeconds * scale)}`,
    ratio: null,
    aim: { text: `< ${MINUTE} s`, met: took < MINUTE },
  };
};

const settleRow = (steps: StepSeconds, plain: number, empty: Timed<unknown>): Row => {
  const [settle, nothing] = [steps.settle / plain, empty.seconds / plain];
  return {
    what: 'settle an account: facts anew, arbitration, policy, everything written',
    figure: `${(settle * 1000).toFixed(1)} ms`,
    peer: `a transaction with one empty statement: ${(nothing * 1000).toFixed(2)} ms`,
    ratio: times(settle / nothing),
    aim: null,
  };
};
