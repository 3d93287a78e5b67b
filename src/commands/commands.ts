import { existsSync } from 'node:fs';
import { loadCatalogue } from '../platform/catalogue.ts';
import type { Command } from './define.ts';

const GROUPS = ['Start', 'Look', 'Decide', 'Set up', 'Prove'];

/**
 * The commands of the line: the members of this folder, in the order in which help shows them. Where the words name one
 * of them, that one alone is loaded: most commands need little of the program.
 */
export const loadCommands = async (words: readonly string[]): Promise<Command[]> => {
  const named = await loadCommand(words[0] ?? '');
  if (named !== null) return [named];
  const commands = await loadCatalogue<Command>(new URL('./', import.meta.url), {
    check: (command) => (GROUPS.includes(command.group) ? null : 'its group is not one of help’s'),
  });
  return commands.sort((a, b) => GROUPS.indexOf(a.group) - GROUPS.indexOf(b.group));
};

/** The command of a name, or `null`. A member is named after its id, so its file can be told from the word. */
export const loadCommand = async (word: string): Promise<Command | null> => {
  if (!/^[a-z][a-z-]*$/.test(word)) return null;
  for (const path of [`./${word}.ts`, `./${word}/index.ts`]) {
    const file = new URL(path, import.meta.url);
    if (!existsSync(file)) continue;
    const module = (await import(file.href)) as { readonly default?: Command };
    if (module.default?.id === word) return module.default;
  }
  return null;
};
