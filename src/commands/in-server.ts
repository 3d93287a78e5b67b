import { randomUUID } from 'node:crypto';
import { PassThrough } from 'node:stream';
import type { AnswerCommand, CommandAsked, CommandLine } from '../api/commands.ts';
import type { Services } from '../api/define.ts';
import { inputError } from '../domain/errors.ts';
import type { Person } from '../domain/person.ts';
import type { OpenDatabase } from '../platform/db/database.ts';
import { requireRight } from '../platform/auth/rights.ts';
import { boundTo } from '../platform/db/bound.ts';
import { listTenants } from '../platform/tenant-store.ts';
import type { AccessRecord } from '../platform/http/define.ts';
import { isRefusal, problemOf } from '../platform/http/problem.ts';
import { describeError, log } from '../platform/log.ts';
import { createStyle } from '../platform/terminal/style.ts';
import type { Terminal } from '../platform/terminal/terminal.ts';
import type { Uploads } from '../platform/uploads/uploads.ts';
import type { System } from '../system.ts';
import { loadCommand } from './commands.ts';
import type { CommandContext } from './context.ts';
import type { Command } from './define.ts';
import { openLocalClient } from './local-access.ts';
import { placeFiles } from './placed-files.ts';
import { keepReading } from './keep-reading.ts';
import { readInput, rightInServer } from './read-input.ts';

export interface CommandServer {
  readonly system: Pick<System, 'db' | 'parts' | 'clock' | 'outside'>;
  readonly wake: Services['wake'];
  readonly uploads: Uploads;
  readonly accessRecord: AccessRecord;
  /** For what commands say about it; the open database is what they use. */
  readonly databaseUrl: string | null;
}

/** Often enough that nothing in between takes a quiet connection for a dead one. */
const BEAT_MS = 10_000;

/**
 * Runs commands within the server: the same members, the same `run`, in a context that reaches the caller's tenant
 * alone. Refusals (`command_not_found`, `tenant_not_allowed`, `auth.not_allowed`, `invalid_input`) are thrown before the
 * first line; whatever comes later is told as a line.
 */
export const commandServer =
  (server: CommandServer): AnswerCommand =>
  async (id, person, asked) => {
    const command = await loadCommand(id);
    const right = command === null ? null : rightInServer(command, readInput(command, asked.input));
    if (command === null || right === null) throw unknownCommand(id);
    refuseOtherTenant(person, asked.tenant);
    requireRight(person, right);
    requireSent(command, asked);
    return talk((say) => answer(server, command, person, asked, say));
  };

const unknownCommand = (id: string) =>
  inputError('command_not_found', `a server runs no command \`${id}\``);

const refuseOtherTenant = (person: Person, tenant: string | null): void => {
  if (tenant === null || tenant === person.tenantId) return;
  throw inputError(
    'tenant_not_allowed',
    `you are signed in to \`${person.tenantId}\`, not to \`${tenant}\`: run \`retinue login --tenant ${tenant}\` first`,
  );
};

/** INVARIANT: a path that came over the network is never opened here; only what was sent along is. */
const requireSent = (command: Command, { input, files }: CommandAsked): void => {
  const fields = (command.files ?? []).map(({ field }) => field);
  const named = fields.filter((field) => typeof input[field] === 'string');
  if (named.every((field) => field in files) && Object.keys(files).every(isOneOf(fields))) return;
  throw inputError(
    'invalid_files',
    `send the files of ${fields.join(', ') || 'nothing'} along: a server opens no path that it is told`,
  );
};

const isOneOf = (fields: readonly string[]) => (field: string) => fields.includes(field);

type Say = (line: CommandLine) => void;

/** The lines of some work, which goes on to its end even where nobody listens any more. `work` never throws. */
const talk = (work: (say: Say) => Promise<CommandLine>): AsyncIterable<CommandLine> => {
  const lines = new PassThrough({ objectMode: true });
  const say: Say = (line) => {
    // Progress that nobody reads in time is worth nothing.
    if (lines.destroyed || ('progress' in line && lines.writableNeedDrain)) return;
    lines.write(line);
  };
  const beat = setInterval(() => {
    say({ working: true });
  }, BEAT_MS);
  void work(say)
    .then(say)
    .finally(() => {
      clearInterval(beat);
      lines.end();
    });
  return lines;
};

const answer = async (
  server: CommandServer,
  command: Command,
  person: Person,
  asked: CommandAsked,
  say: Say,
): Promise<CommandLine> => {
  try {
    const { paths, asTyped, release } = await placeFiles(
      server.uploads,
      person.tenantId,
      asked.files,
    );
    let done = false;
    try {
      const input = readInput(command, { ...asked.input, ...paths });
      const screen = screenOf(asked, (remark) => say({ remark: asTyped(remark) }));
      const context = contextOf(server, person, asked, screen, (progress) => say({ progress }));
      const output = await command.run(context, input);
      done = true;
      await keepReading(server.accessRecord, command, output, person);
      const text = asked.json ? JSON.stringify(output.json, null, 2) : output.human(screen);
      return { result: { text: asTyped(text), exitCode: output.exitCode ?? 0 } };
    } catch (error) {
      const problem = problemFrom(command, error, asTyped);
      if (isRefusal(problem)) {
        const refused = { what: `command ${command.id}`, code: problem.code, credentials: null };
        await server.accessRecord.refused({ ...refused, caller: person });
      }
      return { problem };
    } finally {
      await release(done);
    }
  } catch (error) {
    return { problem: problemFrom(command, error, String) };
  }
};

const OUR_FAULT = 500;

const problemFrom = (command: Command, error: unknown, asTyped: (text: string) => string) => {
  const problem = problemOf(error, randomUUID());
  if (problem.status >= OUR_FAULT) {
    const where = { command: command.id, instance: problem.instance };
    log.error({ ...where, ...describeError(error) }, 'command failed');
  }
  return { ...problem, detail: asTyped(problem.detail) };
};

const screenOf = ({ screen }: CommandAsked, remark: (text: string) => void): Terminal => ({
  style: createStyle(screen.color),
  columns: screen.columns,
  redraws: false,
  print: remark,
  remark,
});

const contextOf = (
  { system, wake, databaseUrl }: CommandServer,
  person: Person,
  asked: CommandAsked,
  terminal: Terminal,
  report: CommandContext['progress']['report'],
): CommandContext => {
  const { tenantId } = person;
  const { clock, outside } = system;
  const db: OpenDatabase = boundTo(system.db, tenantId);
  const own = { ...system, db, dataDir: outside.dataDir, close: () => Promise.resolve() };
  return {
    settings: {
      ...{ dataDir: outside.dataDir, databaseUrl, serverUrl: null, outside },
      ...{ tenant: asked.tenant, world: asked.world, json: asked.json, debug: false },
    },
    ...{ terminal, clock, server: null },
    progress: { report, end: () => undefined },
    system: async () => own,
    client: () =>
      openLocalClient({ system: own, describe: 'this server', caller: person, tenantId, wake }),
    tenants: async () => (await listTenants(system.db)).filter(({ id }) => id === tenantId),
    tenantId: async () => tenantId,
    caller: async () => person,
    person: async () => person,
  };
};
