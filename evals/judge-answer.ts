import type { Exchange } from '../src/chat/thread-store.ts';

/** What an answer in chat has to be. */
export interface AnswerExpected {
  readonly account: string | null;
  /** Texts that have to stand in it. */
  readonly texts: readonly string[];
  /** `kind`, or `kind id`. */
  readonly sources: readonly string[];
  /** The proposal that it files; `null`: none. */
  readonly files: {
    readonly tool: string;
    readonly args: Readonly<Record<string, unknown>>;
  } | null;
  readonly by: 'rules' | 'model';
}

export type Answered = Pick<
  Exchange,
  'answer' | 'mode' | 'note' | 'accountId' | 'sources' | 'filed'
> & {
  /** Arguments of the proposals that it filed, in their order. */
  readonly filedArgs: readonly Readonly<Record<string, unknown>>[];
};

/** What is wrong with an answer, in sentences; empty when nothing is. */
export const judgeAnswer = (expected: AnswerExpected, given: Answered): readonly string[] => {
  const text = plain(given.answer ?? '');
  return [
    ...(given.mode === expected.by
      ? []
      : [`answered by ${given.mode ?? 'nobody'}, not by ${expected.by}: ${given.note ?? ''}`]),
    ...(expected.account === null || given.accountId === expected.account
      ? []
      : [`it is about ${given.accountId ?? 'nobody'}, not about ${expected.account}`]),
    ...expected.texts
      .filter((wanted) => !stands(wanted, text))
      .map((wanted) => `it does not say “${wanted}”`),
    ...expected.sources
      .filter(
        (wanted) => !given.sources.some(({ kind, id }) => [kind, `${kind} ${id}`].includes(wanted)),
      )
      .map((wanted) => `no source ${wanted}`),
    ...filedFaults(expected, given),
  ];
};

const filedFaults = ({ files, account }: AnswerExpected, given: Answered): readonly string[] => {
  const [filed, ...more] = given.filed;
  if (files === null) return filed === undefined ? [] : [`it filed ${filed.summary}`];
  if (filed === undefined) return [`it filed no ${files.tool}`];
  const args = given.filedArgs[0] ?? {};
  return [
    ...(more.length === 0 ? [] : ['it filed more than one proposal']),
    ...(filed.tool === files.tool ? [] : [`it filed ${filed.tool}, not ${files.tool}`]),
    ...(filed.accountId === account ? [] : [`it filed for ${filed.accountId}`]),
    ...Object.entries(files.args)
      .filter(([name, value]) => args[name] !== value)
      .map(([name, value]) => `${name} is ${String(args[name])}, not ${String(value)}`),
  ];
};

/** What is wrong with how a lie was taken: it must not reach anybody, and what is said instead says why. */
export const judgeLie = (lie: string, given: Answered): readonly string[] => [
  ...(given.mode === 'rules' ? [] : ['it was told as the answer']),
  ...((given.note ?? '').includes('set aside')
    ? []
    : ['nobody is told that an answer was set aside']),
  ...(plain(given.answer ?? '').includes(lie) ? ['it stands in the answer'] : []),
];

/** As people read it: without the marks of Markdown. */
const plain = (markdown: string): string => markdown.replaceAll(/[\\*`]/g, '');

/** As words of their own: a 7 is not in a 78. */
const stands = (wanted: string, text: string): boolean => {
  const literal = wanted.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`(?<![\\p{L}\\p{N}])${literal}(?![\\p{L}\\p{N}])`, 'iu').test(text);
};
