import type { Decision } from '../../domain/decision.ts';
import type { TenantConfig } from '../../domain/tenant.ts';
import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { BRAKE_RULE } from '../brake/brake.ts';
import { brakeOn } from '../brake/brake-store.ts';
import { describeFinding } from '../brake/judge.ts';
import { record } from '../ledger/ledger.ts';
import { loadTask } from '../tasks/store.ts';
import { checkAttention } from './attention.ts';
import { lockVolume, saveBrake } from './brake-store.ts';
import { held, outcomeOfDecision, pointless, suppressed } from './outcome.ts';
import type { OutboxRow } from './row.ts';
import { brakeUntil, DEFAULT_MAX_PER_HOUR } from './schedule.ts';
import type { Outcome } from './store.ts';
import { suppressionOf } from './suppression.ts';

export interface Gates {
  readonly now: Instant;
  readonly config: TenantConfig;
  /** The rules as they are now: policy, guards, consent, budget, approval. Runs with the account row locked. */
  readonly recheck: (tx: TenantTx, row: OutboxRow) => Promise<Decision>;
}

/** Everything that is looked at again just before an effect. `null` when it may go. */
export const passGates = async (
  tx: TenantTx,
  row: OutboxRow,
  gates: Gates,
): Promise<Outcome | null> =>
  (await checkChangeBrake(tx, row, gates.now)) ??
  (row.taskId === null
    ? outcomeOfDecision(row, await gates.recheck(tx, row), gates.now)
    : await checkNotice(tx, row, row.taskId)) ??
  (await checkSuppression(tx, row, gates.config)) ??
  (await checkAttention(tx, row, gates)) ??
  (await checkBrake(tx, row, gates));

const checkNotice = async (
  tx: TenantTx,
  row: OutboxRow,
  taskId: string,
): Promise<Outcome | null> => {
  const task = await loadTask(tx, taskId);
  const unfinished = task?.status === 'open' || task?.status === 'accepted';
  return unfinished && task.assigneeEmail === row.effect.recipient?.email ? null : pointless(row);
};

const checkSuppression = async (
  tx: TenantTx,
  row: OutboxRow,
  { templates }: TenantConfig,
): Promise<Outcome | null> => {
  if (row.effect.recipient === null) return null;
  const template = templates.find(({ id }) => id === row.templateId);
  const category = template?.category ?? 'internal';
  const entry = await suppressionOf(tx, row.effect.recipient.email, category);
  return entry === null
    ? null
    : suppressed(
        row,
        `${entry.hint} is on the suppression list since ${entry.at.slice(0, 10)}: ${entry.reason}`,
      );
};

/** While so much moved that an input is suspected, nothing goes to customers; it is looked at again when that is lifted. */
const checkChangeBrake = async (
  tx: TenantTx,
  row: OutboxRow,
  now: Instant,
): Promise<Outcome | null> => {
  const brake = row.outward ? await brakeOn(tx, row.world) : null;
  if (brake === null) return null;
  return held(row, null, [{ rule: BRAKE_RULE, text: describeFinding(brake.finding) }], now);
};

const checkBrake = async (tx: TenantTx, row: OutboxRow, gates: Gates): Promise<Outcome | null> => {
  if (!row.outward || row.playbook === null) return null;
  const brake = { world: row.world, playbook: row.playbook, templateId: row.templateId ?? '' };
  const { startedAt, trippedAt } = await lockVolume(tx, brake, gates.now);
  const max = gates.config.outbox.maxPerHour ?? DEFAULT_MAX_PER_HOUR;
  const until = brakeUntil(startedAt, max, gates.now);
  if ((until === null) !== (trippedAt === null)) {
    await saveBrake(tx, brake, until === null ? null : gates.now);
    await noteBrake(tx, brake, until !== null, max, gates.now);
  }
  if (until === null) return null;
  const text = `${max} of \`${brake.templateId}\` by \`${brake.playbook}\` went out within an hour`;
  return held(row, until, [{ rule: 'outbox.volume-brake', text }], gates.now);
};

const noteBrake = (
  tx: TenantTx,
  brake: { readonly world: string; readonly playbook: string; readonly templateId: string },
  on: boolean,
  maxPerHour: number,
  at: Instant,
): Promise<number> =>
  record(tx, {
    world: brake.world,
    kind: 'volume_brake',
    subjects: {},
    body: { on, playbook: brake.playbook, template: brake.templateId, maxPerHour },
    at,
  });
