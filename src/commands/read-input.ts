import { inputError } from '../domain/errors.ts';
import type { Right } from '../platform/auth/rights.ts';
import type { BesideServer, Command } from './define.ts';

/** Arguments and options as they were typed, checked. Throws `invalid_input`, naming the one at fault. */
export const readInput = (command: Command, typed: Readonly<Record<string, unknown>>): unknown => {
  const outcome = command.input.safeParse(typed);
  if (outcome.success) return outcome.data;
  const [issue] = outcome.error.issues;
  const path = issue?.path.join('.') ?? '';
  throw inputError(
    'invalid_input',
    `${nameOf(command, path)}${issue?.message ?? 'the input is not valid'}; see \`retinue help ${command.id}\``,
  );
};

/** `since` as it was typed: `--since`, or `<account>` for an argument. */
const nameOf = (command: Command, path: string): string => {
  if (path === '') return '';
  if (command.arguments.some((argument) => argument.name === path)) return `<${path}>: `;
  return `--${path.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}: `;
};

export const besideOf = (command: Command, input: unknown): BesideServer =>
  typeof command.beside === 'function' ? command.beside(input) : command.beside;

/** The right that a command takes within a server; `null` for one that does not run there. */
export const rightInServer = (command: Command, input: unknown): Right | null => {
  const beside = besideOf(command, input);
  return typeof beside === 'object' ? beside.inServer : null;
};
