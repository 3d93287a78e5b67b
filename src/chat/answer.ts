import type { ChatTool, Desk, Filed, Look, Looked, Named, Source } from './define.ts';
import { distinct } from './sources.ts';

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
  /** The id of the thread that it belongs to. */
  readonly thread: string;
  /** Of this question, the same when it is asked again after a failure. */
  readonly key: string;
  readonly tell: (step: { readonly tool: string; readonly text: string }) => void;
  readonly signal: AbortSignal;
}

/** Something that was looked up, with what was asked for. */
export interface Found {
  readonly tool: Pick<ChatTool, 'id' | 'title'>;
  readonly args: unknown;
  readonly looked: Looked<unknown>;
}

/** Looks things up one after another, tells each as it is looked up, and keeps where they stand. */
export const lookingUp = (
  { desk, tell, signal }: Pick<Talk, 'desk' | 'tell' | 'signal'>,
  /** `null` where an account has no name yet. */
  nameOf: (accountId: string) => string | null = () => null,
  onFound: (found: Found) => void = () => undefined,
): { readonly look: Look; readonly sources: () => Source[] } => {
  const sources: Source[] = [];
  return {
    look: async (tool, args) => {
      signal.throwIfAborted();
      const name = nameOf(accountIn(args) ?? '');
      tell({ tool: tool.id, text: name === null ? tool.title : `${tool.title}: ${name}` });
      const looked = await tool.look(args, desk);
      sources.push(...looked.sources);
      onFound({ tool, args, looked });
      return looked.data;
    },
    sources: () => distinct(sources),
  };
};

/** The account that something is looked up about; `null`: several, or none. */
export const accountIn = (args: unknown): string | null => {
  const { accountId } = (args ?? {}) as { readonly accountId?: unknown };
  return typeof accountId === 'string' ? accountId : null;
};
