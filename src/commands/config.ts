import { z } from 'zod';
import { buildOf } from '../act/releases/build.ts';
import { requireCleared } from '../act/releases/clearance.ts';
import { ensureRelease, releaseApplied } from '../act/releases/move.ts';
import { stageRelease } from '../act/releases/verbs.ts';
import { foundTenant } from '../api/found-tenant.ts';
import type { Person } from '../domain/person.ts';
import { compareReleases } from '../jobs/release/compare-releases.ts';
import { listPeople } from '../platform/auth/people.ts';
import { mayPerson } from '../platform/auth/rights.ts';
import type { Json } from '../domain/json.ts';
import { loadParts, type Parts } from '../parts.ts';
import { requireRight } from '../platform/auth/rights.ts';
import { configDifference, type Difference } from '../platform/config/difference.ts';
import { describeFaults, type Fault } from '../platform/config/fault.ts';
import type { FolderResult } from '../platform/config/read.ts';
import { readTenantFolder } from '../platform/config/read-folder.ts';
import { applyConfig, currentConfig } from '../platform/config/store.ts';
import { EXIT } from '../platform/terminal/exit-codes.ts';
import { counted } from '../platform/terminal/format.ts';
import type { Terminal } from '../platform/terminal/terminal.ts';
import { shorten } from '../platform/terminal/text.ts';
import { checkPolicies } from '../policies/prepare.ts';
import type { CommandContext } from './context.ts';
import { defineCommand, type Output } from './define.ts';
import { hints, step } from './layout.ts';
import { recordChange } from '../api/record-change.ts';

const input = z.object({
  verb: z.enum(['check', 'apply']),
  folder: z.string().min(1),
  stage: z.boolean().default(false),
  alone: z.string().optional(),
});

type Input = z.infer<typeof input>;

export default defineCommand({
  id: 'config',
  group: 'Set up',
  summary: 'Check a folder of tenant files, or put it in force',
  arguments: [
    { name: 'verb', description: 'what to do', choices: ['check', 'apply'] },
    { name: 'folder', description: 'the folder, such as tenants/lumenboard' },
  ],
  options: [
    {
      flags: '--stage',
      description: 'with apply: keep it as a release that is not in force yet (`retinue release`)',
    },
    {
      flags: '--alone <reason>',
      description: 'where too few people are there to approve: why it is let in all the same; kept',
    },
  ],
  examples: [
    'config check tenants/lumenboard',
    'config apply tenants/acme',
    'config apply tenants/acme --stage',
  ],
  beside: (given) => (given.verb === 'check' ? 'local' : { inServer: 'apply_config' }),
  // `apply` asks for the person itself: founding a tenant needs none.
  decides: false,
  files: [{ field: 'folder' }],
  input,
  run: async (context, given) =>
    given.verb === 'check' ? check(given.folder) : apply(context, given),
});

/** The folder against its schemas, against what this build offers, and its policies against theirs. */
const readFolder = async (folder: string, parts: Parts): Promise<FolderResult> => {
  const read = await readTenantFolder(folder, { playbooks: parts.playbooks, scores: parts.scores });
  if (!read.ok) return read;
  const faults = checkPolicies(parts.policies, {
    tenantFiles: read.config.policies,
    actions: parts.actTools.map((tool) => tool.id),
  });
  if (faults.length === 0) return read;
  return {
    ok: false,
    faults: faults.map((message) => ({ file: 'policies', path: '', line: null, message })),
  };
};

const check = async (folder: string): Promise<Output> => {
  const read = await readFolder(folder, await loadParts());
  if (!read.ok) return faulty(folder, read.faults);
  return {
    json: { ok: true, tenantId: read.config.id, files: Object.keys(read.files) },
    human: (terminal) =>
      `${terminal.style.good('✓')} ${folder}: ${counted(Object.keys(read.files).length, 'file')} of tenant ${read.config.id}, no faults.`,
  };
};

const faulty = (folder: string, faults: readonly Fault[]): Output => ({
  json: { ok: false, faults },
  exitCode: EXIT.answerIsNo,
  human: (terminal) =>
    `${terminal.style.bad('✗')} ${folder}: ${counted(faults.length, 'fault')}\n${describeFaults(faults)}`,
});

const apply = async (context: CommandContext, given: Input): Promise<Output> => {
  const { folder } = given;
  const { db, parts } = await context.system();
  const read = await readFolder(folder, parts);
  const known = (await context.tenants()).map(({ id }) => id);
  if (read.ok && !known.includes(read.config.id)) return found(context, read);
  const by = await context.person();
  requireRight(by, 'apply_config');
  if (!read.ok) return faulty(folder, read.faults);
  const now = context.clock.now();
  const build = buildOf(parts);
  const inForce = await db.withTenant(by.tenantId, (tx) => currentConfig(tx));
  const { kinds } = await compareReleases({
    ...{ db, tenantId: by.tenantId, parts, before: inForce, after: read.config },
    ...{ most: 0, onProgress: context.progress.report },
  });
  if (given.stage || (kinds.length > 0 && (await othersMayDecide(context, by)))) {
    const made = await db.withTenant(by.tenantId, (tx) =>
      stageRelease(tx, build, { ...read, by: by.id, now }),
    );
    return staged(made.id, kinds, given.stage);
  }
  const change = await db.withTenant(by.tenantId, async (tx) => {
    const before = await currentConfig(tx);
    const version = await applyConfig(tx, { ...read, by: by.id, now });
    const { id: release } = await releaseApplied(tx, build, { by: by.id, now });
    if (kinds.length > 0) {
      await requireCleared(tx, { release, kinds, by, alone: given.alone, now });
    }
    const body = { before: before.version, version };
    if (version !== before.version) await recordChange(tx, 'config.applied', by, body, now);
    const differences = configDifference(before, read.config);
    return { version, release, before: before.version, differences };
  });
  return {
    json: { ok: true, ...change },
    human: (terminal) => showChange(terminal, change),
  };
};

/** Whether two people besides this one could approve what lets more through. */
const othersMayDecide = async (context: CommandContext, by: Person): Promise<boolean> => {
  const { db } = await context.system();
  const people = await db.withTenant(by.tenantId, (tx) => listPeople(tx));
  return (
    people.filter((person) => person.id !== by.id && mayPerson(person, 'approve').allowed).length >=
    2
  );
};

const staged = (release: number, kinds: readonly string[], asAsked: boolean): Output => ({
  json: { ok: asAsked, staged: release, kinds },
  exitCode: asAsked ? EXIT.done : EXIT.answerIsNo,
  human: (terminal) =>
    [
      asAsked
        ? `${terminal.style.good('✓')} Staged as release ${release}; what is in force stays.`
        : `${terminal.style.warn('!')} It lets more through than what is in force, and is not in force: it is staged as release ${release}.`,
      ...kinds.map((kind) => `  ${kind}`),
      '',
      ...hints(terminal, [
        step(`release diff ${release}`, 'what it would decide otherwise'),
        ...(kinds.length === 0
          ? []
          : [step(`release approve ${release}`, 'by each of two people besides you')]),
        step(`release promote ${release}`, 'put it in force'),
      ]),
    ].join('\n'),
});

/** Nobody could have signed in to a tenant that is not there: whoever opens the database founds it. */
const found = async (
  context: CommandContext,
  { files, config }: Extract<FolderResult, { ok: true }>,
): Promise<Output> => {
  const { db, parts } = await context.system();
  const now = context.clock.now();
  await foundTenant(db, config.id, { files, config, by: 'local', now });
  await db.withTenant(config.id, (tx) => ensureRelease(tx, buildOf(parts), now));
  return {
    json: { ok: true, version: 1, before: null, differences: [] },
    human: (terminal) =>
      [
        `${terminal.style.good('✓')} ${config.name} (tenant ${config.id}) is set up, with version 1 of its configuration.`,
        ...hints(terminal, [
          step(
            `login --tenant ${config.id} --name "…" --email …`,
            'be its first person, who may decide',
          ),
          step(`import <folder> --mapping <file> --tenant ${config.id}`, 'bring its history'),
          step('start', 'take in what happens'),
        ]),
      ].join('\n'),
  };
};

const SHOWN = 30;

const showChange = (
  terminal: Terminal,
  change: {
    readonly version: number;
    readonly before: number;
    readonly differences: readonly Difference[];
  },
): string => {
  if (change.version === change.before) {
    return `Version ${String(change.version)} is in force already; nothing changed.`;
  }
  const more = change.differences.length - SHOWN;
  return [
    `${terminal.style.good('✓')} Version ${String(change.version)} is in force (it was ${String(change.before)}): ${counted(change.differences.length, 'setting')} changed.`,
    ...change.differences.slice(0, SHOWN).map((each) => differenceLine(terminal, each)),
    ...(more > 0 ? [`  … and ${String(more)} more`] : []),
  ].join('\n');
};

const differenceLine = (terminal: Terminal, { path, before, after }: Difference): string =>
  `  ${path}  ${terminal.style.bad(valueText(before))} → ${terminal.style.good(valueText(after))}`;

const valueText = (value: Json | undefined): string =>
  value === undefined ? '—' : shorten(JSON.stringify(value), 40);
