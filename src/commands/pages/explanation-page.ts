import type { ExplanationAnswer } from '../../api/explanation.ts';
import type { Day } from '../../domain/time.ts';
import { byDay, longDay, moneyText, signed, sparkline } from '../../platform/terminal/format.ts';
import type { Style } from '../../platform/terminal/style.ts';
import type { Terminal } from '../../platform/terminal/terminal.ts';
import { padStart, printable, wrap } from '../../platform/terminal/text.ts';
import { headline, hints, step, section, when, type Hint } from '../layout.ts';
import { factLines } from './fact-lines.ts';
import { guardLines } from './guard-lines.ts';

type Score = ExplanationAnswer['scores'][number];
type Line = Score['lines'][number];

const TREND_DAYS = 30;
const SHOWN_REASONS = 3;

/** The page that answers “why is this 45, and why was it 62 last week?”. */
export const explanationPage = (
  terminal: Terminal,
  answer: ExplanationAnswer,
  options: { readonly allFacts: boolean },
): string =>
  [
    ...head(terminal, answer),
    ...answer.scores.flatMap((score) => scoreBlock(terminal, answer, score)),
    ...cases(terminal, answer),
    section(terminal, 'What may be done now'),
    ...guardLines(terminal, answer.guards),
    ...(options.allFacts ? [section(terminal, 'Facts'), ...factLines(terminal, answer)] : []),
    '',
    ...hints(terminal, nextHints(answer, options.allFacts)),
  ].join('\n');

const head = (terminal: Terminal, answer: ExplanationAnswer): string[] => {
  const { account } = answer;
  const parts = [
    account.plan === null ? 'plan not known' : `plan ${account.plan}`,
    account.arr === null ? 'ARR not known' : `${moneyText(account.arr)} ARR`,
    account.days_to_renewal === null
      ? 'no renewal date known'
      : `renews in ${String(account.days_to_renewal)} days`,
    account.owner === null ? 'nobody owns it' : `owner ${account.owner}`,
    ...(account.expansion_ready === true ? ['ready to expand'] : []),
  ];
  return [
    `${terminal.style.strong(printable(account.name))}  ${terminal.style.faint(account.id)}`,
    printable(parts.join(' · ')),
    `${headline(terminal, answer.showing)} · scored ${when(answer.showing).day(answer.day)}` +
      (answer.since === null ? '' : ` · compared with ${longDay(answer.since as Day)}`),
  ];
};

const scoreBlock = (terminal: Terminal, answer: ExplanationAnswer, score: Score): string[] => [
  section(terminal, score.title),
  `  ${figure(terminal.style, score)}  ${trend(terminal, answer, score)}`,
  ...standing(terminal, score),
  ...orderLines(score.lines).flatMap((line) => lineText(terminal, score, line)),
];

const figure = (style: Style, score: Score): string => {
  if (score.status !== 'known' || score.value === null) {
    return style.warn(score.status === 'too_young' ? 'too young to tell' : 'unknown');
  }
  const tone = isBad(score) ? style.bad : style.good;
  return tone(`${String(round(score.value))} ${words(score.tier ?? '')}`);
};

const isBad = (score: Score): boolean =>
  score.value !== null && (score.higherIs === 'worse' ? score.value >= 50 : score.value < 50);

const trend = (terminal: Terminal, answer: ExplanationAnswer, score: Score): string => {
  const points = score.trend.map(({ day, value }) => ({ day: day as Day, value }));
  const line = sparkline(byDay(points, answer.day as Day, TREND_DAYS));
  const moved =
    answer.since === null || score.change === null
      ? ''
      : ` · ${signed(score.change)} since ${longDay(answer.since as Day)}`;
  return `${line} ${terminal.style.faint(`30 days, ${score.higherIs === 'worse' ? 'lower' : 'higher'} is better`)}${moved}`;
};

const standing = (terminal: Terminal, score: Score): string[] => {
  const coverage = `${String(Math.round(score.coverage / 100))} % of its weight is known`;
  const supported =
    score.supported === null || score.supported === score.value
      ? ''
      : `; ${String(round(score.supported))} from what is known alone`;
  return [`  ${terminal.style.faint(coverage + supported)}`];
};

/** What weighs most first, and what adds nothing last. */
const orderLines = (lines: readonly Line[]): readonly Line[] =>
  [...lines].sort((a, b) => Math.abs(b.points ?? 0) - Math.abs(a.points ?? 0));

const POINTS_WIDTH = 7;

const lineText = (terminal: Terminal, score: Score, line: Line): string[] => {
  const { style } = terminal;
  const points = line.points ?? 0;
  const moved = line.change === null || line.change === 0 ? '' : ` (${signed(line.change)})`;
  const bad = score.higherIs === 'worse' ? points > 0 : points < 0;
  const figureText = padStart(signed(points), POINTS_WIDTH);
  const figureTone =
    points === 0 ? style.faint(figureText) : bad ? style.bad(figureText) : style.good(figureText);
  const reason = `${line.known ? '' : '(not known) '}${printable(line.reason)}${moved}`;
  const [first = '', ...rest] = wrap(reason, terminal.columns - POINTS_WIDTH - 4);
  const before =
    line.reasonThen === null ||
    line.change === null ||
    line.change === 0 ||
    line.reasonThen === line.reason
      ? []
      : wrap(`then: ${printable(line.reasonThen)}`, terminal.columns - POINTS_WIDTH - 4).map(
          style.faint,
        );
  const indent = ' '.repeat(POINTS_WIDTH + 4);
  return [`  ${figureTone}  ${first}`, ...[...rest, ...before].map((text) => indent + text)];
};

const cases = (terminal: Terminal, answer: ExplanationAnswer): string[] => {
  const open = answer.cases.filter((each) => each.status !== 'closed');
  if (open.length === 0) return [section(terminal, 'Cases'), '  none open'];
  return [
    section(terminal, 'Cases'),
    ...open.flatMap((each) => [
      `  ${terminal.style.link(each.id)}  ${each.playbook} (${each.status}), urgency ${String(each.urgency)}`,
      ...each.reasons
        .slice(0, SHOWN_REASONS)
        .flatMap((reason) => wrap(printable(reason.text), terminal.columns, '    • ')),
    ]),
  ];
};

const nextHints = (answer: ExplanationAnswer, allFacts: boolean): Hint[] => {
  const id = answer.account.id;
  const [first] = answer.cases;
  return [
    ...(first === undefined ? [] : [step(`case ${first.id}`, 'what is proposed for it')]),
    ...(answer.since === null
      ? [step(`explain ${id} --since ${weekBefore(answer)}`, 'what moved')]
      : []),
    ...(allFacts ? [] : [step(`explain ${id} --facts`, 'every fact and where it comes from')]),
  ];
};

const weekBefore = (answer: ExplanationAnswer): string => {
  const earliest = answer.scores.flatMap((score) => score.trend.map(({ day }) => day)).sort();
  return earliest.at(-8) ?? earliest[0] ?? answer.day;
};

const words = (id: string): string => id.replaceAll('_', ' ');
const round = (value: number): number => Math.round(value);
