import type { CaseView } from '../../api/case-view.ts';

type RoundStory = CaseView['rounds'][number];

/** How a model came to what it asked for: what it took, whom it consulted, what it declined, and its own words last. */
export const thoughtLines = ({ thought, plan }: RoundStory): string[] => {
  if (thought === null) return [];
  const { agent, model, prompt, calls, inputTokens, outputTokens, read, untrusted, consulted } =
    thought;
  return [
    `${agent} by ${model ?? 'no model'} (prompt ${String(prompt.version)}): ${counted(calls, 'call')}, ${String(inputTokens + outputTokens)} tokens`,
    ...(read.length === 0 ? [] : [`it read ${[...new Set(read)].join(', ')}`]),
    ...(untrusted.length === 0
      ? []
      : [
          `of that, written by outsiders: ${untrusted.join(', ')}; what it asks for is judged accordingly`,
        ]),
    ...consulted.map(
      ({ agent: other, question, answer }) =>
        `it asked ${other}: “${question}” — ${answer === null ? 'no answer came' : `“${answer}”`}`,
    ),
    ...plan
      .filter(({ fate }) => fate === 'declined' || fate === 'waits')
      .map(
        ({ step, fate, why }) =>
          `${fate === 'waits' ? 'declined, and a person decides' : 'declined'}, ${step}: “${why ?? ''}”`,
      ),
    ...(thought.rationale === null
      ? []
      : [`the model’s own words, which are no fact: “${thought.rationale}”`]),
  ];
};

const counted = (count: number, what: string): string =>
  `${String(count)} ${what}${count === 1 ? '' : 's'}`;
