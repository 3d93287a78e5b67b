import type { Day } from '../../domain/time.ts';
import type { Parts } from '../../parts.ts';
import type { Named } from '../define.ts';
import { periodAhead } from '../period.ts';

export interface ChatBrief {
  readonly question: string;
  readonly today: Day;
  /** Whom the question may name, and by which of its words; none where it names nobody. */
  readonly named: readonly Named[];
  readonly mention: string | null;
  /** Spoken of before, and the question from before. */
  readonly before: { readonly account: Named | null; readonly question: string | null };
  readonly parts: Pick<Parts, 'signals' | 'scores'>;
  /** Ids of templates that may be sent. */
  readonly templates: readonly string[];
}

const PERIODS = ['this month', 'next month', 'this quarter', 'next quarter', 'this year'];

/** The days that words for times ahead stand for, so that nobody has to work them out. Pure. */
export const calendarText = (today: Day): string =>
  [
    `Today is ${today}.`,
    ...PERIODS.flatMap((words) => {
      const period = periodAhead(words, today);
      return period === null ? [] : [`${words}: ${period.from} to ${period.to}.`];
    }),
  ].join(' ');

/** What is known before anything is looked up: how far scores go. */
export const SCALE = 'Scores go from 0 to 100.';

/** A question as a model is handed it, with whom it may be about. Pure. */
export const chatBrief = ({
  question,
  today,
  named,
  mention,
  before,
  parts,
  templates,
}: ChatBrief): string =>
  [
    calendarText(today),
    SCALE,
    `Scores: ${parts.scores.map(({ id }) => id).join(', ')}.`,
    `Facts: ${parts.signals.map(({ id }) => id).join(', ')}.`,
    `Templates: ${templates.join(', ')}.`,
    '## Accounts',
    ...(named.length === 0
      ? ['- The question names none that is known.']
      : named.map((account) => `- ${accountLine(account, { named, mention })}`)),
    ...(before.account === null
      ? []
      : [`- Spoken of before: ${before.account.name} (\`${before.account.accountId}\`).`]),
    ...(before.question === null ? [] : ['## Asked before', before.question]),
    '## The operator',
    question,
  ].join('\n');

/** As it is called first, so that its placeholder stands for the name as it is written, and then as the question has it. */
const accountLine = (
  { accountId, name }: Named,
  { named, mention }: Pick<ChatBrief, 'named' | 'mention'>,
): string => {
  const called = mention ?? name;
  const isMeant =
    named.length > 1 ? 'may be what the question calls' : 'is what the question calls';
  const calling = called.toLowerCase() === name.toLowerCase() ? '' : `, ${isMeant} “${called}”`;
  return `${name} (\`${accountId}\`)${calling}`;
};
