import { LIVE } from '../../domain/case.ts';
import { inputError } from '../../domain/errors.ts';
import { digest } from '../../domain/identifiers.ts';
import type { Person } from '../../domain/person.ts';
import type { Instant } from '../../domain/time.ts';
import { listPeople } from '../../platform/auth/people.ts';
import { mayPerson } from '../../platform/auth/rights.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { listMoves, releaseStanding } from '../../platform/release/release-store.ts';
import { record } from '../ledger/ledger.ts';
import { keepReview, keepVote, votersOf, type Review } from './review-store.ts';

/** People besides who proposed it, before anything lets more through than now. */
const VOTES_NEEDED = 2;

/** How a release stands with those who have to approve it. */
export interface Clearance {
  readonly review: Review;
  readonly voters: readonly Person[];
  /** Who could approve it and has not. */
  readonly others: readonly Person[];
  readonly needed: number;
}

const reviewOf = async (
  tx: TenantTx,
  release: number,
  kinds: readonly string[],
): Promise<Review> => {
  const { release: beforeRelease, configVersion } = await releaseStanding(tx);
  const seen = { release, beforeRelease, configVersion, kinds };
  return { ...seen, id: digest({ ...seen, kinds: [...kinds] }) };
};

/**
 * Who approved what a release would let through, seen from what is in force. A vote is for the very kinds of decision
 * that were looked at: where others are found, it takes new votes. Whoever staged the release does not count.
 */
export const clearanceOf = async (
  tx: TenantTx,
  release: number,
  kinds: readonly string[],
): Promise<Clearance> => {
  const review = await reviewOf(tx, release, kinds);
  const proposers = await proposersOf(tx, release);
  const may = (await listPeople(tx)).filter(
    (person) => !proposers.has(person.id) && mayPerson(person, 'approve').allowed,
  );
  const voted = new Set(await votersOf(tx, review));
  return {
    review,
    voters: may.filter(({ id }) => voted.has(id)),
    others: may.filter(({ id }) => !voted.has(id)),
    needed: kinds.length === 0 ? 0 : VOTES_NEEDED,
  };
};

const proposersOf = async (tx: TenantTx, release: number): Promise<ReadonlySet<string>> =>
  new Set(
    (await listMoves(tx))
      .filter((move) => move.release === release && move.what === 'staged')
      .map(({ by }) => by),
  );

/** One person's yes. Throws `release_needs_no_approval`, `approval_forbidden`, `already_voted`. */
export const approveRelease = async (
  tx: TenantTx,
  {
    release,
    kinds,
    person,
    now,
  }: {
    readonly release: number;
    readonly kinds: readonly string[];
    readonly person: Person;
    readonly now: Instant;
  },
): Promise<Clearance> => {
  if (kinds.length === 0) {
    throw inputError(
      'release_needs_no_approval',
      `release ${release} lets nothing through that is not let through now: \`retinue release promote ${release}\``,
    );
  }
  if ((await proposersOf(tx, release)).has(person.id)) {
    throw inputError(
      'approval_forbidden',
      `${person.name} staged release ${release}: others decide`,
    );
  }
  const { review } = await clearanceOf(tx, release, kinds);
  const vote = { by: person.id, now };
  await keepReview(tx, review, vote);
  if (!(await keepVote(tx, review, vote))) {
    throw inputError(
      'already_voted',
      `${person.name} has approved this already: it takes another person`,
    );
  }
  await note(tx, 'release.approved', { release, review: review.id, kinds }, person.id, now);
  return clearanceOf(tx, release, kinds);
};

/**
 * Lets a release pass that lets nothing more through, or that two people approved. Where fewer than two others could,
 * the reason of whoever is alone counts instead, is labelled so, and is in the ledger.
 * Throws `release_needs_approval`, `release_too_few`, `release_not_alone`.
 */
export const requireCleared = async (
  tx: TenantTx,
  {
    release,
    kinds,
    by,
    alone,
    now,
  }: {
    readonly release: number;
    readonly kinds: readonly string[];
    readonly by: Person;
    readonly alone: string | undefined;
    readonly now: Instant;
  },
): Promise<void> => {
  const { review, voters, others, needed } = await clearanceOf(tx, release, kinds);
  if (voters.length >= needed) return;
  const besides = [...voters, ...others].filter(({ id }) => id !== by.id).length;
  if (besides >= VOTES_NEEDED) throw needsApproval(release, kinds, { voters, others, alone });
  if (alone === undefined || alone.trim() === '') {
    throw inputError(
      'release_too_few',
      `release ${release} lets more through than what is in force (${listed(kinds)}), which takes two people besides who staged it, and there ${besides === 1 ? 'is 1' : `are ${besides}`}: invite them with \`retinue people add\`, or give your reason with --alone "…", which is kept in the ledger`,
      { kinds: [...kinds] },
    );
  }
  await keepReview(tx, review, { by: by.id, now });
  await note(
    tx,
    'release.cleared_alone',
    { release, review: review.id, kinds, reason: alone },
    by.id,
    now,
  );
};

const needsApproval = (
  release: number,
  kinds: readonly string[],
  {
    voters,
    others,
    alone,
  }: Pick<Clearance, 'voters' | 'others'> & { readonly alone: string | undefined },
) =>
  inputError(
    alone === undefined ? 'release_needs_approval' : 'release_not_alone',
    `release ${release} lets more through than what is in force (${listed(kinds)}): ${voters.length} of ${VOTES_NEEDED} people have approved it with \`retinue release approve ${release}\`; ${others.map(({ name }) => name).join(', ')} may${alone === undefined ? '' : ', so nobody is alone'}`,
    { kinds: [...kinds] },
  );

const listed = (kinds: readonly string[]): string =>
  `${kinds.slice(0, 3).join('; ')}${kinds.length > 3 ? `; and ${kinds.length - 3} more` : ''}`;

const note = async (
  tx: TenantTx,
  kind: string,
  body: {
    readonly release: number;
    readonly review: string;
    readonly kinds: readonly string[];
    readonly reason?: string;
  },
  personId: string,
  at: Instant,
): Promise<void> => {
  await record(tx, {
    ...{ world: LIVE.id, kind, subjects: { personId }, at },
    body: { ...body, kinds: [...body.kinds] },
  });
};
