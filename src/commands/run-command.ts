import { comingFrom, THIS_MACHINE } from '../platform/origin.ts';
import { noProgress, showProgress } from '../platform/terminal/progress.ts';
import type { Terminal } from '../platform/terminal/terminal.ts';
import { signInFirst, type CommandContext } from './context.ts';
import type { BesideServer, Command, Output } from './define.ts';
import { askServer } from './ask-server.ts';
import { keepOwnReading } from './keep-reading.ts';
import { openContext } from './open-context.ts';
import { besideOf, readInput } from './read-input.ts';
import { findServer, serverInTheWay } from './running-server.ts';
import type { Settings } from './settings.ts';

/** Runs one command from its typed input to its printed output. Returns the exit code; throws what the command throws. */
export const runCommand = async (
  command: Command,
  typed: Readonly<Record<string, unknown>>,
  settings: Settings,
  terminal: Terminal,
): Promise<number> => {
  const input = readInput(command, typed);
  const beside = besideOf(command, input);
  const work = () => runHere(command, { typed, input, beside }, settings, terminal);
  // A server goes on by itself: what it does later is not done from here.
  return beside === 'alone' ? work() : comingFrom(THIS_MACHINE, work);
};

interface Typed {
  readonly typed: Readonly<Record<string, unknown>>;
  readonly input: unknown;
  readonly beside: BesideServer;
}

const runHere = async (
  command: Command,
  { typed, input, beside }: Typed,
  settings: Settings,
  terminal: Terminal,
): Promise<number> => {
  const found = beside === 'local' ? null : await findServer(settings);
  // Many processes may share PostgreSQL: there, nothing has to be alone.
  if (found !== null && beside === 'alone' && settings.databaseUrl === null) {
    throw serverInTheWay(command.id, found);
  }
  const server = beside === 'alone' ? null : found;
  const progress = settings.json && !terminal.redraws ? noProgress : showProgress(terminal);
  const context = openContext({ settings, terminal, progress, server });
  try {
    if (server !== null && typeof beside === 'object') {
      const token = await context.sessionToken();
      return await askServer({
        ...{ command, typed, input, settings, terminal, progress },
        server: { url: server.url, token },
      });
    }
    await refuseUnsigned(command, input, context);
    const output = await command.run(context, input);
    if (typeof beside === 'object') await keepOwnReading(context, command, output);
    progress.end();
    print(output, settings, terminal);
    await output.stays;
    return output.exitCode ?? 0;
  } finally {
    progress.end();
    await context.close();
  }
};

/** Only a person decides: refused before anything is opened for writing. A server checks the session itself. */
const refuseUnsigned = async (
  command: Command,
  input: unknown,
  context: CommandContext,
): Promise<void> => {
  const decides = typeof command.decides === 'function' ? command.decides(input) : command.decides;
  if (!decides) return;
  if (context.server !== null) {
    await context.client();
    return;
  }
  if ((await context.caller())?.kind !== 'person') throw signInFirst(null);
};

const print = (output: Output, settings: Settings, terminal: Terminal): void => {
  terminal.print(settings.json ? JSON.stringify(output.json, null, 2) : output.human(terminal));
};
