import { z } from 'zod';
import { listVerdictsRoute, type PrecisionShape } from '../api/verdicts.ts';
import { renderTable } from '../platform/terminal/table.ts';
import { defineCommand } from './define.ts';
import { headline, hints, step } from './layout.ts';

export default defineCommand({
  id: 'verdicts',
  group: 'Prove',
  summary: 'How often each playbook was right, by what people said of its cases',
  arguments: [],
  options: [],
  examples: ['verdicts', 'verdicts --json'],
  beside: 'api',
  decides: false,
  input: z.object({}),
  run: async (context) => {
    const client = await context.client();
    const query = { world: context.settings.world ?? undefined };
    const answer = await client.call(listVerdictsRoute, { query });
    return {
      json: answer,
      human: (terminal) =>
        answer.items.length === 0
          ? [
              `${headline(terminal, answer.showing)} · nobody judged a case yet`,
              '',
              ...hints(terminal, [step('case <id> verdict right', 'or wrong, known, snooze')]),
            ].join('\n')
          : [
              headline(terminal, answer.showing),
              renderTable(terminal, COLUMNS, answer.items.flatMap(linesOf)),
            ].join('\n'),
    };
  },
});

type Line = Pick<PrecisionShape, 'right' | 'known' | 'wrong' | 'snoozed' | 'precision'> & {
  readonly name: string;
  readonly expected: number | null;
};

/** A playbook, and below it its reasons. */
const linesOf = (playbook: PrecisionShape): Line[] => [
  { ...playbook, name: playbook.playbook },
  ...playbook.reasons.map((reason) => ({ ...reason, name: `  ${reason.input}`, expected: null })),
];

const percent = (basisPoints: number | null): string =>
  basisPoints === null ? '—' : `${String(Math.round(basisPoints / 100))} %`;

const right = 'right' as const;

const COLUMNS = [
  { head: 'playbook and reason', cell: (row: Line) => row.name },
  { head: 'right', cell: (row: Line) => String(row.right), align: right },
  { head: 'known', cell: (row: Line) => String(row.known), align: right },
  { head: 'wrong', cell: (row: Line) => String(row.wrong), align: right },
  { head: 'snoozed', cell: (row: Line) => String(row.snoozed), align: right },
  { head: 'precision', cell: (row: Line) => percent(row.precision), align: right },
  {
    head: 'ranks by',
    cell: ({ expected }: Line) => (expected === null ? '' : percent(expected)),
    align: right,
  },
];
