import { resolve } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The value without blanks around it; `null` where it is unset or empty. */
export const textFrom = (environment: Environment, name: string): string | null => {
  const value = environment[name]?.trim() ?? '';
  return value === '' ? null : value;
};

/** An absolute path. */
export const pathFrom = (environment: Environment, name: string): string | null => {
  const path = textFrom(environment, name);
  return path === null ? null : resolve(path);
};

/** Words with commas between. */
export const wordsFrom = (environment: Environment, name: string): string[] =>
  (textFrom(environment, name) ?? '').split(',').flatMap((word) => word.trim() || []);
