import { inputError } from '../../domain/errors.ts';
import { deriveId } from '../../domain/identifiers.ts';
import type { Principal } from '../../domain/person.ts';
import type { TenantConfig } from '../../domain/tenant.ts';
import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { requirePerson } from '../approvals/require-person.ts';
import { record } from '../ledger/ledger.ts';
import { openTask, type Accept } from '../tasks/tasks.ts';
import { insertBrake, markLifted, releaseBraked, type ChangeBrake } from './brake-store.ts';
import { describeFinding, describeSuspect, type BrakeFinding } from './judge.ts';

/** The rule by which outward rows wait. */
export const BRAKE_RULE = 'outbox.change-brake';

/**
 * Stops outward work: what is due is held with the reason, nothing is dropped. Somebody who answers for data gets a
 * task. `null` when the brake is on already.
 */
export const tripBrake = async (
  tx: TenantTx,
  input: {
    readonly world: string;
    readonly runId: string;
    readonly finding: BrakeFinding;
    readonly config: TenantConfig;
    readonly now: Instant;
    readonly accept?: Accept;
  },
): Promise<string | null> => {
  const { world, runId, finding, now } = input;
  const id = deriveId('brake', tx.tenantId, world, runId);
  if (!(await insertBrake(tx, { id, world, runId, trippedAt: now, finding }))) return null;
  await note(tx, world, { on: true, brake: id, run: runId, ...finding }, {}, now);
  await openTask(tx, {
    world,
    key: id,
    actionId: null,
    accountId: null,
    caseId: null,
    draft: taskOf(finding, input.config),
    config: input.config,
    now,
    accept: input.accept,
  });
  return id;
};

const taskOf = (finding: BrakeFinding, { owners }: TenantConfig) => ({
  kind: 'check_input',
  title: 'Outward work is stopped: check the input',
  assignee: owners.find(({ role }) => role === 'data')?.id ?? '',
  dueBusinessDays: 0,
  reason: describeFinding(finding),
  draft: [
    'So much moved from one run to the next that a broken input is likelier than a market that turned.',
    ...finding.suspects.map((one) => `- ${describeSuspect(one)}`),
    '',
    'Look at the source of the first: `retinue doctor`. If it was broken, send what is missing, run again, and lift the brake.',
    'If everything is as it should be, an admin lifts it: retinue brake lift --reason "…"',
  ].join('\n'),
});

/**
 * An admin's recorded decision that outward work goes on. What was held is decided again before it goes. Throws
 * `auth.not_allowed`, `reason_required`, `brake_not_on`.
 */
export const liftBrake = async (
  tx: TenantTx,
  input: {
    readonly world: string;
    readonly person: Principal;
    readonly reason: string;
    readonly now: Instant;
  },
): Promise<ChangeBrake> => {
  const person = requirePerson(tx, input.person, 'lift_brake');
  const because = input.reason.trim();
  if (because === '') {
    throw inputError('reason_required', 'say in a sentence what you found: --reason "…"');
  }
  const lifted = await lift(tx, { ...input, by: person.id, because });
  if (lifted === null) throw inputError('brake_not_on', 'the brake is not on: nothing is stopped');
  return lifted;
};

/** A later whole run looked as accounts did before the brake came on. */
export const liftByNormalRun = (
  tx: TenantTx,
  input: { readonly world: string; readonly runId: string; readonly now: Instant },
): Promise<ChangeBrake | null> =>
  lift(tx, { ...input, by: null, because: `run ${input.runId} looked as before` });

const lift = async (
  tx: TenantTx,
  input: {
    readonly world: string;
    readonly by: string | null;
    readonly because: string;
    readonly now: Instant;
  },
): Promise<ChangeBrake | null> => {
  const { world, by, because, now } = input;
  const lifted = await markLifted(tx, world, { by, because, now });
  if (lifted === null) return null;
  const released = await releaseBraked(tx, world, BRAKE_RULE, now);
  const subjects = by === null ? {} : { personId: by };
  await note(tx, world, { on: false, brake: lifted.id, because, released }, subjects, now);
  return lifted;
};

const note = (
  tx: TenantTx,
  world: string,
  body: Parameters<typeof record>[1]['body'],
  subjects: { readonly personId?: string },
  at: Instant,
): Promise<number> => record(tx, { world, kind: 'change_brake', subjects, body, at });
