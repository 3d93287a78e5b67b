import { Argument, Command, CommanderError, Option } from 'commander';

/** What the parser needs to know of a command; the rest is the command's own. */
export interface CommandLine {
  readonly id: string;
  readonly group: string;
  readonly summary: string;
  readonly arguments: readonly {
    readonly name: string;
    readonly description: string;
    readonly optional?: boolean;
    readonly choices?: readonly string[];
  }[];
  readonly options: readonly {
    readonly flags: string;
    readonly description: string;
    readonly choices?: readonly string[];
  }[];
  readonly examples: readonly string[];
}

/** A command line as it was typed: which command, its arguments and options by name, and the global options. */
export interface Typed<C extends CommandLine> {
  readonly command: C;
  readonly input: Readonly<Record<string, unknown>>;
  readonly global: Readonly<Record<string, unknown>>;
}

export interface ProgramOptions {
  readonly name: string;
  readonly description: string;
  readonly version: string;
  readonly globalOptions: readonly { readonly flags: string; readonly description: string }[];
  readonly footer: string;
  readonly print: (text: string) => void;
  readonly remark: (text: string) => void;
}

/** `help` or `version` was asked for and printed, or the line was not understood and the reason printed. */
export interface Answered {
  readonly exitCode: number;
}

const USAGE_EXIT = 2;

/** Reads a command line. Prints help and usage errors itself. */
export const parseLine = <C extends CommandLine>(
  commands: readonly C[],
  words: readonly string[],
  options: ProgramOptions,
): Typed<C> | Answered => {
  const typed: Typed<C>[] = [];
  const program = createProgram(options);
  const globals = new Set(program.options.map((option) => option.attributeName()));
  for (const command of commands) {
    program.addCommand(
      subcommand(command, options, (input, all) => {
        typed.push({ command, ...split(input, all, globals) });
      }),
    );
  }
  try {
    program.parse(words, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { exitCode: error.exitCode === 0 ? 0 : USAGE_EXIT };
  }
  return typed[0] ?? { exitCode: USAGE_EXIT };
};

const createProgram = (options: ProgramOptions): Command => {
  const program = speaking(new Command(options.name), options)
    .description(options.description)
    .version(options.version, '--version', 'print the version')
    .helpCommand('help [command]', 'say how a command is used')
    .addHelpText('after', `\n${options.footer}`);
  for (const each of options.globalOptions) program.option(each.flags, each.description);
  return program;
};

/** Errors and help go through our own terminal, and never end the process. */
const speaking = (command: Command, options: ProgramOptions): Command =>
  command
    .exitOverride()
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .configureOutput({
      writeOut: (text) => options.print(text.trimEnd()),
      writeErr: (text) => options.remark(text.trimEnd()),
      outputError: (text, write) => write(text.replace(/^error: /, `${options.name}: `)),
    });

const subcommand = (
  line: CommandLine,
  options: ProgramOptions,
  run: (input: Record<string, unknown>, all: Record<string, unknown>) => void,
): Command => {
  const command = speaking(new Command(line.id), options)
    .description(line.summary)
    .helpGroup(`${line.group}:`)
    .showHelpAfterError(`see \`${options.name} help ${line.id}\``);
  for (const each of line.arguments) command.addArgument(argumentOf(each));
  for (const each of line.options) command.addOption(optionOf(each));
  if (line.examples.length > 0) {
    const examples = line.examples.map((example) => `  $ ${options.name} ${example}`).join('\n');
    command.addHelpText('after', `\nExamples:\n${examples}`);
  }
  return command.action((...given: unknown[]) => {
    const values = line.arguments.map((each, index) => [each.name, given[index]] as const);
    const own = given[line.arguments.length] as Record<string, unknown>;
    run({ ...Object.fromEntries(values), ...own }, command.optsWithGlobals());
  });
};

const argumentOf = (each: CommandLine['arguments'][number]): Argument => {
  const name = each.optional === true ? `[${each.name}]` : `<${each.name}>`;
  const argument = new Argument(name, each.description);
  return each.choices === undefined ? argument : argument.choices(each.choices);
};

const optionOf = (each: CommandLine['options'][number]): Option => {
  const option = new Option(each.flags, each.description);
  return each.choices === undefined ? option : option.choices(each.choices);
};

const split = (
  input: Record<string, unknown>,
  all: Record<string, unknown>,
  globals: ReadonlySet<string>,
): { readonly input: Record<string, unknown>; readonly global: Record<string, unknown> } => ({
  input: Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)),
  global: Object.fromEntries(Object.entries(all).filter(([name]) => globals.has(name))),
});
