import type { Filed, Look, Named, Source } from './define.ts';
import { distinct } from './sources.ts';
import type { Desk } from './define.ts';

/** What a question is answered with. */
export interface Answer {
  /** Markdown. */
  readonly text: string;
  readonly mode: 'rules' | 'model';
  /** Why it was answered otherwise than wished. */
  readonly note: string | null;
  /** Whom it was about. */
  readonly account: Named | null;
  /** What waits for the name of an account: of these, or of any where there are none. */
  readonly choice: { readonly question: string; readonly accounts: readonly Named[] } | null;
  readonly sources: readonly Source[];
  readonly filed: readonly Filed[];
}

/** What was said before in the thread, as far as it matters. */
export interface Before {
  /** The last question that was answered. */
  readonly question: string | null;
  readonly account: Named | null;
  readonly choice: Answer['choice'];
}

/** What an answer is made with: where from, who is told of each step, and when to stop. */
export interface Talk {
  readonly desk: Desk;
  readonly before: Before;
  /** Of this question, the same when it is asked again after a failure. */
  readonly key: string;
  readonly tell: (step: { readonly tool: string; readonly text: string }) => void;
  readonly signal: AbortSignal;
}

/** Looks things up one after another, and keeps where they stand. */
export const lookingUp = (
  { desk, tell, signal }: Pick<Talk, 'desk' | 'tell' | 'signal'>,
  /** Sees each thing that was found. */
  onFound: (found: { readonly data: unknown; readonly untrusted: boolean }) => void = () =>
    undefined,
): { readonly look: Look; readonly sources: () => Source[] } => {
  const sources: Source[] = [];
  return {
    look: async (tool, args) => {
      signal.throwIfAborted();
      tell({ tool: tool.id, text: tool.title });
      const looked = await tool.look(args, desk);
      sources.push(...looked.sources);
      onFound({ data: looked.data, untrusted: looked.untrusted === true });
      return looked.data;
    },
    sources: () => distinct(sources),
  };
};
