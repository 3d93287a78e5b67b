import imminentChurn from '../../src/sample/stories/imminent-churn.ts';
import rejectedInvites from '../../src/sample/stories/rejected-invites.ts';
import { ANCHOR, type Company } from '../../test/fixtures/company.ts';
import { startOpenAiServer } from '../../test/support/openai-server.ts';
import { defineSuite, type EvalKit, type Judged } from '../define.ts';
import { NOTHING, readOut, stage, type Account } from '../staging/company.ts';
import { deedsOf, differences } from '../staging/deeds.ts';
import { FAILINGS, type Failing } from '../staging/failings.ts';
import { happeningTo } from '../staging/happening-to.ts';

/** In turn, so that each kind of fault meets both ways to decide. */
const STORIES = [imminentChurn, rejectedInvites] as const;

const accountOf = (index: number) =>
  happeningTo((STORIES[index % 2] ?? imminentChurn).account, `fault-${String(index)}`);

export default defineSuite({
  id: 'fallback',
  title: 'Whatever goes wrong with a model, rules decide and the case says so',
  mustFail: () => [
    judged({ ...FAILING, title: 'a round that took what the model said' }, THOUGHT, NOTHING),
    judged({ ...FAILING, title: 'a fault under the wrong name' }, faulty('refused'), NOTHING),
    judged({ ...FAILING, title: 'a case that keeps silent' }, SILENT, NOTHING),
    judged({ ...FAILING, title: 'no round at all' }, NOTHING, NOTHING),
    judged(
      { ...FAILING, title: 'something that rules would have asked for' },
      faulty('timed_out'),
      ASKED,
    ),
    judged(
      { ...FAILING, title: 'something that rules would not' },
      { ...faulty('timed_out'), ...ASKED, rounds: faulty('timed_out').rounds },
      NOTHING,
    ),
  ],
  run: async (kit) => {
    const accounts = FAILINGS.map((_, index) => accountOf(index));
    const ids = accounts.map(({ id }) => id);
    const twin = await stage(kit, 'fallback-rules', {
      ...{ accounts, mode: 'rules', models: null },
    });
    await twin.run(ANCHOR);
    const expected = await readOut(twin, ids);
    const company = await goWrong(kit, accounts);
    const got = await readOut(company, ids);
    const cases = FAILINGS.map((failing, index) =>
      judged(
        failing,
        got.get(ids[index] ?? '') ?? NOTHING,
        expected.get(ids[index] ?? '') ?? NOTHING,
      ),
    );
    const good = cases.filter(({ faults }) => faults.length === 0).length;
    return { judged: cases, scores: { fellBackAsRules: good / cases.length } };
  },
});

/** One company, an account a fault: asked about it, its model goes wrong in that way. */
const goWrong = async (
  kit: EvalKit,
  accounts: readonly ReturnType<typeof accountOf>[],
): Promise<Company> => {
  const company = await stage(kit, 'fallback', {
    accounts,
    mode: { 'churn-save': 'hybrid', 'seat-expansion': 'agent' },
    models: null,
    modelRules: [['seconds: 90, silentSeconds: 30', 'seconds: 4, silentSeconds: 1']],
  });
  const wire = await startOpenAiServer();
  try {
    for (const [index, { title, mind, before }] of FAILINGS.entries()) {
      kit.onProgress({ label: title, done: index, total: FAILINGS.length });
      await before?.(company);
      const models = await mind(wire);
      const accountIds = [await company.accountId(accounts[index]?.id ?? '')];
      await company.run(ANCHOR, { models, accountIds });
    }
  } finally {
    await wire.close();
  }
  return company;
};

const judged = (
  { title, fault }: Pick<Failing, 'title' | 'fault'>,
  got: Account,
  rules: Account,
): Judged => {
  const found = got.rounds.map(({ thought }) => thought?.fault ?? null);
  const said = got.rounds.map(({ note }) => note ?? '');
  const fits = (name: string) => fault.length === 0 || fault.includes(name);
  return {
    id: title,
    title,
    faults: [
      ...(found.length === 0 ? ['no round was held'] : []),
      ...found.flatMap((one) =>
        one === null
          ? ['a round took what the model said']
          : fits(one.fault)
            ? []
            : [`the fault is called \`${one.fault}\`, and is \`${fault.join('` or `')}\``],
      ),
      ...found.flatMap((one) => (one?.reason === '' ? ['no reason is given'] : [])),
      ...said.flatMap((note) =>
        note.includes('decided by rules instead of')
          ? []
          : ['the case does not say that rules decided'],
      ),
      ...differences(deedsOf(got), deedsOf(rules)),
    ],
    shown: { 'what the case says': said[0] ?? '—' },
  };
};

const FAILING = { title: '', fault: ['timed_out'] };
const roundWith = (fault: object | null) =>
  ({
    ...{ caseId: 'c', round: 1, plan: [], thought: { fault } },
    note: 'decided by rules instead of `hybrid`',
  }) as unknown as Account['rounds'][number];
const faulty = (fault: string): Account => ({
  ...NOTHING,
  rounds: [roundWith({ fault, reason: 'because' })],
});
const SILENT: Account = {
  ...faulty('timed_out'),
  rounds: faulty('timed_out').rounds.map((round) => ({ ...round, note: null })),
};
const THOUGHT: Account = { ...NOTHING, rounds: [roundWith(null)] };
const ASKED: Account = {
  ...NOTHING,
  proposals: [{ id: 'p', caseId: 'c', tool: 'open_task', step: 'alert', args: {} } as never],
};
