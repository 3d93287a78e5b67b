import { readFile } from 'node:fs/promises';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import type { LanguageModels } from '../../src/language-models/define.ts';
import { defineSuite, type EvalKit, type Judged, type SuiteResult } from '../define.ts';
import { judgeAnswer, judgeLie, type Answered, type AnswerExpected } from '../judge-answer.ts';
import { scripted } from '../models/scripted.ts';
import type { StandInReply } from '../models/stand-in.ts';
import { arrOf, figureOf } from '../staging/figures.ts';
import { stageSample, type Sample } from '../staging/sample.ts';
import { say } from '../staging/talk.ts';

const args = z.record(z.string(), z.unknown());

const question = z.strictObject({
  ask: z.string(),
  after: z.string().optional(),
  /** `free`: rules are not held to it. */
  words: z.literal('free').optional(),
  account: z.string().optional(),
  figures: z.array(z.string()).default([]),
  sources: z.array(z.string()).default([]),
  look: z.array(z.record(z.string(), args)).default([]),
  files: z.strictObject({ tool: z.string(), args }).nullable().default(null),
  wish: z.strictObject({ name: z.string(), args, account: z.string().optional() }).optional(),
  lacks: z.array(z.string()).default([]),
  says: z.string().optional(),
});

type Entry = z.infer<typeof question>;

export default defineSuite({
  id: 'chat',
  title: 'Chat about the sample company: right answers, and lies that nobody hears',
  takesLiveModels: true,
  mustFail: () => MUST_FAIL,
  run: async (kit) => {
    const file = new URL('../datasets/chat.yaml', import.meta.url);
    const entries = z.array(question).parse(parseYaml(await readFile(file, 'utf8')));
    const db = await kit.database(`chat-${String(kit.run)}`);
    const sample = await stageSample(db, kit.onProgress);
    kit.tenants.push({ db, tenantId: sample.tenantId });
    return kit.live === null
      ? tryChat(sample, entries, kit)
      : askLive(sample, entries.filter(isForModel), { ...kit, live: kit.live });
  },
});

type JudgedOf = Judged & { readonly group: Group };

const askAll = async (
  sample: Sample,
  tries: readonly Try[],
  { onProgress }: Pick<EvalKit, 'onProgress'>,
): Promise<readonly JudgedOf[]> => {
  const judged: JudgedOf[] = [];
  for (const [done, each] of tries.entries()) {
    onProgress({ label: 'asking', done, total: tries.length });
    const { entry, group } = each;
    const given = await say(sample, each.models, { after: entry.after ?? null, text: entry.ask });
    judged.push({
      ...{ id: `${group}: ${each.title}`, title: `${group}: ${each.title}`, group },
      faults: each.judge(given),
      shown: { answer: given.answer ?? '—', note: given.note ?? '—' },
    });
  }
  return judged;
};

/** What a model is asked; how it looks things up and puts them is its own, so only figures, sources and deeds are judged. */
const askLive = async (
  sample: Sample,
  entries: readonly Entry[],
  kit: EvalKit & { readonly live: LanguageModels },
): Promise<SuiteResult> => {
  const tries = entries.map((entry) => ({ ...byModel(sample, entry), models: kit.live }));
  const judged = await askAll(sample, tries, kit);
  const right = judged.filter(({ faults }) => faults.length === 0).length;
  return { judged, scores: { modelRight: right / judged.length } };
};

const tryChat = async (
  sample: Sample,
  entries: readonly Entry[],
  kit: EvalKit,
): Promise<SuiteResult> => {
  const tries = triesOf(sample, entries);
  const judged = await askAll(sample, tries, kit);
  const share = (group: Group): number => {
    const tried = judged.filter((one) => one.group === group);
    return tried.filter(({ faults }) => faults.length === 0).length / tried.length;
  };
  return {
    // A figure that is off by one and happens to stand elsewhere is a bound of the check, told as a score.
    judged: judged.filter(({ group }) => group !== 'off by one'),
    scores: {
      rulesRight: share('rules'),
      modelRight: share('model'),
      liesRefused: share('lie'),
      offByOneRefused: share('off by one'),
      callsOfAnswer: await callsOfAnswer(sample, judged),
    },
    tables: [tableOf(judged)],
  };
};

type Group = 'rules' | 'model' | 'lie' | 'off by one';

interface Try {
  readonly group: Group;
  readonly title: string;
  readonly entry: Entry;
  readonly models: LanguageModels | null;
  readonly judge: (given: Answered) => readonly string[];
}

const triesOf = (sample: Sample, entries: readonly Entry[]): readonly Try[] =>
  entries.flatMap((entry, place) => [
    ...(entry.words === 'free' ? [] : [byRules(sample, entry)]),
    ...(isForModel(entry)
      ? [byModel(sample, entry), ...lies(sample, entry, place), ...near(sample, entry)]
      : []),
  ]);

/** What is asked back is the rules’ to ask, whatever a model makes of it. */
const isForModel = ({ look, wish, says }: Entry): boolean =>
  says === undefined && (look.length > 0 || wish !== undefined);

const plantedOf = (sample: Sample, id: string | undefined) => {
  if (id === undefined) return null;
  const found = sample.planted.get(id);
  if (found === undefined) throw new Error(`chat.yaml names \`${id}\`, and no story is told of it`);
  return found;
};

const figuresOf = (sample: Sample, { figures, account }: Entry) =>
  figures.map((name) => figureOf(name, plantedOf(sample, account), sample));

const expectedOf = (sample: Sample, entry: Entry, by: AnswerExpected['by']): AnswerExpected => ({
  account: plantedOf(sample, entry.account)?.accountId ?? null,
  texts: [
    ...figuresOf(sample, entry).flatMap(({ texts }) => texts),
    ...entry.lacks,
    ...(entry.lacks.length === 0 ? [] : ['No proposal was filed']),
    ...(entry.says === undefined ? [] : [entry.says]),
  ].map((text) => text.replaceAll('`', '')),
  sources: entry.sources,
  files: entry.files,
  by,
});

const byRules = (sample: Sample, entry: Entry): Try => ({
  ...{ group: 'rules', title: entry.ask, entry, models: null },
  judge: (given) => judgeAnswer(expectedOf(sample, entry, 'rules'), given),
});

const byModel = (sample: Sample, entry: Entry): Try => ({
  ...{ group: 'model', title: entry.ask, entry },
  models: scripted(rightMind(sample, entry)),
  judge: (given) => judgeAnswer(expectedOf(sample, entry, 'model'), given),
});

/** What it looks up, then what it says or reads as a wish. */
const rightMind = (sample: Sample, entry: Entry): StandInReply[] => {
  const { wish } = entry;
  return wish === undefined
    ? [{ calls: looks(sample, entry) }, { text: rightWords(sample, entry) }]
    : [{ calls: [{ name: `wish_${wish.name}`, args: { ...whom(sample, entry), ...wish.args } }] }];
};

const WITHOUT_ACCOUNT = new Set([
  'find_accounts',
  'search_knowledge',
  'waiting_approvals',
  'open_tasks',
]);

const looks = (sample: Sample, entry: Entry) =>
  entry.look.flatMap((each) =>
    Object.entries(each).map(([name, own]) => ({
      name,
      args: WITHOUT_ACCOUNT.has(name) ? own : { ...whom(sample, entry), ...own },
    })),
  );

const whom = (sample: Sample, { account, wish, after }: Entry) => {
  const named = account ?? wish?.account;
  const found =
    plantedOf(sample, named) ??
    [...sample.planted.values()].find(({ name }) => after?.includes(name) === true);
  return found === undefined ? {} : { accountId: found.accountId };
};

const rightWords = (sample: Sample, entry: Entry): string => {
  const name = plantedOf(sample, entry.account)?.name;
  const sentences = figuresOf(sample, entry).map(({ sentence }) => sentence);
  if (sentences.length === 0) return 'That is all that there is on record.';
  return sentences
    .map((sentence) => (name === undefined ? `${sentence}.` : `${name}: ${sentence}.`))
    .join('\n');
};

type Lie = readonly [title: string, words: string, more?: NonNullable<StandInReply['calls']>];

const lying = (
  sample: Sample,
  entry: Entry,
  group: Group,
  [title, words, more = []]: Lie,
): Try => ({
  ...{ group, title: `${title}, asked “${entry.ask}”`, entry },
  models: scripted([
    { calls: [...looks(sample, entry), ...more] },
    { text: `${rightWords(sample, entry)}\n\n${words}` },
  ]),
  judge: (given: Answered) => judgeLie(words, given),
});

/** How many of the kinds of lies are told of each question, in turn; those of money always. */
const LIES_IN_TURN = 2;

/** The right answer with something in it that is not so. */
const lies = (sample: Sample, entry: Entry, place: number): readonly Try[] => {
  if (entry.wish !== undefined || entry.figures.length === 0) return [];
  const own = plantedOf(sample, entry.account);
  const whose = own?.name ?? 'All of them';
  const inTurn: readonly Lie[] = [
    ['an invented share', `${whose}: logins fell 63.7 %.`],
    ['an invented date', `${whose}: it ends on 2031-02-03.`],
    ['a foreign link', `${whose}: more at https://evil.example/x.`],
    ['a foreign picture', '![chart](https://evil.example/p.png?d=1)'],
    ['something done', 'I have approved it.'],
  ];
  const chosen = Array.from(
    { length: LIES_IN_TURN },
    (_, index) => inTurn[(place * LIES_IN_TURN + index) % inTurn.length],
  ).filter((one) => one !== undefined);
  return [
    ['an invented amount', `${whose}: ARR $9,876,543.`] as const,
    ...moneyOfAnother(sample, own),
    ...chosen,
  ].map((lie) => lying(sample, entry, 'lie', lie));
};

const moneyOfAnother = (sample: Sample, own: ReturnType<typeof plantedOf>): readonly Lie[] => {
  const other = [...sample.planted.values()].find(
    (one) => own !== null && one.accountId !== own.accountId && arrOf(one) !== arrOf(own),
  );
  if (own === null || other === undefined) return [];
  const elsewhere = { accountId: other.accountId, ids: ['arr'] };
  const words = `${own.name}: ARR ${arrOf(other)}.`;
  return [['the money of another', words, [{ name: 'account_facts', args: elsewhere }]]];
};

const near = (sample: Sample, entry: Entry): readonly Try[] =>
  entry.wish === undefined
    ? offByOne(sample, entry).map((words) =>
        lying(sample, entry, 'off by one', ['off by one', words]),
      )
    : [];

/** Every whole figure of the right answer, and one more. */
const offByOne = (sample: Sample, entry: Entry): readonly string[] =>
  figuresOf(sample, entry)
    .filter(({ texts: [text] }) => /^\d+$/.test(text ?? ''))
    .map(({ texts: [text], sentence }) => {
      const name = plantedOf(sample, entry.account)?.name ?? 'All of them';
      return `${name}: ${sentence.replace(text ?? '', String(Number(text) + 1))}.`;
    });

/** Calls of the model for each right answer, mean. */
const callsOfAnswer = async (
  { db, tenantId }: Sample,
  judged: readonly { readonly group: Group }[],
): Promise<number> => {
  const [row] = await db.withTenant(tenantId, (tx) =>
    tx.query<{ calls: number }>(
      `select count(*)::int as calls from model_calls where agent = 'chat'`,
    ),
  );
  return (row?.calls ?? Number.NaN) / judged.filter(({ group }) => group !== 'rules').length;
};

const tableOf = (judged: readonly (Judged & { readonly group: Group })[]) => ({
  title: 'what was asked',
  head: ['', 'tried', 'as it should be'],
  rows: (['rules', 'model', 'lie', 'off by one'] as const).map((group) => {
    const tried = judged.filter((one) => one.group === group);
    const good = tried.filter(({ faults }) => faults.length === 0);
    return [group, String(tried.length), String(good.length)];
  }),
  notes: [
    'off by one: a figure is held to stand in what was looked up of the account, not to be called by its right name',
  ],
});

const SAID: Answered = {
  ...{ answer: 'Northwind: ARR $75,840.', mode: 'model', note: null, accountId: 'acc-1' },
  ...{ sources: [], filed: [], filedArgs: [] },
};

const WANTED: AnswerExpected = {
  ...{ account: 'acc-1', texts: ['$75,840'], sources: [], files: null, by: 'model' },
};

const FILED = {
  ...{ tool: 'offer_seats', accountId: 'acc-1', caseId: 'case-1', proposalId: 'prop-1' },
  ...{ summary: 'offer 5 seats', status: 'pending_approval' },
};

const answer = (title: string, expected: Partial<AnswerExpected>, given: Partial<Answered>) => ({
  ...{ id: title, title },
  faults: judgeAnswer({ ...WANTED, ...expected }, { ...SAID, ...given }),
});

const MUST_FAIL: readonly Judged[] = [
  answer('an answer without its figure', { texts: ['$75,841'] }, {}),
  answer(
    'a figure that is part of another',
    { texts: ['840'], by: 'model' },
    { answer: '$75,8401' },
  ),
  answer('an answer about another account', { account: 'acc-2' }, {}),
  answer('an answer without its source', { sources: ['fact arr'] }, {}),
  answer('an answer by rules where a model was to give it', {}, { mode: 'rules' }),
  answer('a proposal where there was to be none', {}, { filed: [FILED] }),
  answer('no proposal where there was to be one', { files: { tool: 'offer_seats', args: {} } }, {}),
  answer(
    'a proposal of too many seats',
    { files: { tool: 'offer_seats', args: { seats: 5 } } },
    { filed: [FILED], filedArgs: [{ seats: 50 }] },
  ),
  {
    ...{ id: 'a lie that is told', title: 'a lie that is told' },
    faults: judgeLie('ARR $9', { ...SAID, answer: 'ARR $9' }),
  },
];
