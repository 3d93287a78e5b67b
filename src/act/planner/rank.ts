import { EVEN, type Expected } from '../verdicts/precision.ts';

/** What the planner ranks: something that asks for somebody's attention. */
export interface Claim {
  readonly id: string;
  readonly ownerId: string | null;
  readonly urgency: number;
  /** ARR at risk in minor units of the tenant's currency. */
  readonly arrMinor: number | null;
  /** How often people found its like right. */
  readonly expected: Expected;
  /** Stood in an earlier run and was not looked at in this one: it keeps its place, and opens when it is seen again. */
  readonly unseen: boolean;
}

/** What a rank was worked out from. */
export interface RankBecause extends Expected {
  /** In minor units of the tenant's currency. */
  readonly arrMinor: number;
  /** Whether nobody knows it, and the median of the others stands for it. */
  readonly arrAssumed: boolean;
  readonly urgency: number;
}

export interface Ranked {
  readonly id: string;
  readonly rank: number;
  readonly because: RankBecause;
  readonly opens: boolean;
}

export interface Budget {
  /** New cases an owner may get in any seven days. */
  readonly cap: number;
  /** How many each owner got in the last seven; the key of nobody's is the empty text. */
  readonly spent: ReadonlyMap<string, number>;
}

/**
 * Ranks claims by ARR at risk × urgency × how often people found their like right, against an even chance; and opens
 * the highest of each owner while the owner's week has room. Unknown ARR counts as the median of those known, so that
 * an account nobody priced is neither first nor starved. Equal ranks go by id, so that the order never depends on how
 * rows came back.
 */
export const rankClaims = (claims: readonly Claim[], budget: Budget): Ranked[] => {
  const assumed =
    median(claims.flatMap((claim) => (claim.arrMinor === null ? [] : [claim.arrMinor]))) ?? 1;
  const ordered = claims
    .map((claim) => ({ claim, because: becauseOf(claim, assumed) }))
    .map((each) => ({ ...each, rank: rankOf(each.because) }))
    .sort((a, b) => b.rank - a.rank || (a.claim.id < b.claim.id ? -1 : 1));
  const spent = new Map(budget.spent);
  return ordered.map(({ claim, rank, because }) => {
    const owner = claim.ownerId ?? '';
    const used = spent.get(owner) ?? 0;
    const hasRoom = used < budget.cap;
    if (hasRoom) spent.set(owner, used + 1);
    return { id: claim.id, rank, because, opens: hasRoom && !claim.unseen };
  });
};

const becauseOf = ({ arrMinor, urgency, expected }: Claim, assumed: number): RankBecause => ({
  ...{ arrMinor: arrMinor ?? assumed, arrAssumed: arrMinor === null, urgency },
  ...expected,
});

/** A whole number; as it was without verdicts while nobody judged. */
const rankOf = ({ arrMinor, urgency, precision }: RankBecause): number =>
  Math.round(arrMinor * urgency * (precision / EVEN));

const median = (values: readonly number[]): number | null =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? null;
