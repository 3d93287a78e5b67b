import { readdirSync } from 'node:fs';
import type { ScoreDefinition } from '../../../src/sense/scores/define.ts';
import type { Signal } from '../../../src/sense/signals/define.ts';

/** Every member of a catalogue folder: the files with a default export, by id. */
const membersOf = async <T extends { readonly id: string }>(folder: string): Promise<T[]> => {
  const files = readdirSync(new URL(folder, import.meta.url)).filter((file) =>
    file.endsWith('.ts'),
  );
  const modules = await Promise.all(
    files.map(
      async (file) =>
        (await import(new URL(`${folder}/${file}`, import.meta.url).href)) as { default?: T },
    ),
  );
  return modules
    .flatMap(({ default: member }) => (member === undefined ? [] : [member]))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
};

export const SIGNALS = await membersOf<Signal>('../../../src/sense/signals');
export const SCORES = await membersOf<ScoreDefinition>('../../../src/sense/scores');

export const signal = (id: string): Signal => {
  const found = SIGNALS.find((one) => one.id === id);
  if (found === undefined) throw new Error(`no signal ${id}`);
  return found;
};
