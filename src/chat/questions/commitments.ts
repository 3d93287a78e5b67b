import { defineQuestion } from '../define.ts';
import { plain } from '../markdown.ts';
import commitments from '../tools/commitments.ts';

export default defineQuestion({
  id: 'commitments',
  title: 'What an account was promised, offered or told',
  about: 'account',
  examples: ['what did we promise them?', 'when did we last talk to Northwind?'],
  fits: ({ words }) => {
    if (/\bpromis\w*|\bcommit(ted|ments?)\b|\bowe\b/.test(words)) return 9;
    if (
      /\b(did|have|has) (we|anyone|anybody|somebody)\b.*\b(offer|tell|told|sen[dt]|say|said|writ\w*|agree\w*|contact\w*|talk\w*|sp[eo]\w+|offered)\b/.test(
        words,
      )
    )
      return 9;
    if (
      /\blast\b.*\b(contact|touch|talk\w*|sp[eo]\w+|heard|message|email|e-mail|mail|call)\b/.test(
        words,
      )
    )
      return 8;
    return /\bwhat\b.*\b(offered|sent|told|agreed)\b/.test(words) ? 8 : 0;
  },
  answer: async ({ account }, look) => {
    const found = await look(commitments, { accountId: account.accountId });
    const name = plain(account.name);
    const nothing =
      found.messages.length === 0 && found.waiting.length === 0 && found.tasks.length === 0;
    return [
      nothing
        ? `Nothing that Retinue knows of was promised or offered to **${name}**, and nothing waits.`
        : `What **${name}** was told and offered, as far as Retinue knows:`,
      list(
        found.messages,
        ({ on, to, channel, summary, subject, status }) =>
          `${on}, ${channel} to ${to}: ${summary}${subject === null ? '' : ` (“${subject}”)`} — ${WENT[status] ?? status}`,
      ),
      headed(
        'Not promised yet, it waits:',
        found.waiting,
        ({ summary, status }) => `${summary} — ${status.replaceAll('_', ' ')}`,
      ),
      headed(
        'Ours to do:',
        found.tasks,
        ({ title, who, dueOn }) => `${title}: ${who}, due ${dueOn}`,
      ),
      headed(
        'Last spoken with:',
        found.touches,
        ({ on, direction, channel, by }) =>
          `${on}: ${channel}, ${direction === 'in' ? 'they to us' : 'we to them'}${by === null ? '' : `, by ${by}`}`,
      ),
    ]
      .filter((part) => part !== '')
      .join('\n\n');
  },
});

const WENT: Readonly<Record<string, string>> = {
  done: 'went out',
  held: 'goes out when its hold ends',
  ready: 'goes out soon',
  sending: 'is going out',
  unknown: 'it is not known whether it arrived',
};

const list = <T>(items: readonly T[], say: (item: T) => string): string =>
  items.map((item) => `- ${plain(say(item))}`).join('\n');

const headed = <T>(head: string, items: readonly T[], say: (item: T) => string): string =>
  items.length === 0 ? '' : `${head}\n\n${list(items, say)}`;
