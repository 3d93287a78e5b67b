import { inputError } from '../../domain/errors.ts';
import type { Person } from '../../domain/person.ts';
import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import type { Task } from '../tasks/task.ts';
import { loadTask, taskByKey } from '../tasks/store.ts';
import { closeTask, completeTask, type Accept } from '../tasks/tasks.ts';
import type { OutboxRow } from './row.ts';
import { settleRow, type Consequences } from './settle-row.ts';
import { lockWithAccount, type Outcome } from './store.ts';
import { CHECK_KIND, CHECK_OUTCOMES, checkKey, type CheckOutcome } from './trouble.ts';

/**
 * A person found out what became of an unknown effect: `sent` makes it done (with its receipt event), `not_sent` leaves
 * it undone for good, `send_again` makes it due once more. Errors: `action_not_found`, `already_…` when it is not unknown.
 */
export const resolveUnknown = async (
  tx: TenantTx,
  input: Consequences & {
    readonly actionId: string;
    readonly person: Pick<Person, 'id'>;
    readonly outcome: CheckOutcome;
    readonly note?: string | undefined;
  },
): Promise<OutboxRow> => {
  const row = await lockUnknown(tx, input.actionId);
  const saved = await settleRow(tx, row, outcomeOfCheck(row, input), input, input.person.id);
  const check = await taskByKey(tx, row.world, checkKey(row));
  if (check !== null)
    await closeTask(tx, { taskId: check.id, cause: `resolved: ${input.outcome}`, now: input.now });
  return saved;
};

const lockUnknown = async (tx: TenantTx, actionId: string): Promise<OutboxRow> => {
  const row = await lockWithAccount(tx, actionId);
  if (row === null) throw inputError('action_not_found', `there is no action \`${actionId}\``);
  if (row.status !== 'unknown') {
    throw inputError(
      `already_${row.status}`,
      `action \`${actionId}\` is ${row.status}, not unknown`,
    );
  }
  return row;
};

const outcomeOfCheck = (
  row: OutboxRow,
  input: {
    readonly outcome: CheckOutcome;
    readonly person: { readonly id: string };
    readonly note?: string | undefined;
    readonly now: Instant;
  },
): Outcome => {
  const text = `${input.person.id} found: ${input.outcome}${input.note === undefined ? '' : ` (${input.note})`}`;
  const reasons = [...row.reasons, { rule: 'outbox.checked', text }];
  switch (input.outcome) {
    case 'sent':
      return {
        status: 'done',
        reasons,
        receipt: { note: 'found by a person', by: input.person.id },
        finished: true,
      };
    case 'not_sent':
      return { status: 'failed', reasons, finished: true };
    case 'send_again':
      return { status: 'ready', reasons, attempts: 0, notBefore: input.now, finished: false };
  }
};

/** What finishing a task is given: the person's word, and what may follow from it for an effect. */
export interface FinishTask extends Omit<Consequences, 'accept'> {
  readonly taskId: string;
  readonly person: Person;
  readonly outcome: string;
  readonly note?: string | undefined;
  readonly accept: Accept;
}

/**
 * Finishes a task; when it asks what became of an effect, the answer settles that effect as well. Errors as for
 * `completeTask`; `outcome_invalid` when such a task is answered with anything but `sent`, `not_sent`, `send_again`.
 */
export const finishTask = async (tx: TenantTx, input: FinishTask): Promise<Task> => {
  const task = await loadTask(tx, input.taskId);
  return task?.kind === CHECK_KIND && task.actionId !== null
    ? finishCheck(tx, input, task.actionId)
    : completeTask(tx, input);
};

const finishCheck = async (tx: TenantTx, input: FinishTask, actionId: string): Promise<Task> => {
  const outcome = readOutcome(input.outcome);
  // The account before the task: everybody's order.
  const row = await lockWithAccount(tx, actionId);
  const finished = await completeTask(tx, { ...input, outcome });
  if (row?.status === 'unknown') {
    const accept: Consequences['accept'] = async (_, events) => input.accept(events);
    await resolveUnknown(tx, { ...input, accept, actionId, outcome });
  }
  return finished;
};

const readOutcome = (text: string): CheckOutcome => {
  const word = text
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
  const outcome = CHECK_OUTCOMES.find((known) => known === word);
  if (outcome === undefined) {
    throw inputError(
      'outcome_invalid',
      `answer \`sent\`, \`not_sent\` or \`send_again\`, not \`${text}\``,
    );
  }
  return outcome;
};
