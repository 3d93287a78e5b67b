import { listApprovals } from '../../src/act/approvals/read.ts';
import { vote } from '../../src/act/approvals/vote.ts';
import { completeTask } from '../../src/act/tasks/tasks.ts';
import { listTasks } from '../../src/act/tasks/store.ts';
import { LIVE } from '../../src/domain/case.ts';
import type { IncomingEvent } from '../../src/domain/event.ts';
import type { Person } from '../../src/domain/person.ts';
import { addHours, addMinutes, type Instant } from '../../src/domain/time.ts';
import { tickTenant } from '../../src/jobs/line/tick-tenant.ts';
import type { Outside } from '../../src/outside.ts';
import { runLine } from '../../src/jobs/run-line.ts';
import type { Parts } from '../../src/parts.ts';
import { currentConfig } from '../../src/platform/config/store.ts';
import type { OpenDatabase, TenantTx } from '../../src/platform/db/database.ts';
import type { AccountBlueprint } from '../../src/sample/define.ts';
import { loadCompany } from '../../src/sample/load.ts';
import imminentChurn from '../../src/sample/stories/imminent-churn.ts';
import rejectedInvites from '../../src/sample/stories/rejected-invites.ts';
import silentRenewal from '../../src/sample/stories/silent-renewal.ts';
import { acceptEvents } from '../../src/sense/events/accept.ts';
import { findAccount } from '../../src/sense/identity/find-account.ts';
import { ANCHOR, PRICES } from '../fixtures/company.ts';

/** What one life of a small company is lived with. */
export interface Living {
  readonly db: OpenDatabase;
  readonly tenantId: string;
  readonly parts: Parts;
  readonly outside: Outside;
  /** Decide and do what people do. */
  readonly people: readonly [Person, Person];
}

export type StepKind = 'accepting' | 'running the line' | 'ticking' | 'deciding';

/** One thing that happens in a life. Whoever is killed in it does it again from its beginning. */
export interface LifeStep {
  readonly kind: StepKind;
  readonly name: string;
  readonly take: (living: Living) => Promise<unknown>;
}

/** The same customer under another name, whose discount will be refused. */
const refused: AccountBlueprint = {
  ...imminentChurn.account,
  id: 'basalt-works',
  name: 'Basalt Works',
  contacts: imminentChurn.account.contacts.map((contact) => ({
    ...contact,
    id: contact.id.replace('granite-energy', 'basalt-works'),
  })),
};

const DAILY: readonly AccountBlueprint[] = [imminentChurn.account, refused, silentRenewal.account];

/** Heard of on the second day only. */
const LATE: readonly AccountBlueprint[] = [rejectedInvites.account];

/** Ids of the accounts whose life it is. */
export const ACCOUNTS = [...DAILY, ...LATE].map(({ id }) => id);

const BATCH = 600;

/** All that is told of accounts, in the batches in which it is told. */
const batchesOf = async (company: readonly AccountBlueprint[]): Promise<IncomingEvent[][]> => {
  const events: IncomingEvent[] = [];
  await loadCompany({
    anchor: ANCHOR,
    zone: 'America/New_York',
    prices: { seatPriceMinor: PRICES },
    company,
    accept: async (batch) => events.push(...batch),
  });
  return Array.from({ length: Math.ceil(events.length / BATCH) }, (_, index) =>
    events.slice(index * BATCH, (index + 1) * BATCH),
  );
};

const accepting = (batch: readonly IncomingEvent[], now: Instant, name: string): LifeStep => ({
  kind: 'accepting',
  name,
  take: ({ db, tenantId, parts }) =>
    db.withTenant(tenantId, async (tx) => {
      const config = await currentConfig(tx);
      return acceptEvents(tx, batch, { now, entities: parts.entities, config });
    }),
});

const running = (now: Instant, name: string): LifeStep => ({
  kind: 'running the line',
  name,
  take: ({ db, tenantId, parts }) =>
    runLine({ db, tenantId, world: LIVE, now, reason: 'test', parts, models: null }),
});

const ticking = (now: Instant, name: string): LifeStep => ({
  kind: 'ticking',
  name,
  take: ({ db, tenantId, parts, outside }) =>
    tickTenant({ db, tenantId, world: LIVE, now, parts, outside }),
});

/** Everything that waits is answered: yes, and no for the one customer. */
const voting = (now: Instant, name: string): LifeStep => ({
  kind: 'deciding',
  name,
  take: async ({ db, tenantId, people }) => {
    const inTenant = <T>(work: (tx: TenantTx) => Promise<T>) => db.withTenant(tenantId, work);
    const no = await inTenant((tx) => findAccount(tx, refused.id));
    for (const approval of await inTenant((tx) => listApprovals(tx, { status: 'pending' }))) {
      const cast = approval.accountId === no?.accountId ? 'reject' : 'approve';
      const asked = cast === 'reject' ? people.slice(0, 1) : people.slice(0, approval.quorum);
      const given = new Set(approval.votes.map(({ personId }) => personId));
      for (const person of asked.filter(({ id }) => !given.has(id))) {
        const ballot = { approvalId: approval.id, person, vote: cast, note: 'as agreed', now };
        await inTenant((tx) => vote(tx, { ...ballot, vote: cast }));
      }
    }
  },
});

/** Every task that somebody was given is done. */
const working = (now: Instant, name: string): LifeStep => ({
  kind: 'deciding',
  name,
  take: async ({ db, tenantId, parts, people: [person] }) => {
    const open = await db.withTenant(tenantId, (tx) => listTasks(tx, { status: 'open' }));
    for (const { id } of open.filter(({ kind }) => kind !== 'check_delivery')) {
      await db.withTenant(tenantId, async (tx) => {
        const config = await currentConfig(tx);
        await completeTask(tx, {
          taskId: id,
          person,
          outcome: 'done',
          now,
          accept: async (events) => {
            await acceptEvents(tx, events, { now, entities: parts.entities, config });
          },
        });
      });
    }
  },
});

const at = (hours: number, minutes = 0): Instant => addMinutes(addHours(ANCHOR, hours), minutes);

export interface Life {
  readonly steps: readonly LifeStep[];
  /** `source` and id of every event told. */
  readonly told: ReadonlySet<string>;
}

export const keyOf = ({ source, eventId }: Pick<IncomingEvent, 'source' | 'eventId'>): string =>
  `${source} ${eventId}`;

/** Ten days in the life of a company of four customers: what is told of them, what the line does, what people decide. */
export const planLife = async (): Promise<Life> => {
  const [daily, late] = [await batchesOf(DAILY), await batchesOf(LATE)];
  const steps = [
    ...daily.map((batch, index) => accepting(batch, ANCHOR, `events ${index + 1}`)),
    running(at(0), 'the first day'),
    ticking(at(0, 1), 'a minute later'),
    voting(at(0, 10), 'people answer'),
    ticking(at(0, 11), 'the answers are taken up'),
    ticking(at(2), 'holds end'),
    ...late.map((batch, index) => accepting(batch, at(20), `late events ${index + 1}`)),
    running(at(24), 'the second day'),
    ticking(at(24, 1), 'the second day, a minute later'),
    voting(at(24, 10), 'people answer again'),
    working(at(25), 'people do their tasks'),
    ticking(at(26), 'the second day, later'),
    running(at(9 * 24), 'the tenth day'),
    ticking(at(9 * 24, 1), 'the tenth day, a minute later'),
    voting(at(9 * 24, 10), 'people answer once more'),
    ticking(at(9 * 24 + 2), 'the tenth day, later'),
    ticking(at(9 * 24 + 3), 'the end'),
  ];
  return { steps, told: new Set([...daily, ...late].flat().map(keyOf)) };
};
