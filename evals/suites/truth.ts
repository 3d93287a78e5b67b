import { readFile } from 'node:fs/promises';
import { parse as parseYaml } from 'yaml';
import { unsupported, type Grounds } from '../../src/tools/act/message-truth.ts';
import { fact, facts } from '../../test/fixtures/account.ts';
import { defineSuite, type FigureTable, type Judged } from '../define.ts';

interface Untrue {
  readonly by: string;
  readonly text: string;
}

interface Dataset {
  readonly untrue: readonly Untrue[];
  readonly true: readonly string[];
}

/** What the dataset is judged on; it says so at its head. */
const GROUNDS: Grounds = {
  facts: facts({
    seats: 50,
    seats_used: 47,
    rejected_invites: 12,
    mrr: { minor: 245_000, currency: 'USD' },
    usage_change: { ...fact(-2_250), unit: 'basis_points' },
    renewals: [{ contractId: 'c-1', renewsOn: '2026-10-13', days: 60 }],
    visitors: { ...fact(77), trustedValue: null },
  }),
  slots: { seats: 5, 'total.monthly': { minor: 24_500, currency: 'USD' }, discount: 2_000 },
  approvedText: 'Hello. Reply within two business days and we will call you.',
  language: 'en',
  linkDomains: ['docs.lumenboard.example'],
};

/** What the program does not look for in words; people who read them do. */
const BEYOND = new Set(['name', 'swapped']);

export default defineSuite({
  id: 'truth',
  title: 'Words of a model that go out: untruths found, truths let through',
  mustFail: () => [
    judgeUntrue({ by: 'figure', text: 'Twelve invitations were turned away.' }),
    judgeUntrue({ by: 'promise', text: 'Is there anything in your way?' }),
    judgeTrue('You lost 13 invitations.'),
    judgeTrue('Your first month is free.'),
  ],
  run: async () => {
    const file = new URL('../datasets/truth.yaml', import.meta.url);
    const data = parseYaml(await readFile(file, 'utf8')) as Dataset;
    const looked = data.untrue.filter(({ by }) => !BEYOND.has(by));
    const missed = looked.filter(({ text }) => !isFound(text));
    const refused = data.true.filter(isFound);
    return {
      // Hard ones that are missed stay in the dataset: the scores say how many.
      judged: [
        ...looked.filter(({ text }) => isFound(text)).map(judgeUntrue),
        ...data.true.filter((text) => !isFound(text)).map(judgeTrue),
      ],
      scores: {
        untruthsFound: 1 - missed.length / looked.length,
        hardUntruthsFound: shareFound(looked.filter(({ by }) => by !== 'promise')),
        truthsRefused: refused.length / data.true.length,
      },
      tables: [kinds(data), misjudged(missed, refused)],
    };
  },
});

const isFound = (text: string): boolean => unsupported(text, GROUNDS).length > 0;

const shareFound = (all: readonly Untrue[]): number =>
  all.filter(({ text }) => isFound(text)).length / all.length;

const judgeUntrue = ({ by, text }: Untrue): Judged => ({
  id: text,
  title: text,
  faults: isFound(text) ? [] : ['nothing untrue was found in it'],
  shown: { untrue: by, found: unsupported(text, GROUNDS).join('\n') },
});

const judgeTrue = (text: string): Judged => ({
  id: text,
  title: text,
  faults: unsupported(text, GROUNDS),
  shown: { untrue: '—', found: unsupported(text, GROUNDS).join('\n') },
});

const kinds = ({ untrue }: Dataset): FigureTable => ({
  title: 'untruths by kind',
  head: ['kind', 'tried', 'found'],
  rows: [...new Set(untrue.map(({ by }) => by))].map((kind) => {
    const mine = untrue.filter(({ by }) => by === kind);
    const found = String(mine.filter(({ text }) => isFound(text)).length);
    return [BEYOND.has(kind) ? `${kind} (not looked for)` : kind, String(mine.length), found];
  }),
  notes: [
    'Names, and true figures said of something else, are not looked for: a person reads what a model wrote, unless the template keeps a free slot and no text of outsiders was read.',
  ],
});

const misjudged = (missed: readonly Untrue[], refused: readonly string[]): FigureTable => ({
  title: 'misjudged',
  head: ['words', 'which is'],
  rows: [
    ...missed.map(({ by, text }) => [text, `untrue (${by}), and let through`]),
    ...refused.map((text) => [text, `true, and refused: ${unsupported(text, GROUNDS).join('; ')}`]),
  ],
});
