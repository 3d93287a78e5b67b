import { CLASSES, type PlaybookClass } from '../../domain/case.ts';
import type { Guards, GuardState } from '../../domain/decision.ts';
import type { Instant } from '../../domain/time.ts';
import { contactsLeft, placeFrees, type ContactBudget, type Contacted } from './arbiter-budget.ts';

/** Where a proposal stands when the account is settled. `done` ones are here to be neither repeated nor forgotten. */
export type Standpoint = 'new' | 'pending' | 'approved' | 'permitted' | 'done';

/** A proposal in the eyes of the arbiter: JSON, stored with the decisions that rest on it. */
export interface Contender {
  readonly id: string;
  readonly class: PlaybookClass;
  /** 0–100, of its case. */
  readonly urgency: number;
  /** Its place among the steps of its round, from 0. */
  readonly ordinal: number;
  readonly standpoint: Standpoint;
  /** Whether the customer sees anything of it. */
  readonly outward: boolean;
  readonly contactId: string | null;
  /** Digest of tool and arguments: equal ones are the same action. */
  readonly action: string;
  /** Until when the recipient is not disturbed; `null` when they may be. */
  readonly quietUntil: Instant | null;
}

export interface ArbiterInput {
  readonly contenders: readonly Contender[];
  readonly guards: Guards;
  readonly budget: ContactBudget;
  readonly now: Instant;
}

/** `left`: contacts left when its turn came, itself not counted. */
export type Ruling =
  | { readonly outcome: 'proceed'; readonly left: number }
  | {
      readonly outcome: 'hold';
      readonly until: Instant;
      readonly rule: string;
      readonly text: string;
      readonly left: number;
    }
  | {
      readonly outcome: 'supersede';
      readonly by: string;
      readonly rule: string;
      readonly text: string;
    }
  | { readonly outcome: 'drop'; readonly rule: string; readonly text: string };

/** States that close a guard. What is not known counts as closed. */
const CLOSED: readonly GuardState[] = ['blocked', 'stale'];

interface Exclusion {
  readonly guard: string;
  readonly states: readonly GuardState[];
  readonly classes: readonly PlaybookClass[];
  readonly outwardOnly: boolean;
}

/** Which classes a closed guard keeps out. The policy says the same in words; neither relies on the other. */
export const EXCLUSIONS: readonly Exclusion[] = [
  { guard: 'billing', states: CLOSED, classes: ['sell'], outwardOnly: false },
  { guard: 'incident', states: CLOSED, classes: ['sell'], outwardOnly: false },
  { guard: 'deletion', states: ['stale'], classes: ['sell'], outwardOnly: false },
  {
    guard: 'deletion',
    states: ['blocked'],
    classes: ['collect', 'save', 'sell', 'inform'],
    outwardOnly: false,
  },
  { guard: 'touches', states: CLOSED, classes: ['sell'], outwardOnly: false },
  { guard: 'touches', states: CLOSED, classes: ['save', 'inform'], outwardOnly: true },
  { guard: 'conversation', states: CLOSED, classes: ['sell'], outwardOnly: false },
  { guard: 'save', states: CLOSED, classes: ['sell'], outwardOnly: false },
];

/**
 * Settles what the proposals of one account may do beside one another: who goes first, who gives way, who waits and
 * until when. In order of class, of what is already under way, of urgency, of the steps of a round and of id, each:
 * repeats nothing that is under way or was just done; gives way to anything outward of a higher class; takes a place
 * in the week's contacts or waits for one; waits for the recipient's morning. Last, closed guards take out what they
 * exclude: last, so that a guard can only take away. Duties of law (`comply`) take places but never wait for one.
 *
 * The order of the input does not matter. `done` contenders get no ruling.
 */
export const arbitrate = (input: ArbiterInput): ReadonlyMap<string, Ruling> => {
  const rulings = new Map<string, Ruling>();
  const taken: Contacted[] = [];
  const actions = new Map<string, string>();
  let speaker: Contender | null = null;
  for (const contender of inOrder(input.contenders)) {
    const ruling = rule(contender, {
      input,
      taken,
      speaker,
      repeats: actions.get(contender.action) ?? null,
    });
    if (contender.standpoint !== 'done')
      rulings.set(contender.id, guarded(contender, ruling, input.guards));
    if (!lives(ruling)) continue;
    actions.set(contender.action, contender.id);
    if (!contender.outward || contender.standpoint === 'done') continue;
    speaker ??= contender;
    // Who waits for a place has none; who waits for the morning keeps theirs.
    if (ruling.outcome === 'proceed' || ruling.rule === QUIET) {
      taken.push({ contactId: contender.contactId, at: input.now });
    }
  }
  return rulings;
};

const QUIET = 'arbiter.quiet-hours';

const lives = (ruling: Ruling): ruling is Ruling & { outcome: 'proceed' | 'hold' } =>
  ruling.outcome === 'proceed' || ruling.outcome === 'hold';

interface SoFar {
  readonly input: ArbiterInput;
  readonly taken: readonly Contacted[];
  /** The first outward one: of the highest class that has anything to say. */
  readonly speaker: Contender | null;
  readonly repeats: string | null;
}

const rule = (contender: Contender, { input, taken, speaker, repeats }: SoFar): Ruling => {
  const left = contactsLeft(input.budget, taken, contender.contactId, input.now);
  if (contender.standpoint === 'done') return { outcome: 'proceed', left };
  if (repeats !== null) {
    return {
      outcome: 'drop',
      rule: 'arbiter.repeated',
      text: `the same action is under way or was just done (${repeats})`,
    };
  }
  if (!contender.outward) return { outcome: 'proceed', left };
  if (speaker !== null && rank(speaker.class) < rank(contender.class)) {
    return {
      outcome: 'supersede',
      by: speaker.id,
      rule: 'arbiter.superseded',
      text: `${speaker.class} comes before ${contender.class} on one account (${speaker.id})`,
    };
  }
  return waits(contender, input, taken, left) ?? { outcome: 'proceed', left };
};

const waits = (
  contender: Contender,
  input: ArbiterInput,
  taken: readonly Contacted[],
  left: number,
): Ruling | null => {
  if (contender.class === 'comply') return null;
  if (left < 1) {
    return {
      outcome: 'hold',
      until: placeFrees(input.budget, taken, contender.contactId, input.now),
      rule: 'arbiter.contact-budget',
      text: 'the contact or the account has had its messages for the week',
      left,
    };
  }
  if (contender.quietUntil === null) return null;
  return {
    outcome: 'hold',
    until: contender.quietUntil,
    rule: QUIET,
    text: 'outside the hours of the recipient',
    left,
  };
};

const guarded = (contender: Contender, ruling: Ruling, guards: Guards): Ruling => {
  if (!lives(ruling)) return ruling;
  const closed = EXCLUSIONS.find(
    ({ guard, states, classes, outwardOnly }) =>
      states.includes(stateOf(guards, guard)) &&
      classes.includes(contender.class) &&
      (contender.outward || !outwardOnly),
  );
  if (closed === undefined) return ruling;
  return {
    outcome: 'drop',
    rule: `arbiter.guard.${closed.guard}`,
    text: `no ${contender.class} while ${closed.guard} is ${stateOf(guards, closed.guard)}`,
  };
};

const stateOf = (guards: Guards, id: string): GuardState =>
  (Object.hasOwn(guards, id) ? guards[id]?.state : undefined) ?? 'stale';

const rank = (of: PlaybookClass): number => CLASSES.indexOf(of);

/** What has already begun goes before what has not, so that settling again does not turn a decision over. */
const PROGRESS: readonly Standpoint[] = ['done', 'permitted', 'approved', 'pending', 'new'];

const inOrder = (contenders: readonly Contender[]): readonly Contender[] =>
  contenders.toSorted(
    (a, b) =>
      Number(b.standpoint === 'done') - Number(a.standpoint === 'done') ||
      rank(a.class) - rank(b.class) ||
      PROGRESS.indexOf(a.standpoint) - PROGRESS.indexOf(b.standpoint) ||
      b.urgency - a.urgency ||
      a.ordinal - b.ordinal ||
      (a.id < b.id ? -1 : 1),
  );
