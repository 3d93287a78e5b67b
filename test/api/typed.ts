import type { CommandContext } from '../../src/commands/context.ts';
import type { Command } from '../../src/commands/define.ts';
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
