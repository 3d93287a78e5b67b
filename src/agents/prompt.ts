import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';
import { configError } from '../domain/errors.ts';

const change = z.strictObject({
  version: z.int().min(1),
  change: z.string().trim().min(1),
});

const frontMatter = z
  .strictObject({
    id: z.string().regex(/^[a-z]+$/),
    version: z.int().min(1),
    owner: z.string().trim().min(1),
    /** The newest first. */
    changelog: z.array(change).min(1),
  })
  .superRefine(({ version, changelog }, context) => {
    const told = changelog.map((entry) => entry.version);
    const expected = Array.from({ length: version }, (_, index) => version - index);
    if (told.join() === expected.join()) return;
    context.addIssue({
      code: 'custom',
      path: ['changelog'],
      message: `tell what changed in each version, the newest first: expected ${expected.join(', ')}, found ${told.join(', ')}`,
    });
  });

/** What a model is told of its work. `hash` is the SHA-256 of `text` in hex: line ends and outer blanks do not count. */
export interface Prompt extends z.infer<typeof frontMatter> {
  readonly text: string;
  readonly hash: string;
}

/** SHA-256 in hex of a prompt's text as models are given it. */
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

const PARTS = /^---\n(?<front>[\s\S]*?)\n---\n(?<text>[\s\S]*)$/;

const badPrompt = (file: string, reason: string) =>
  configError('agents.bad_prompt', `${file} is no prompt: ${reason}`, { file });

const parseYaml = (source: string, file: string): unknown => {
  try {
    return parse(source);
  } catch (error) {
    throw badPrompt(file, `its front matter is no YAML (${(error as Error).message})`);
  }
};

/**
 * A prompt from the text of its file: front matter (`id`, `version`, `owner`, `changelog`) between two lines `---`, then
 * what the model is told. Throws `agents.bad_prompt` with the file and the reason.
 */
export const parsePrompt = (source: string, file: string): Prompt => {
  const parts = PARTS.exec(source.replaceAll('\r\n', '\n'))?.groups;
  if (parts === undefined)
    throw badPrompt(file, 'begin it with front matter between two lines of `---`');
  const parsed = frontMatter.safeParse(parseYaml(parts['front'] ?? '', file));
  if (!parsed.success) {
    const fault = parsed.error.issues[0];
    throw badPrompt(file, `${fault?.path.join('.') ?? ''}: ${fault?.message ?? ''}`);
  }
  const text = (parts['text'] ?? '').trim();
  if (text === '') throw badPrompt(file, 'it says nothing after its front matter');
  return { ...parsed.data, text, hash: hashOf(text) };
};

/** Reads `prompt.md` of an agent's folder, which carries the folder's name as its id. */
export const readPrompt = async (folder: URL): Promise<Prompt> => {
  const url = new URL('prompt.md', folder.href.endsWith('/') ? folder : `${folder.href}/`);
  const file = fileURLToPath(url);
  const source = await readFile(url, 'utf8').catch((error: unknown) => {
    throw badPrompt(file, `it cannot be read (${(error as Error).message})`);
  });
  const prompt = parsePrompt(source, file);
  const name = file.split(/[\\/]/).at(-2) ?? '';
  if (prompt.id !== name) throw badPrompt(file, `its id is \`${prompt.id}\`; call it \`${name}\``);
  return prompt;
};
