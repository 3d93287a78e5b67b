import type { Verdict } from '../../src/domain/decision.ts';
import type { Outcome } from '../judge.ts';
import type { Account } from './company.ts';

/** As far as a story speaks of it: its cases, and the latest verdict on each proposal, by act tool. */
export const outcomeOf = ({ cases, proposals, decisions }: Account): Outcome => {
  const latest = new Map(decisions.map(({ proposalId, verdict }) => [proposalId, verdict]));
  const verdicts: Record<string, Verdict[]> = {};
  for (const { id, tool } of proposals) {
    const verdict = latest.get(id);
    if (verdict !== undefined) (verdicts[tool] ??= []).push(verdict);
  }
  return { cases, verdicts };
};

/** What thinking took, over all rounds of an account's cases. */
export interface Thinking {
  /** Rounds about which a model was asked. */
  readonly rounds: number;
  readonly calls: number;
  /** Of the round that took the most. */
  readonly mostCalls: number;
  readonly tokens: number;
  /** Why rounds fell back to rules. */
  readonly faults: readonly string[];
}

export const thinkingOf = ({ rounds }: Pick<Account, 'rounds'>): Thinking => {
  const thoughts = rounds.flatMap(({ thought }) => (thought === null ? [] : [thought]));
  const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0);
  return {
    rounds: thoughts.length,
    calls: sum(thoughts.map(({ calls }) => calls)),
    mostCalls: Math.max(0, ...thoughts.map(({ calls }) => calls)),
    tokens: sum(thoughts.map(({ inputTokens, outputTokens }) => inputTokens + outputTokens)),
    faults: thoughts.flatMap(({ fault }) =>
      fault === null ? [] : [`${fault.fault}: ${fault.reason}`],
    ),
  };
};

/** Mandatory steps of a round that were planned and not filed. */
export const mandatoryMissing = ({ rounds, proposals }: Account): readonly string[] =>
  rounds.flatMap(({ caseId, round, plan }) =>
    plan
      .filter(({ mandatory, step }) => {
        const filed = proposals.some(
          (one) => one.caseId === caseId && one.round === round && one.step === step,
        );
        return mandatory && !filed;
      })
      .map(({ step }) => step),
  );
