import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parsePrompt } from '../../src/agents/prompt.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));

const written = (changes: Partial<Record<'front' | 'text', string>> = {}) =>
  `---\n${changes.front ?? 'id: cs\nversion: 1\nowner: success\nchangelog: [{ version: 1, change: First. }]'}\n---\n${changes.text ?? '\nBe kind.\n'}`;

describe('a prompt', () => {
  test('is its front matter and its text; line ends and outer blanks are no change', () => {
    const prompt = parsePrompt(written(), 'prompt.md');
    expect(prompt).toMatchObject({ id: 'cs', version: 1, owner: 'success', text: 'Be kind.' });
    expect(parsePrompt(written({ text: 'Be kind.' }).replaceAll('\n', '\r\n'), 'x').hash).toBe(
      prompt.hash,
    );
    expect(parsePrompt(written({ text: 'Be kind!' }), 'x').hash).not.toBe(prompt.hash);
  });

  test.each([
    ['has no front matter', 'Be kind.', 'begin it with front matter'],
    ['has front matter that is no YAML', written({ front: 'id: [' }), 'is no YAML'],
    ['has no owner', written({ front: 'id: cs\nversion: 1\nchangelog: []' }), 'owner'],
    [
      'tells nothing of its newest version',
      written({
        front: 'id: cs\nversion: 2\nowner: success\nchangelog: [{ version: 1, change: First. }]',
      }),
      'tell what changed in each version, the newest first: expected 2, 1, found 1',
    ],
    ['says nothing', written({ text: ' \n' }), 'it says nothing'],
  ])('is refused when it %s, with the file and the reason', (_, source, reason) => {
    expect(() => parsePrompt(source, 'cs/prompt.md')).toThrow(
      new RegExp(`^cs/prompt\\.md is no prompt: .*${reason}`),
    );
  });
});

// The real command on a copy of the sources, so that what a contributor would see is what is tested.
describe('npm run check:prompts', () => {
  let copy: string;
  const prompt = () => join(copy, 'src/agents/cs/prompt.md');
  const lock = () => join(copy, 'src/agents/prompts.lock.json');
  const change = async (path: string, edit: (text: string) => string) =>
    writeFile(path, edit(await readFile(path, 'utf8')));
  const script = async (...args: string[]) =>
    run(process.execPath, ['--import', 'tsx', 'scripts/prompts.ts', ...args], { cwd: copy }).then(
      ({ stdout }) => ({ code: 0, text: stdout.trim() }),
      (error: unknown) => {
        const { code, stderr } = error as { readonly code: number; readonly stderr: string };
        return { code, text: stderr.trim() };
      },
    );

  beforeAll(async () => {
    copy = await mkdtemp(join(tmpdir(), 'retinue-prompts-'));
    await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
    await cp(join(root, 'package.json'), join(copy, 'package.json'));
  });
  beforeEach(async () => {
    for (const folder of ['scripts', 'src'])
      await cp(join(root, folder), join(copy, folder), { recursive: true });
  });
  afterAll(async () => rm(copy, { recursive: true, force: true }));

  const newVersion = (text: string) => {
    const { version } = parsePrompt(text, 'prompt.md');
    return text
      .replace(`version: ${version}\n`, `version: ${version + 1}\n`)
      .replace(
        'changelog:\n',
        `changelog:\n  - { version: ${version + 1}, change: Asks first. }\n`,
      );
  };

  test('passes as the sources are', async () => {
    expect(await script()).toEqual({ code: 0, text: '7 prompts as locked' });
  });

  test('fails when a text changed under its old version, and no lock can be written over it', async () => {
    await change(prompt(), (text) => `${text}\nAsk first.\n`);
    const refusal = /^prompt `cs` has changed but still says version \d+: set `version: \d+`/;
    for (const args of [[], ['--write']]) {
      const { code, text } = await script(...args);
      expect(code).toBe(1);
      expect(text).toMatch(refusal);
    }
  });

  test('asks for the lock after a new version, and then keeps both', async () => {
    const before = JSON.parse(await readFile(lock(), 'utf8')) as Record<string, unknown[]>;
    await change(prompt(), (text) => newVersion(`${text}\nAsk first.\n`));
    expect((await script()).text).toMatch(
      /^prompt `cs` version \d+ is not in the lock: run `npm run prompts`$/,
    );
    expect((await script('--write')).code).toBe(0);
    expect((await script()).code).toBe(0);
    const after = JSON.parse(await readFile(lock(), 'utf8')) as Record<string, unknown[]>;
    expect(after['cs']).toHaveLength((before['cs'] ?? []).length + 1);
    expect(after['cs']?.slice(0, -1)).toEqual(before['cs']);
  });

  test('fails when a prompt goes back behind a version that was locked', async () => {
    const original = await readFile(prompt(), 'utf8');
    await change(prompt(), (text) => newVersion(`${text}\nAsk first.\n`));
    await script('--write');
    await writeFile(prompt(), original);
    expect((await script()).text).toMatch(/^prompt `cs` says version \d+, but version \d+ was/);
  });
});
