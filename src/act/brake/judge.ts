import type { BrakeRules } from '../../domain/tenant.ts';
import type { Moves } from '../../sense/figures.ts';

/** An input that is suspected, by how much of what rests on it moved. */
export type Suspect = {
  /** A metric, a kind of record, or `configuration`. */
  readonly input: string;
  /** Share of its facts that moved, in basis points. */
  readonly share: number;
  /** Of them: share that is no longer known. */
  readonly lost: number;
  readonly facts: readonly string[];
};

/** Why the brake comes on. */
export type BrakeFinding = {
  readonly accounts: number;
  readonly tierChanged: number;
  /** Basis points of the accounts, and of the facts. */
  readonly tierShare: number;
  readonly factShare: number;
  readonly because: readonly ('tiers' | 'facts')[];
  readonly suspects: readonly Suspect[];
};

/** What is known of a signal here. */
export interface KnownSignal {
  readonly id: string;
  readonly needs: readonly string[];
}

const WHOLE = 10_000;
const share = (part: number, all: number): number =>
  all === 0 ? 0 : Math.floor((part * WHOLE) / all);

/** Whether so much moved in one run that an input is suspected; `null` when not. Pure. */
export const judgeMoves = (
  moves: Moves,
  rules: BrakeRules,
  signals: readonly KnownSignal[],
): BrakeFinding | null => {
  const counts = [...moves.facts.values()];
  const moved = counts.reduce((sum, count) => sum + count.moved, 0);
  const compared = counts.reduce((sum, count) => sum + count.compared, 0);
  const most = counts.reduce((highest, count) => Math.max(highest, count.moved), 0);
  const tierShare = share(moves.tierChanged, moves.accounts);
  const factShare = share(moved, compared);
  const because = [
    ...(moves.tierChanged >= rules.minAccounts && tierShare > rules.tiers
      ? ['tiers' as const]
      : []),
    ...(most >= rules.minAccounts && factShare > rules.facts ? ['facts' as const] : []),
  ];
  if (because.length === 0) return null;
  const { accounts, tierChanged } = moves;
  const suspects = suspectsOf(moves, signals);
  return { accounts, tierChanged, tierShare, factShare, because, suspects };
};

const MOST_SUSPECTS = 3;

/**
 * Inputs by the share of what rests on them that moved, the narrowest evidence first: a fact that needs one input says
 * more of it than one that needs six.
 */
const suspectsOf = (moves: Moves, signals: readonly KnownSignal[]): readonly Suspect[] => {
  const inputs = [...new Set(signals.flatMap(({ needs }) => needs))];
  const found = inputs.flatMap((input) => suspect(input, moves, signals) ?? []);
  const worst = found.toSorted((a, b) => b.share - a.share || b.facts.length - a.facts.length);
  const [first] = worst;
  const reconfigured = share(moves.reconfigured, moves.accounts);
  const named =
    first === undefined
      ? []
      : worst.filter((one) => one.share * 2 >= first.share).slice(0, MOST_SUSPECTS);
  return reconfigured * 2 < WHOLE
    ? named
    : [{ input: 'configuration', share: reconfigured, lost: 0, facts: [] }, ...named];
};

const suspect = (
  input: string,
  { facts }: Moves,
  signals: readonly KnownSignal[],
): Suspect | null => {
  const resting = signals.filter(({ id, needs }) => needs.includes(input) && facts.has(id));
  const narrowest = Math.min(...resting.map(({ needs }) => needs.length));
  const telling = resting.filter(({ needs }) => needs.length === narrowest).map(({ id }) => id);
  const counts = telling.flatMap((id) => facts.get(id) ?? []);
  const total = (pick: (count: (typeof counts)[number]) => number) =>
    counts.reduce((sum, count) => sum + pick(count), 0);
  const compared = total((count) => count.compared);
  const moved = total((count) => count.moved);
  return moved === 0
    ? null
    : {
        input,
        share: share(moved, compared),
        lost: share(
          total((count) => count.lost),
          compared,
        ),
        facts: telling.filter((id) => (facts.get(id)?.moved ?? 0) > 0),
      };
};

const percent = (basisPoints: number): string => `${Math.round(basisPoints / 100)} %`;

/** One sentence for people: what moved, and which input is suspected. */
export const describeFinding = (finding: BrakeFinding): string => {
  const moved = [
    ...(finding.because.includes('tiers')
      ? [
          `${finding.tierChanged} of ${finding.accounts} accounts changed their tier (${percent(finding.tierShare)})`,
        ]
      : []),
    ...(finding.because.includes('facts')
      ? [`${percent(finding.factShare)} of all facts of ${finding.accounts} accounts moved`]
      : []),
  ].join(', and ');
  const [first, ...others] = finding.suspects;
  if (first === undefined) return `${moved} in one run; no input stands out`;
  const also =
    others.length === 0 ? '' : `, then ${others.map(({ input }) => `\`${input}\``).join(', ')}`;
  return `${moved} in one run; suspected: ${describeSuspect(first)}${also}`;
};

/** ``\`logins\` (98 % of what rests on it moved: login_trend, active_days)``. */
export const describeSuspect = ({ input, share: part, lost, facts }: Suspect): string => {
  if (input === 'configuration') return 'the configuration, which changed since';
  const gone = lost === 0 ? '' : `, ${percent(lost)} is no longer known`;
  return `\`${input}\` (${percent(part)} of what rests on it moved: ${facts.join(', ')}${gone})`;
};
