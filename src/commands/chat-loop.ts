import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

export interface ChatLoop {
  readonly input: Readable;
  readonly output: Writable;
  /** Whether a person types: then there is a prompt, a history, and keys. */
  readonly isTyped: boolean;
  readonly prompt: string;
  /** Questions of before, the newest first. */
  readonly history: readonly string[];
  /** Answers one question; throws only what the loop should end with. */
  readonly ask: (question: string, signal: AbortSignal) => Promise<void>;
  /** Said when Ctrl-C is pressed while nothing is answered. */
  readonly hint: () => void;
}

const ENDS = new Set(['/quit', '/exit', 'exit', 'quit']);

/**
 * Asks and answers until the input ends, or `exit` is typed. Ctrl-C stops the answer under way and not the program;
 * without one it says how to leave, and pressed again at once it leaves.
 */
export const chatLoop = async (loop: ChatLoop): Promise<void> => {
  const lines = createInterface({
    input: loop.input,
    ...(loop.isTyped ? { output: loop.output } : {}),
    terminal: loop.isTyped,
    prompt: loop.prompt,
    history: [...loop.history],
    historySize: 500,
    removeHistoryDuplicates: true,
  });
  const turn = { answering: null as AbortController | null, warned: false };
  const stop = (): void => {
    if (turn.answering !== null) turn.answering.abort();
    else if (turn.warned) lines.close();
    else {
      turn.warned = true;
      loop.hint();
      lines.prompt();
    }
  };
  lines.on('SIGINT', stop);
  // Without a terminal Ctrl-C comes as a signal.
  process.on('SIGINT', stop);
  try {
    if (loop.isTyped) lines.prompt();
    for await (const line of lines) {
      turn.warned = false;
      const question = line.trim();
      if (ENDS.has(question.toLowerCase())) return;
      if (question !== '') {
        turn.answering = new AbortController();
        await loop.ask(question, turn.answering.signal);
        turn.answering = null;
      }
      if (loop.isTyped) lines.prompt();
    }
  } finally {
    process.off('SIGINT', stop);
    lines.close();
  }
};
