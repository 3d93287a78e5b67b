import { readPrompt, type Prompt } from '../agents/prompt.ts';
import { loadCatalogue } from '../platform/catalogue.ts';
import type { Repertoire } from './choose.ts';
import type { AnswerableQuestion, ChatTool, Wish } from './define.ts';

/** What rules and models answer with: the same tools and the same wishes. */
export interface WholeRepertoire extends Repertoire {
  readonly tools: readonly ChatTool[];
  /** What a model is told of its work. */
  readonly prompt: Prompt;
}

let loaded: Promise<WholeRepertoire> | undefined;

const folder = (path: string): URL => new URL(path, import.meta.url);

/** The questions, wishes and tools of this build, loaded once. */
export const loadRepertoire = (): Promise<WholeRepertoire> =>
  (loaded ??= Promise.all([
    loadCatalogue<AnswerableQuestion>(folder('./questions/')),
    loadCatalogue<Wish>(folder('./wishes/')),
    loadCatalogue<ChatTool>(folder('./tools/')),
    loadChatPrompt(),
  ]).then(([questions, wishes, tools, prompt]) => ({ questions, wishes, tools, prompt })));

/** Throws `agents.bad_prompt`. */
export const loadChatPrompt = (): Promise<Prompt> => readPrompt(folder('./'));
