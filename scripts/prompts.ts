import { readFile, writeFile } from 'node:fs/promises';
import { loadAgents } from '../src/agents/load.ts';
import { loadChatPrompt } from '../src/chat/repertoire.ts';
import { faultsOfChange, faultsOfLock, lockWith, promptLock } from '../src/agents/prompt-lock.ts';

/**
 * `npm run check:prompts` fails where a prompt changed without a new version; `npm run prompts` writes new versions into
 * the lock, and refuses to write another text under a version that stands there.
 */
const file = new URL('../src/agents/prompts.lock.json', import.meta.url);
const isWriting = process.argv.includes('--write');

const lock = promptLock.parse(JSON.parse(await readFile(file, 'utf8')));
const prompts = [...(await loadAgents()).map(({ prompt }) => prompt), await loadChatPrompt()];
const faults = isWriting ? faultsOfChange(prompts, lock) : faultsOfLock(prompts, lock);

if (faults.length > 0) {
  console.error(faults.join('\n'));
  process.exitCode = 1;
} else {
  if (isWriting) await writeFile(file, `${JSON.stringify(lockWith(prompts, lock), null, 2)}\n`);
  console.log(`${prompts.length} prompts ${isWriting ? 'locked' : 'as locked'}`);
}
