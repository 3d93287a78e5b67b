import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';

/** What somebody saw of a release before it was let in: the kinds of decision that would let more through. */
export interface Review {
  readonly release: number;
  /** Hash of the rest. */
  readonly id: string;
  readonly beforeRelease: number | null;
  readonly configVersion: number;
  readonly kinds: readonly string[];
}

/** Keeps a review once; the same look at the same release is the same review. */
export const keepReview = async (
  tx: TenantTx,
  review: Review,
  { by, now }: { readonly by: string; readonly now: Instant },
): Promise<void> => {
  await tx.query(
    `insert into release_reviews (tenant_id, release, review, before_release, config_version, kinds, reviewed_at,
       reviewed_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing`,
    [
      ...[tx.tenantId, review.release, review.id, review.beforeRelease, review.configVersion],
      ...[review.kinds, now, by],
    ],
  );
};

/** Returns false when the person has voted on it already. */
export const keepVote = async (
  tx: TenantTx,
  { release, id }: Pick<Review, 'release' | 'id'>,
  { by, now }: { readonly by: string; readonly now: Instant },
): Promise<boolean> => {
  const rows = await tx.query(
    `insert into release_votes (tenant_id, release, review, person_id, voted_at) values ($1, $2, $3, $4, $5)
     on conflict do nothing returning person_id`,
    [tx.tenantId, release, id, by, now],
  );
  return rows.length > 0;
};

export const votersOf = async (
  tx: TenantTx,
  { release, id }: Pick<Review, 'release' | 'id'>,
): Promise<string[]> => {
  const rows = await tx.query<{ person_id: string }>(
    'select person_id from release_votes where release = $1 and review = $2 order by voted_at, person_id',
    [release, id],
  );
  return rows.map((row) => row.person_id);
};
