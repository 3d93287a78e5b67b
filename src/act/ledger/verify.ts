import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { genesis, linkHash } from './link.ts';
import {
  chainedWorlds,
  readHead,
  streamChain,
  unlinkedTail,
  type LedgerEntry,
  type LedgerHead,
} from './store.ts';

export interface LedgerFault {
  readonly world: string;
  readonly position: number;
  readonly entryId: number | null;
  readonly problem: string;
}

export interface ChainReport {
  readonly world: string;
  /** Linked entries that were read and recomputed. */
  readonly count: number;
  /** Position and hash of the last entry. Keep it outside, and the next `verify` can be held against it. */
  readonly head: LedgerHead | null;
  readonly unlinked: number;
  readonly oldestUnlinkedAt: Instant | null;
}

export interface LedgerReport {
  readonly ok: boolean;
  readonly chains: readonly ChainReport[];
  /** At most 100, first ones first. */
  readonly faults: readonly LedgerFault[];
  /** In words: what this check cannot find. */
  readonly cannotExclude: readonly string[];
}

const MAX_FAULTS = 100;

/**
 * Reads every linked entry again and recomputes its hash. `expect` is a head that somebody kept outside (printed by an
 * earlier `verify`): with it, a chain that was cut off or rewritten as a whole is found as well.
 */
export const verify = async (
  tx: TenantTx,
  options: { readonly world?: string; readonly expect?: LedgerHead } = {},
): Promise<LedgerReport> => {
  const worlds = options.world === undefined ? await chainedWorlds(tx) : [options.world];
  const chains: ChainReport[] = [];
  const faults: LedgerFault[] = [];
  for (const world of worlds) chains.push(await verifyWorld(tx, world, faults, options.expect));
  return {
    ok: faults.length === 0,
    chains,
    faults,
    cannotExclude: limits(chains, options.expect !== undefined),
  };
};

const verifyWorld = async (
  tx: TenantTx,
  world: string,
  faults: LedgerFault[],
  expect: LedgerHead | undefined,
): Promise<ChainReport> => {
  const report = (position: number, entryId: number | null, problem: string) => {
    if (faults.length < MAX_FAULTS) faults.push({ world, position, entryId, problem });
  };
  let last: LedgerHead = { position: 0, hash: genesis(tx.tenantId, world) };
  let count = 0;
  let anchored = expect === undefined;
  for await (const batch of streamChain(tx, world)) {
    for (const entry of batch) {
      last = checkEntry(entry, last, report);
      count += 1;
      anchored ||= last.position === expect?.position && last.hash === expect.hash;
    }
  }
  checkHead(await readHead(tx, world), last, count, report);
  if (!anchored)
    report(expect?.position ?? 0, null, 'the head that was kept outside is not in this chain');
  const tail = await unlinkedTail(tx, world);
  return {
    world,
    count,
    head: count === 0 ? null : last,
    unlinked: tail.count,
    oldestUnlinkedAt: tail.oldest,
  };
};

type Report = (position: number, entryId: number | null, problem: string) => void;

/** Goes on from what is stored, so that one changed entry is one fault and not a fault in each that follows. */
const checkEntry = (entry: LedgerEntry, last: LedgerHead, report: Report): LedgerHead => {
  const position = entry.position ?? 0;
  if (position !== last.position + 1) {
    report(position, entry.entryId, `entries ${last.position + 1} to ${position - 1} are missing`);
  } else if (entry.previousHash !== last.hash) {
    report(position, entry.entryId, 'does not follow the entry before it');
  }
  if (linkHash(entry.previousHash ?? '', position, entry) !== entry.hash) {
    report(position, entry.entryId, 'was changed after it was linked');
  }
  return { position, hash: entry.hash ?? '' };
};

const checkHead = (
  head: LedgerHead | null,
  last: LedgerHead,
  count: number,
  report: Report,
): void => {
  if (head === null) {
    if (count > 0) report(last.position, null, 'the head of the chain is missing');
  } else if (head.position !== last.position || head.hash !== last.hash) {
    report(
      last.position,
      null,
      `the head names entry ${head.position}, the chain ends at ${last.position}`,
    );
  }
};

const limits = (chains: readonly ChainReport[], anchored: boolean): string[] => {
  const waiting = chains.reduce((sum, chain) => sum + chain.unlinked, 0);
  return [
    ...(anchored
      ? []
      : [
          'whoever owns the database can cut off the end of a chain together with its head, or write a chain anew: ' +
            'keep a head outside and verify against it',
        ]),
    ...(waiting === 0
      ? []
      : [`${waiting} entries are not linked yet and could be changed unseen until they are`]),
    'that what was recorded was true: the chain shows only that it was not changed since',
  ];
};
