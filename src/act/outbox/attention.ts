import { addHours } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { attentionOf, classOfCase } from './attention-store.ts';
import type { Gates } from './gates.ts';
import { held } from './outcome.ts';
import type { OutboxRow } from './row.ts';
import type { Outcome } from './store.ts';

/** New tasks of one owner in a week, where the tenant's files do not say. */
export const DEFAULT_TASKS_A_WEEK = 40;

/** What the law or an unpaid bill demands is not put off for want of attention. */
const DEMANDED = new Set<string | null>(['comply', 'collect']);

/**
 * Whether a new task would be more than its owner's week has room for: while others of the owner rank before it and
 * take that room, it waits its turn. `null` when it may be opened.
 */
export const checkAttention = async (
  tx: TenantTx,
  row: OutboxRow,
  { now, config }: Pick<Gates, 'now' | 'config'>,
): Promise<Outcome | null> => {
  const ownerId = row.port === 'tasks' ? (row.effect.task?.assignee ?? null) : null;
  if (ownerId === null || row.caseId === null) return null;
  if (DEMANDED.has(await classOfCase(tx, row.caseId))) return null;
  const cap = config.planner.newTasksPerOwnerAndWeek ?? DEFAULT_TASKS_A_WEEK;
  const { world, actionId, caseId } = row;
  const { spent, oldest, ahead } = await attentionOf(tx, { world, ownerId, actionId, caseId, now });
  if (ahead < cap - spent) return null;
  const until = spent >= cap && oldest !== null ? addHours(oldest, WEEK_HOURS) : null;
  const text =
    spent >= cap
      ? `\`${ownerId}\` got ${spent} new tasks in seven days, ${cap} at most`
      : `${ahead} tasks of \`${ownerId}\` come first, and ${cap - spent} more fit into the week`;
  return held(row, until, [{ rule: 'planner.task-cap', text }], now);
};

const WEEK_HOURS = 7 * 24;
