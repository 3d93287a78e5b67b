import type { TransactionalPort } from '../../connectors/define.ts';
import type { Database, TenantTx } from '../../platform/db/database.ts';
import { log } from '../../platform/log.ts';
import { record } from '../ledger/ledger.ts';
import { askPort, callPort } from './call-port.ts';
import { claimOne, lockHeld, saveSending } from './claim-store.ts';
import { passGates, type Gates } from './gates.ts';
import { asked, doubtful, outcomeOf, putBack, unknown } from './outcome.ts';
import type { OutboxPort, WorldPorts } from './port.ts';
import { payOwed, putOff, recordResult, settleClaimed } from './record-result.ts';
import { isFinished, type OutboxRow, type OutboxStatus } from './row.ts';
import { settleRow, type Consequences } from './settle-row.ts';
import { lockAccountRow } from './store.ts';

export interface PerformInput extends Gates, Consequences {
  readonly db: Database;
  readonly tenantId: string;
  /** The ports of one world; only rows of that world are taken. */
  readonly ports: WorldPorts;
  /**
   * Asks the systems of record anew what the row rests on, before it is decided again; outside of any transaction, in
   * bounded time. Never throws.
   */
  readonly refresh?: (row: OutboxRow) => Promise<void>;
  /** At most so many rows; 100 unless told. */
  readonly limit?: number;
  /** How long a worker may be silent before another takes over; must exceed the effect's time. */
  readonly leaseMilliseconds?: number;
  readonly effectTimeoutMilliseconds?: number;
  /** Names the worker in the lease, for people. */
  readonly worker?: string;
}

export interface PerformReport {
  /** Every row that was taken, with where it stands now; `lost` when another worker has it. */
  readonly actions: readonly {
    readonly actionId: string;
    readonly status: OutboxStatus | 'lost';
  }[];
  /** Ports that are left alone for now; their rows stay due. */
  readonly paused: readonly { readonly port: string; readonly reason: string }[];
}

const LEASE_MILLISECONDS = 300_000;
const EFFECT_TIMEOUT_MILLISECONDS = 90_000;

/**
 * Carries out what is due, one row after another. For each: a claim with a lease; in one transaction under the account's
 * lock everything is checked again and the row handed over; the port is called outside of any transaction; result,
 * receipt, ledger entry and consequences are written in one more. Many workers may run it at once.
 */
export const performDue = async (input: PerformInput): Promise<PerformReport> => {
  await payOwed(input);
  const paused = pausedPorts(input);
  const ports = [...input.ports.byId.keys()].filter(
    (id) => !paused.some(({ port }) => port === id),
  );
  const actions: { actionId: string; status: OutboxStatus | 'lost' }[] = [];
  while (actions.length < (input.limit ?? 100)) {
    const row = await claim(
      input,
      ports,
      actions.map(({ actionId }) => actionId),
    );
    if (row === null) break;
    actions.push({
      actionId: row.actionId,
      status: (await performSafely(input, row))?.status ?? 'lost',
    });
  }
  return { actions, paused };
};

const pausedPorts = (input: PerformInput): { port: string; reason: string }[] =>
  [...input.ports.byId.values()].flatMap((port) => {
    const reason = port.guarantee === 'transactional' ? null : (port.paused?.(input.now) ?? null);
    return reason === null ? [] : [{ port: port.id, reason }];
  });

const claim = (input: PerformInput, ports: readonly string[], except: readonly string[]) =>
  input.db.withTenant(input.tenantId, (tx) =>
    claimOne(tx, {
      world: input.ports.world.id,
      ports,
      now: input.now,
      leaseMilliseconds: leaseOf(input),
      holder: input.worker ?? `process ${process.pid}`,
      except,
    }),
  );

const leaseOf = (input: PerformInput): number => input.leaseMilliseconds ?? LEASE_MILLISECONDS;
const timeoutOf = (input: PerformInput): number =>
  input.effectTimeoutMilliseconds ?? EFFECT_TIMEOUT_MILLISECONDS;

/** One row's fault is not the others': it is put off, with the reason, and the work goes on. */
const performSafely = async (
  input: PerformInput,
  claimed: OutboxRow,
): Promise<OutboxRow | null> => {
  try {
    return await performOne(input, claimed);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    log.error({ actionId: claimed.actionId, reason }, 'an action could not be carried out');
    return putOff(input, claimed, reason);
  }
};

/** `null` when the lease went to another worker. */
const performOne = async (input: PerformInput, claimed: OutboxRow): Promise<OutboxRow | null> => {
  const port = input.ports.byId.get(claimed.port);
  if (port === undefined) throw new Error(`there is no port \`${claimed.port}\``);
  if (claimed.status !== 'sending') return act(input, port, claimed, true);
  if (port.guarantee === 'at_most_once') {
    return settleClaimed(input, claimed, (row) =>
      unknown(row, 'the worker stopped while it was being sent'),
    );
  }
  if (port.guarantee === 'transactional' || port.lookUp === undefined)
    return act(input, port, claimed, false);
  const found = await askPort(port.lookUp, claimed, timeoutOf(input));
  if (found === null) return act(input, port, claimed, true);
  return settleClaimed(input, claimed, (row) => asked(row, port.guarantee, found, input.now));
};

/** `certain`: it is known that it has not happened yet. */
const act = async (
  input: PerformInput,
  port: OutboxPort,
  claimed: OutboxRow,
  certain: boolean,
): Promise<OutboxRow | null> => {
  if (claimed.outward) await input.refresh?.(claimed);
  // INVARIANT: taken before the lease is renewed, so that it is never later than the lease's own beginning.
  const begun = performance.now();
  const armed = await arm(input, port, claimed, certain);
  if (armed === null || !armed.send || port.guarantee === 'transactional')
    return armed?.row ?? null;
  // A process that was stopped here (a suspended laptop, a long collection) must not act on waking.
  if (performance.now() - begun > leaseOf(input) - timeoutOf(input)) {
    return settleClaimed(input, armed.row, (row) => putBack(row, certain, input.now));
  }
  const result = await callPort(port, armed.row, input.now, timeoutOf(input));
  return recordResult(input, port, armed.row, result);
};

interface Armed {
  readonly row: OutboxRow;
  readonly send: boolean;
}

/** The last look and the hand-over, in one transaction under the account's lock. */
const arm = (
  input: PerformInput,
  port: OutboxPort,
  claimed: OutboxRow,
  certain: boolean,
): Promise<Armed | null> =>
  input.db.withTenant(input.tenantId, async (tx) => {
    if (claimed.accountId !== null) await lockAccountRow(tx, claimed.accountId);
    const row = await lockHeld(tx, claimed);
    if (row === null || isFinished(row.status)) return null;
    const objection = await passGates(tx, row, input);
    if (objection !== null) {
      const outcome = certain ? objection : doubtful(row, objection);
      return { row: await settleRow(tx, row, outcome, input), send: false };
    }
    const sending = await saveSending(tx, row.actionId, {
      now: input.now,
      leaseMilliseconds: leaseOf(input),
    });
    if (sending === null) return null;
    if (port.guarantee !== 'transactional') return { row: sending, send: true };
    return { row: await performHere(tx, input, port, sending), send: false };
  });

const performHere = async (
  tx: TenantTx,
  input: PerformInput,
  port: TransactionalPort,
  row: OutboxRow,
): Promise<OutboxRow> => {
  const result = await port.performIn(tx, row.effect, {
    world: input.ports.world,
    caseId: row.caseId,
    config: input.config,
    now: input.now,
    accept: (events) => input.accept(tx, events),
    note: async (kind, body) => {
      const subjects = {
        actionId: row.actionId,
        ...(row.accountId === null ? {} : { accountId: row.accountId }),
        ...(row.caseId === null ? {} : { caseId: row.caseId }),
      };
      await record(tx, { world: row.world, kind, subjects, body, at: input.now });
    },
  });
  return settleRow(tx, row, outcomeOf(row, port.guarantee, result, input.now), input);
};
