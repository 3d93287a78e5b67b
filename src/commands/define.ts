import type { z } from 'zod';
import type { Right } from '../platform/auth/rights.ts';
import type { Terminal } from '../platform/terminal/terminal.ts';
import type { Reads } from '../platform/http/define.ts';
import type { CommandContext } from './context.ts';

/**
 * How a command behaves while a server holds the data folder. `inServer`: the same `run` works within the server, for
 * whoever is signed in, where they have the right. `api`: it runs here and calls the server's routes. `local`: it needs
 * no database. `alone`: it needs the folder to itself and says so.
 */
export type BesideServer = { readonly inServer: Right } | 'api' | 'local' | 'alone';

/**
 * A field of the input that names a file or folder of whoever types. Beside a server its content is sent along, and
 * `run` gets a path at which the server has it. Without `list`, a folder is sent with all that is in it.
 */
export interface LocalFiles<I> {
  /** Of the input as it is typed and as `run` gets it. */
  readonly field: string;
  /** The names below the folder that the command will read. */
  readonly list?: (input: I) => Promise<readonly string[]>;
}

export interface Argument {
  readonly name: string;
  readonly description: string;
  readonly optional?: boolean;
  readonly choices?: readonly string[];
}

export interface Option {
  /** In commander's form: `--since <date>`, `--all`. Given in camel case to `run`. */
  readonly flags: string;
  readonly description: string;
  readonly choices?: readonly string[];
}

/** What a command has to say: for programs (`--json`), and for people. */
export interface Output {
  /** Lists as `{items: […]}`. */
  readonly json: unknown;
  readonly human: (terminal: Terminal) => string;
  /** Of `exit codes`; 0 unless told. For answers such as `the chain is broken`, which are no failure to run. */
  readonly exitCode?: number;
  /** What goes on after this was printed: a server. */
  readonly stays?: Promise<void>;
}

/** One command of the line. A file a member, named after its id. */
export interface Command<I = unknown> {
  readonly id: string;
  readonly group: 'Start' | 'Look' | 'Decide' | 'Set up' | 'Prove';
  readonly summary: string;
  readonly arguments: readonly Argument[];
  readonly options: readonly Option[];
  readonly examples: readonly string[];
  readonly beside: BesideServer | ((input: I) => BesideServer);
  /** Whether it decides, so that it needs a signed-in person; a function where only some of its verbs do. */
  readonly decides: boolean | ((input: I) => boolean);
  readonly files?: readonly LocalFiles<I>[];
  /** Where an auditor wants to know that somebody's data was read; a long list is noted in any case. */
  readonly reads?: Reads;
  /** Checks arguments and options together, by name. Twice beside a server: where it was typed, and there. */
  readonly input: z.ZodType<I>;
  /**
   * Within a server `context` reaches the caller's tenant alone, and the environment and folders are the server's: what
   * is the person's own comes by `input` and `files`.
   */
  run(context: CommandContext, input: I): Promise<Output>;
}

export const defineCommand = <I>(command: Command<I>): Command<I> => command;
