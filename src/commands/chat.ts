import { z } from 'zod';
import {
  createThreadRoute,
  deleteThreadRoute,
  getThreadRoute,
  listThreadsRoute,
  sayRoute,
  type ExchangeShape,
} from '../api/chat.ts';
import { inputError, RetinueError } from '../domain/errors.ts';
import type { Client } from '../platform/http/define.ts';
import { errorFromProblem } from '../platform/http/problem.ts';
import { printable } from '../platform/terminal/text.ts';
import { chatLoop } from './chat-loop.ts';
import type { CommandContext } from './context.ts';
import { defineCommand, type Output } from './define.ts';
import { answerPage, answerText, footLines } from './pages/answer-page.ts';

const input = z.object({
  question: z.string().optional(),
  thread: z.string().min(1).optional(),
  threads: z.boolean().default(false),
  forget: z.string().min(1).optional(),
});

type Input = z.infer<typeof input>;

export default defineCommand<Input>({
  id: 'chat',
  group: 'Look',
  summary:
    'Ask in plain words, and propose what you wish for; without a question it goes on until you leave',
  arguments: [{ name: 'question', description: 'one question, answered at once', optional: true }],
  options: [
    { flags: '--thread <id>', description: 'go on with a thread of yours' },
    { flags: '--threads', description: 'list your threads' },
    { flags: '--forget <id>', description: 'delete a thread of yours; what it proposed stands' },
  ],
  examples: [
    'chat',
    'chat "why is Northwind critical?"',
    'chat "show renewals at risk this quarter" --json',
    'chat --threads',
  ],
  beside: 'api',
  // Threads are somebody's own, and what is proposed is proposed by somebody.
  decides: true,
  input,
  run: async (context, given) => {
    const client = await context.client();
    if (given.forget !== undefined) return forget(client, given.forget);
    if (given.threads) return threads(client);
    return given.question === undefined
      ? goOn(context, client, given)
      : once(context, client, given.question, given.thread);
  },
});

const forget = async (client: Client, id: string): Promise<Output> => {
  const answer = await client.call(deleteThreadRoute, { params: { id } });
  return { json: answer, human: () => `Forgot the thread ${answer.deleted}.` };
};

const threads = async (client: Client): Promise<Output> => {
  const answer = await client.call(listThreadsRoute);
  const lines = answer.items.map(
    ({ id, title, lastAt }) =>
      `${lastAt.slice(0, 16).replace('T', ' ')}  ${id}  ${printable(title)}`,
  );
  return {
    json: answer,
    human: () => (lines.length === 0 ? 'You have no threads yet.' : lines.join('\n')),
  };
};

const openThread = async (client: Client, thread: string | undefined): Promise<string> =>
  thread ?? (await client.call(createThreadRoute, { body: {} })).id;

/** One question and its answer. */
const once = async (
  context: CommandContext,
  client: Client,
  question: string,
  thread: string | undefined,
): Promise<Output> => {
  const threadId = await openThread(client, thread);
  let looked = 0;
  const exchange = await ask(context, client, {
    ...{ threadId, question, signal: new AbortController().signal },
    onStep: (label) => context.progress.report({ label, done: (looked += 1) }),
    onText: () => undefined,
  });
  return {
    json: { threadId, ...exchange },
    human: (terminal) => answerPage(terminal, exchange),
  };
};

interface Asking {
  readonly threadId: string;
  readonly question: string;
  readonly signal: AbortSignal;
  readonly onStep: (text: string) => void;
  readonly onText: (piece: string) => void;
}

/** Throws what the server tells of a failure, and `no_answer` where it stops before its end. */
const ask = async (
  { settings }: CommandContext,
  client: Client,
  { threadId, question, signal, onStep, onText }: Asking,
): Promise<ExchangeShape> => {
  const events = client.stream(sayRoute, {
    ...{ params: { id: threadId }, query: { world: settings.world ?? undefined }, signal },
    body: { text: question },
  });
  for await (const told of events) {
    if (told.event === 'step') onStep(told.data.text);
    if (told.event === 'token') onText(told.data.text);
    if (told.event === 'problem') throw errorFromProblem(told.data);
    if (told.event === 'done') return told.data;
  }
  throw new RetinueError('outside', 'no_answer', 'the answer stopped in the middle; ask again');
};

/** Asks and answers until whoever types leaves. */
const goOn = async (context: CommandContext, client: Client, given: Input): Promise<Output> => {
  const { settings, terminal } = context;
  if (settings.json)
    throw inputError('invalid_input', 'give the question: retinue chat "…" --json');
  const threadId = await openThread(client, given.thread);
  const past = await client.call(getThreadRoute, { params: { id: threadId } });
  const isTyped = process.stdin.isTTY;
  if (isTyped)
    terminal.print(
      terminal.style.faint(
        'Ask in plain words; `help` says what I can do. Ctrl-C stops an answer, Ctrl-D ends.',
      ),
    );
  await chatLoop({
    ...{ input: process.stdin, output: process.stdout, isTyped },
    prompt: terminal.style.strong('› '),
    history: past.exchanges.map(({ question }) => question).toReversed(),
    ask: (question, signal) => showAnswer(context, client, { threadId, question, signal }),
    hint: () =>
      terminal.remark(terminal.style.faint('Ctrl-D or `exit` ends; Ctrl-C once more, too')),
  });
  return {
    json: null,
    human: () => terminal.style.faint(`Go on later: retinue chat --thread ${threadId}`),
  };
};

/** Shows what is looked up as it is, and the answer a paragraph at a time. A fault ends the answer, not the talk. */
const showAnswer = async (
  context: CommandContext,
  client: Client,
  asked: Pick<Asking, 'threadId' | 'question' | 'signal'>,
): Promise<void> => {
  const { terminal } = context;
  const show = byParagraph((paragraph) => terminal.print(answerText(terminal, paragraph)));
  try {
    const exchange = await ask(context, client, {
      ...asked,
      onStep: (text) => terminal.remark(terminal.style.faint(`… ${text}`)),
      onText: show.take,
    });
    show.end();
    terminal.print([...footLines(terminal, exchange), ''].join('\n'));
  } catch (error) {
    if (asked.signal.aborted) terminal.remark(terminal.style.warn('stopped'));
    else if (error instanceof RetinueError)
      terminal.remark(`${terminal.style.bad('✗')} ${error.message}`);
    else throw error;
  }
};

/** Hands on text whenever an empty line ends a paragraph, and the rest at the end. */
const byParagraph = (
  show: (text: string) => void,
): { readonly take: (piece: string) => void; readonly end: () => void } => {
  let rest = '';
  return {
    take: (piece) => {
      rest += piece;
      const at = rest.lastIndexOf('\n\n');
      if (at === -1) return;
      show(`${rest.slice(0, at)}\n\n`);
      rest = rest.slice(at + 2);
    },
    end: () => {
      if (rest !== '') show(rest);
    },
  };
};
