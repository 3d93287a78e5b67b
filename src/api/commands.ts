import { z } from 'zod';
import type { Person } from '../domain/person.ts';
import { inputError } from '../domain/errors.ts';
import { problemSchema } from '../platform/http/problem.ts';
import { defineResource, defineRoute } from './define.ts';
import { noParams } from './schemas.ts';
import { sentFile } from './uploads.ts';

/** One name in a folder: nothing that leads out of it. */
const nameText = z
  .string()
  .max(255)
  .regex(/^(?!\.{1,2}$)[^/\\\0]+$/, 'it must be a plain file name');

/** A command line as somebody typed it at another process, and what its screen is like. */
export const commandAsked = z.object({
  input: z.record(z.string(), z.unknown()).describe('its arguments and options by name'),
  tenant: z.string().max(200).nullable().describe('`--tenant`: refused unless it is the caller’s'),
  world: z.string().max(200).nullable(),
  json: z.boolean().describe('whether the answer is wanted as JSON, else as text'),
  screen: z.object({ columns: z.number().int().min(20).max(500), color: z.boolean() }),
  files: z
    .record(
      z.string(),
      z.object({
        typed: z.string().max(4096).describe('the path as it was typed, for what people read'),
        name: nameText.describe('of the file or folder itself'),
        parts: z
          .array(sentFile.extend({ path: z.array(nameText).max(20) }))
          .describe('the files of the folder; for a single file one, with an empty path'),
      }),
    )
    .describe('local files that the input names, by field; sent beforehand'),
});

export type CommandAsked = z.infer<typeof commandAsked>;

/** What a command says while it works, and at its end: `result` or `problem`. */
export const commandLine = z.union([
  z.object({
    progress: z.object({ label: z.string(), done: z.number(), total: z.number().optional() }),
  }),
  z.object({ remark: z.string() }),
  z.object({ working: z.literal(true).describe('nothing to tell, but it goes on') }),
  z.object({
    result: z.object({
      text: z.string().describe('for a person, or JSON where that was asked for'),
      exitCode: z.number().int(),
    }),
  }),
  z.object({ problem: problemSchema }),
]);

export type CommandLine = z.infer<typeof commandLine>;

/** Runs a command of the line for a person, within the server. Refusals come before the first line. */
export type AnswerCommand = (
  id: string,
  person: Person,
  asked: CommandAsked,
) => Promise<AsyncIterable<CommandLine>>;

export const runCommandRoute = {
  ...defineRoute({
    id: 'runCommand',
    method: 'post',
    path: '/v1/commands/{id}',
    summary: 'Run a command of the line here, with the rights of whoever is signed in',
    // The command says which right it takes besides; nobody without a role gets as far.
    access: { kind: 'person', right: 'view' },
    params: z.object({ id: z.string().regex(/^[a-z][a-z-]*$/) }),
    query: noParams,
    body: commandAsked,
    limitBytes: 4 * 1024 * 1024,
    answers: 'lines',
    line: commandLine,
    response: z.custom<AsyncIterable<CommandLine>>(),
    handle: async ({ services, caller, params, body }) => {
      if (services.answerCommand !== null) return services.answerCommand(params.id, caller, body);
      throw inputError('commands_not_allowed', 'commands are run by a server only');
    },
  }),
  line: commandLine,
};

export default defineResource({
  id: 'commands',
  title: 'The command line, beside a running server',
  routes: [runCommandRoute],
});
