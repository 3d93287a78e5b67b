import { noteAccess } from '../act/ledger/note.ts';
import type { LedgerSubjects } from '../act/ledger/ledger.ts';
import type { Principal } from '../domain/person.ts';
import { whyRefused } from '../platform/auth/refused-token.ts';
import type { AccessRecord, Reading, Refused } from '../platform/http/define.ts';
import { describeError, log } from '../platform/log.ts';
import { whereFrom } from '../platform/origin.ts';
import type { Services } from './define.ts';

/** Rows that one person or key reads within an hour before it is an entry: a page of a list is none. */
const BULK = 101;

type Doors = Pick<Services, 'db' | 'now'>;

/**
 * Keeps in the ledger who reads and who is refused; see `noteAccess` for how much of it. Refusals of nobody we know go to
 * the log, counted by the minute: they belong to no tenant.
 */
export const accessRecord = (doors: Doors): AccessRecord => {
  const stranger = strangers();
  return {
    read: (reading) => quietly(() => noteReading(doors, reading)),
    refused: (refused) =>
      quietly(async () => {
        if (!(await noteRefusal(doors, refused))) stranger(whereFrom() ?? 'unknown');
      }),
  };
};

/** A record that cannot be kept must not change an answer. */
const quietly = async (work: () => Promise<void>): Promise<void> => {
  try {
    await work();
  } catch (error) {
    log.error(describeError(error), 'an access could not be recorded');
  }
};

const actorOf = (caller: Principal): LedgerSubjects =>
  caller.kind === 'person' ? { personId: caller.id } : { keyId: caller.keyId };

const noteReading = async (
  { db, now }: Doors,
  { what, reads, caller, about, records }: Reading,
): Promise<void> => {
  const at = now();
  const who = actorOf(caller);
  const body = { what };
  await db.withTenant(caller.tenantId, async (tx) => {
    if (reads === 'feed') {
      const once = { per: 'day', written: 'at_once', items: records } as const;
      await noteAccess(tx, { kind: 'records.read', subjects: who, body, ...once }, at);
      return;
    }
    if (reads === 'personal_data') {
      const subjects = { ...about, ...who };
      const once = { per: 'hour', written: 'at_once' } as const;
      await noteAccess(tx, { kind: 'personal_data.read', subjects, body, ...once }, at);
    }
    if (records === 0) return;
    const bulk = { per: 'hour', written: 'end', items: records, leastItems: BULK } as const;
    await noteAccess(tx, { kind: 'records.read', subjects: who, body, ...bulk }, at);
  });
};

/** False when nobody knows whose it is. */
const noteRefusal = async (
  { db, now }: Doors,
  { what, code, caller, credentials }: Refused,
): Promise<boolean> => {
  const at = now();
  const known =
    caller === null
      ? await (credentials === null ? null : whyRefused(db, credentials, at))
      : { tenantId: caller.tenantId, why: code, ...actorOf(caller) };
  if (known === null) return false;
  const { tenantId, why, ...subjects } = known;
  const isSignIn = code.endsWith('link_refused');
  await db.withTenant(tenantId, (tx) =>
    noteAccess(
      tx,
      {
        kind: isSignIn ? 'sign_in.refused' : 'access.refused',
        ...{ subjects, body: { what, code, why }, per: 'minute', written: 'end' },
      },
      at,
    ),
  );
  return true;
};

const MINUTE = 60_000;
const NETWORKS_NAMED = 20;

/** Counts those nobody knows, and says once a minute how many came, and from where. */
const strangers = (): ((from: string) => void) => {
  let counted: { count: number; readonly networks: Set<string> } | null = null;
  const tell = () => {
    if (counted === null) return;
    const { count, networks } = counted;
    log.warn({ count, networks: [...networks] }, 'refused within a minute: nobody that we know');
    counted = null;
  };
  return (from) => {
    if (counted === null) {
      counted = { count: 0, networks: new Set() };
      setTimeout(tell, MINUTE).unref();
    }
    counted.count += 1;
    if (counted.networks.size < NETWORKS_NAMED) counted.networks.add(from);
  };
};
