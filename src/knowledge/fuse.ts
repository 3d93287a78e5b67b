/**
 * Reciprocal rank fusion (Cormack, Clarke, Büttcher 2009): an id scores Σ 1 / (k + rank) over the lists that hold it,
 * rank 1 for the first. Ids by score, the best first; ties in the order of the first list. Pure.
 */
export const fuse = (
  lists: readonly (readonly string[])[],
  k: number = SMOOTHING,
): { readonly id: string; readonly score: number }[] => {
  const scores = new Map<string, number>();
  for (const list of lists) {
    list.forEach((id, place) => {
      scores.set(id, (scores.get(id) ?? 0) + 1 / (k + place + 1));
    });
  }
  return [...scores].map(([id, score]) => ({ id, score })).sort((a, b) => b.score - a.score);
};

/** Sixty is the paper's; ten, which trusts the first places more, measured better here (docs/decisions/0014). */
const SMOOTHING = 10;
