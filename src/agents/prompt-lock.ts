import { z } from 'zod';
import type { Prompt } from './prompt.ts';

/** Each version that a prompt ever had, oldest first, with the hash of its text. What stands in it never changes. */
export const promptLock = z.record(
  z.string(),
  z.array(z.strictObject({ version: z.int().min(1), sha256: z.string().regex(/^[0-9a-f]{64}$/) })),
);

export type PromptLock = z.infer<typeof promptLock>;

type LockedPrompt = Pick<Prompt, 'id' | 'version' | 'hash'>;

/** What is wrong with a prompt beside its lock, in a sentence that says what to do. */
const faultOf = ({ id, version, hash }: LockedPrompt, lock: PromptLock): string | null => {
  const locked = lock[id] ?? [];
  const same = locked.find((entry) => entry.version === version);
  if (same !== undefined && same.sha256 !== hash)
    return `prompt \`${id}\` has changed but still says version ${version}: set \`version: ${version + 1}\` in ${fileOf(id)}, add a line for it to its changelog, then run \`npm run prompts\``;
  const newest = locked.at(-1)?.version ?? 0;
  if (version < newest)
    return `prompt \`${id}\` says version ${version}, but version ${newest} was locked already: set \`version: ${newest + 1}\` in ${fileOf(id)} and say in its changelog what went back`;
  return null;
};

/** Prompts that the lock does not know yet, which `npm run prompts` writes into it. */
const unlocked = (prompts: readonly LockedPrompt[], lock: PromptLock): string[] =>
  prompts
    .filter(({ id, version }) => !lock[id]?.some((entry) => entry.version === version))
    .map(
      ({ id, version }) =>
        `prompt \`${id}\` version ${version} is not in the lock: run \`npm run prompts\``,
    );

/** Where its text stands. Chat is no agent: it files what a person wishes. */
const fileOf = (id: string): string =>
  id === 'chat' ? 'src/chat/prompt.md' : `src/agents/${id}/prompt.md`;

const gone = (prompts: readonly LockedPrompt[], lock: PromptLock): string[] =>
  Object.keys(lock)
    .filter((id) => !prompts.some((prompt) => prompt.id === id))
    .map((id) => `the lock knows a prompt \`${id}\`, of which there is no agent: take it out`);

/** Changes that no lock can be written for: a text that differs under a version that was locked before. */
export const faultsOfChange = (prompts: readonly LockedPrompt[], lock: PromptLock): string[] =>
  prompts.map((prompt) => faultOf(prompt, lock)).filter((fault) => fault !== null);

/** Everything in which prompts and lock differ. Empty: each prompt is the one that was locked. */
export const faultsOfLock = (prompts: readonly LockedPrompt[], lock: PromptLock): string[] => {
  const changed = faultsOfChange(prompts, lock);
  return changed.length > 0 ? changed : [...unlocked(prompts, lock), ...gone(prompts, lock)];
};

/** The lock with the prompts' versions added. Call it where `faultsOfChange` finds nothing. */
export const lockWith = (prompts: readonly LockedPrompt[], lock: PromptLock): PromptLock =>
  Object.fromEntries(
    prompts.map(({ id, version, hash }) => {
      const others = (lock[id] ?? []).filter((entry) => entry.version !== version);
      return [id, [...others, { version, sha256: hash }]];
    }),
  );
