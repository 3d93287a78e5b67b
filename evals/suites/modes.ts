import { LIVE } from '../../src/domain/case.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { fileRequest } from '../../src/chat/file-request.ts';
import { embeddersFor } from '../../src/knowledge/embedders/embedders.ts';
import { currentConfig } from '../../src/platform/config/store.ts';
import type { Playbook } from '../../src/playbooks/define.ts';
import type { Expectation, Story } from '../../src/sample/define.ts';
import { readStories } from '../../src/sample/install.ts';
import { ANCHOR, type Company } from '../../test/fixtures/company.ts';
import { defineSuite, type EvalKit, type FigureTable, type Judged } from '../define.ts';
import { judge } from '../judge.ts';
import { scripted } from '../models/scripted.ts';
import { sensible } from '../models/sensible.ts';
import { MODES, NOTHING, readOut, stage, type Account, type Mode } from '../staging/company.ts';
import { mandatoryMissing, outcomeOf, thinkingOf, type Thinking } from '../staging/outcome.ts';

/** What a model may take in the common path, a round. */
const MOST_CALLS = 2;

/** Practices that a colleague begins: nothing but a request opens them. */
interface Request {
  readonly title: string;
  readonly playbook: string;
  readonly tool: string;
  readonly account: string;
  readonly args: JsonObject;
  readonly expects: Expectation;
}

const REQUESTS: readonly Request[] = [
  {
    title: 'A colleague asks to offer five seats: another one approves',
    playbook: 'requested-offer',
    tool: 'offer_seats',
    account: 'poppy-retail',
    args: { contactId: 'poppy-retail-budget-owner', seats: 5 },
    expects: { opens: ['requested-offer'], verdicts: { offer_seats: 'escalate' } },
  },
  {
    title: 'A colleague asks for a discount to keep them: another one approves',
    playbook: 'requested-save',
    tool: 'offer_save_discount',
    account: 'alder-foods',
    args: { contactId: 'alder-foods-champion', basisPoints: 500, months: 2 },
    expects: { opens: ['requested-save'], verdicts: { offer_save_discount: 'escalate' } },
  },
  {
    title: 'A colleague asks for a task for the account: it is opened',
    playbook: 'requested-contact',
    tool: 'open_task',
    account: 'heron-analytics',
    args: { kind: 'find_contact', dueBusinessDays: 2, cites: [], remarks: ['asked for by phone'] },
    expects: { opens: ['requested-contact'], verdicts: { open_task: 'permit' } },
  },
];

/** A story or a request, as it went in one mode. */
interface Told {
  readonly title: string;
  readonly mode: Mode;
  readonly expects: Expectation;
  readonly account: Account;
  readonly thinking: Thinking;
}

/** Rounds that were to be thought about and were not: they would pass for the work of a model. */
const unthought = ({ mode, account, expects }: Told): number =>
  mode === 'rules' || expects.opens.some((id) => REQUESTS.some(({ playbook }) => playbook === id))
    ? 0
    : account.rounds.filter(({ thought }) => thought === null).length;

export default defineSuite({
  id: 'modes',
  title: 'Every practice’s stories, decided by rules, by rules with a model, and by a model',
  takesLiveModels: true,
  mustFail: () => [
    judged({
      ...WRONG,
      title: 'a story whose case was never opened',
      expects: { opens: ['churn-save'] },
    }),
    judged({
      ...WRONG,
      title: 'a mandatory step that nobody filed',
      account: { ...NOTHING, rounds: [{ ...ROUND, plan: [MANDATORY] }] },
      mode: 'rules',
    }),
    judged({
      ...WRONG,
      title: 'a round that took three calls',
      thinking: { ...IDLE, mostCalls: 3 },
    }),
    judged({
      ...WRONG,
      title: 'a mind that came to nothing',
      thinking: { ...IDLE, faults: ['malformed: no JSON'] },
    }),
    judged({
      ...WRONG,
      title: 'a round that nobody thought about',
      account: { ...NOTHING, rounds: [ROUND] },
    }),
    ...untold([{ id: 'dunning' }], []),
  ],
  run: async (kit) => {
    const stories = await readStories();
    const told: Told[] = [];
    const modes = kit.live === null ? MODES : MODES.filter((mode) => mode !== 'rules');
    let playbooks: readonly Pick<Playbook, 'id'>[] = [];
    for (const [index, mode] of modes.entries()) {
      kit.onProgress({ label: `stories by ${mode}`, done: index, total: modes.length });
      const company = await tell(kit, mode, stories);
      ({ playbooks } = company.parts);
      told.push(...(await collect(company, mode, stories)));
    }
    const cases = told.map(judged);
    const missing = untold(playbooks, stories);
    const good = cases.filter(({ faults }) => faults.length === 0).length;
    return {
      judged: [...cases, ...missing],
      scores: {
        storiesAsExpected: good / cases.length,
        practicesTold: 1 - missing.length / Math.max(1, playbooks.length),
      },
      tables: [usageTable(told)],
    };
  },
});

const tell = async (kit: EvalKit, mode: Mode, stories: readonly Story[]): Promise<Company> => {
  const db = await kit.database();
  const company = await stage(kit, `modes-${mode}`, {
    accounts: stories.map(({ account }) => account),
    mode,
    models: mode === 'rules' ? null : (kit.live ?? scripted(sensible)),
  });
  await company.run(ANCHOR);
  const config = await company.here((tx) => currentConfig(tx));
  for (const { account, ...request } of REQUESTS) {
    const accountId = await company.accountId(account);
    const { tenantId, admin: person, parts } = company;
    const desk = { db, tenantId, person, world: LIVE, now: ANCHOR, config, parts };
    await fileRequest(
      { ...desk, embedders: embeddersFor(undefined), models: null },
      { ...request, accountId, key: request.playbook, reason: 'they said so on the phone' },
    );
  }
  return company;
};

const collect = async (
  company: Company,
  mode: Mode,
  stories: readonly Story[],
): Promise<readonly Told[]> => {
  const accounts = await readOut(
    company,
    stories.map(({ account }) => account.id),
  );
  const of = (id: string): Account => {
    const account = accounts.get(id);
    if (account === undefined) throw new Error(`no story is told of ${id}`);
    return account;
  };
  const asked = new Set(REQUESTS.map(({ playbook }) => playbook));
  return [
    ...stories.map(({ title, expects, account }) => {
      const whole = only(of(account.id), (playbook) => !asked.has(playbook));
      return { title, mode, expects, account: whole, thinking: thinkingOf(whole) };
    }),
    ...REQUESTS.map(({ title, expects, account, playbook }) => {
      const whole = only(of(account), (one) => one === playbook);
      return { title, mode, expects, account: whole, thinking: thinkingOf(whole) };
    }),
  ];
};

const only = (account: Account, wanted: (playbook: string) => boolean): Account => {
  const cases = account.cases.filter(({ playbook }) => wanted(playbook));
  const mine = (id: string) => cases.some((one) => one.id === id);
  return {
    ...account,
    cases,
    rounds: account.rounds.filter(({ caseId }) => mine(caseId)),
    proposals: account.proposals.filter(({ caseId }) => mine(caseId)),
  };
};

const judged = (told: Told): Judged => {
  const { title, mode, expects, account, thinking } = told;
  const idle = unthought(told);
  const outcome = outcomeOf(account);
  const thought = `${String(thinking.calls)} calls, ${String(thinking.tokens)} tokens`;
  return {
    id: `${title} (${mode})`,
    title: `${title} (${mode})`,
    faults: [
      ...judge({ expects }, outcome),
      ...mandatoryMissing(account).map((step) => `the mandatory step \`${step}\` was not filed`),
      ...(thinking.mostCalls > MOST_CALLS
        ? [`a round took ${String(thinking.mostCalls)} model calls`]
        : []),
      ...(idle === 0 ? [] : [`no model was asked in ${String(idle)} rounds`]),
      ...thinking.faults.map((fault) => `fell back to rules: ${fault}`),
    ],
    shown: {
      verdicts: Object.entries(outcome.verdicts)
        .map(([tool, given]) => `${tool}: ${[...new Set(given)].join(', ')}`)
        .join('\n'),
      thinking: thinking.rounds === 0 ? '—' : thought,
    },
  };
};

/** Practices of which no story tells. */
const untold = (
  playbooks: readonly Pick<Playbook, 'id'>[],
  stories: readonly Story[],
): readonly Judged[] =>
  playbooks
    .filter(
      ({ id }) =>
        !stories.some(({ expects }) => expects.opens.includes(id)) &&
        !REQUESTS.some(({ playbook }) => playbook === id),
    )
    .map(({ id }) => ({ id, title: `practice ${id}`, faults: ['no story tells of it'] }));

const usageTable = (told: readonly Told[]): FigureTable => ({
  title: 'what thinking took',
  head: ['mode', 'stories', 'rounds thought about', 'calls a round', 'tokens a round', 'fell back'],
  rows: MODES.filter((mode) => told.some((one) => one.mode === mode)).map((mode) => {
    const of = told.filter((one) => one.mode === mode).map(({ thinking }) => thinking);
    const sum = (pick: (one: Thinking) => number) => of.reduce((all, one) => all + pick(one), 0);
    const rounds = sum((one) => one.rounds);
    const each = (total: number, digits: number) =>
      rounds === 0 ? '—' : (total / rounds).toFixed(digits);
    return [
      mode,
      String(of.length),
      String(rounds),
      each(
        sum(({ calls }) => calls),
        2,
      ),
      each(
        sum(({ tokens }) => tokens),
        0,
      ),
      String(sum(({ faults }) => faults.length)),
    ];
  }),
  notes: ['A case opened by a person is not thought about: what was asked for is what is filed.'],
});

const IDLE: Thinking = { rounds: 1, calls: 1, mostCalls: 1, tokens: 0, faults: [] };
const WRONG: Told = {
  title: '',
  mode: 'hybrid',
  expects: { opens: [] },
  account: NOTHING,
  thinking: IDLE,
};
const MANDATORY = { step: 'alert', tool: 'open_task', mandatory: true, fate: 'declined' } as const;
const ROUND = {
  caseId: 'c',
  round: 1,
  thought: null,
  plan: [],
} as unknown as Account['rounds'][number];
