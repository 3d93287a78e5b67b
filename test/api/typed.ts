import { askServer } from '../../src/commands/ask-server.ts';
import { loadCommand } from '../../src/commands/commands.ts';
import type { CommandContext } from '../../src/commands/context.ts';
import type { Command } from '../../src/commands/define.ts';
import { readInput } from '../../src/commands/read-input.ts';
import type { Client } from '../../src/platform/http/define.ts';
import { createStyle } from '../../src/platform/terminal/style.ts';
import type { Terminal } from '../../src/platform/terminal/terminal.ts';

const print = () => undefined;
const TERMINAL: Terminal = {
  ...{ style: createStyle(false), columns: 110, redraws: false, print, remark: print },
};

/** What a command that calls the API alone says to a line typed at a terminal. */
export const typed = async <I>(
  command: Command<I>,
  client: Client,
  line: Readonly<Record<string, unknown>> = {},
): Promise<string> => {
  const settings = { tenant: null, world: null, json: false };
  const context = { client: async () => client, settings } as unknown as CommandContext;
  const output = await command.run(context, command.input.parse(line));
  return output.human(TERMINAL);
};

export interface Said {
  readonly code: number;
  readonly out: string;
  /** What its progress told, step by step. */
  readonly labels: readonly string[];
}

/** What a command says that is typed at another process, beside the server, by whoever the token is of. */
export const typedBeside = async (
  server: { readonly url: string; readonly token: string },
  id: string,
  line: Readonly<Record<string, unknown>> = {},
  {
    json = false,
    tenant = null,
    columns = 100,
  }: {
    readonly json?: boolean;
    readonly tenant?: string | null;
    readonly columns?: number;
  } = {},
): Promise<Said> => {
  const command = await loadCommand(id);
  if (command === null) throw new Error(id);
  const out: string[] = [];
  const labels: string[] = [];
  const write = (text: string) => out.push(text);
  const code = await askServer({
    ...{ command, typed: line, input: readInput(command, line), server },
    settings: { tenant, world: null, json },
    terminal: { ...TERMINAL, columns, print: write, remark: write },
    progress: { report: ({ label }) => labels.push(label), end: () => undefined },
  });
  return { code, out: out.join('\n'), labels };
};
