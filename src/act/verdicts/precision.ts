/** How often people found cases right, by their last words on them. */
export interface Judged {
  readonly right: number;
  readonly known: number;
  readonly wrong: number;
  readonly snoozed: number;
}

/** How often a playbook was right, or a reason of its cases. */
export interface Precision extends Judged {
  /** (right + known) ÷ (right + known + wrong), in basis points; `null` while nobody judged. */
  readonly precision: number | null;
}

/** What was known already was seen rightly, too; a snooze says nothing of that. Pure. */
export const withPrecision = <T extends Judged>(counts: T): T & Precision => {
  const { agreed, judged } = tally(counts);
  return {
    ...counts,
    precision: judged === 0 ? null : Math.round((agreed * WHOLE) / judged),
  };
};

const WHOLE = 10_000;

/** Of cases that nobody judged, half are taken to be right. */
export const EVEN = 5_000;

/** As many verdicts as it takes to weigh as much as what was assumed before them. */
const PRIOR_VERDICTS = 10;

/** What is to be expected of a case, and from how many verdicts. */
export interface Expected {
  /** In basis points; `EVEN` while nobody judged. */
  readonly precision: number;
  /** Of `judged` cases of the playbook, so many were right or known. */
  readonly agreed: number;
  readonly judged: number;
}

/**
 * How often a case with these reasons is right: (right + known + 10 × prior) ÷ (judged + 10), a Beta prior worth ten
 * verdicts, so that few verdicts move little. The prior of a playbook is one half, that of a reason its playbook's
 * figure; of several reasons the mean holds. Pure.
 */
export const expectedOf = (
  playbook: Judged | undefined,
  reasons: readonly (Judged | undefined)[],
): Expected => {
  const all = tally(playbook);
  const prior = shrunk(all, EVEN);
  const each = reasons.map((reason) => shrunk(tally(reason), prior));
  const mean = each.reduce((sum, figure) => sum + figure, 0) / each.length;
  return { ...all, precision: Math.round(each.length === 0 ? prior : mean) };
};

const tally = (counts: Judged | undefined): { agreed: number; judged: number } => {
  const agreed = (counts?.right ?? 0) + (counts?.known ?? 0);
  return { agreed, judged: agreed + (counts?.wrong ?? 0) };
};

const shrunk = (
  { agreed, judged }: { readonly agreed: number; readonly judged: number },
  prior: number,
): number => (agreed * WHOLE + PRIOR_VERDICTS * prior) / (judged + PRIOR_VERDICTS);
