import type { Story } from '../src/sample/define.ts';
import type { Verdict } from '../src/domain/decision.ts';

/** What the line made of one account, as far as a story speaks of it. */
export interface Outcome {
  readonly cases: readonly {
    readonly playbook: string;
    readonly status: string;
    readonly arm: string;
  }[];
  /** Verdicts by act tool, the latest of each proposal. */
  readonly verdicts: Readonly<Record<string, readonly Verdict[]>>;
}

/** What a story expected and did not get, in sentences; empty when all of it came true. */
export const judge = ({ expects }: Pick<Story, 'expects'>, outcome: Outcome): readonly string[] => [
  ...expects.opens.flatMap((playbook) => missingCase(playbook, outcome)),
  ...(expects.never ?? []).flatMap((playbook) => unwantedCase(playbook, outcome)),
  ...Object.entries(expects.verdicts ?? {}).flatMap(([tool, verdict]) =>
    wrongVerdict(tool, verdict, outcome),
  ),
  ...(expects.neverActs ?? []).flatMap((tool) => unwantedAct(tool, outcome)),
];

const missingCase = (playbook: string, { cases }: Outcome): string[] => {
  const found = cases.find((one) => one.playbook === playbook);
  if (found === undefined) return [`no case by ${playbook}`];
  if (found.status === 'waiting') return [`the case by ${playbook} waits behind the cap`];
  return found.arm === 'holdout' ? [`the case by ${playbook} is held out`] : [];
};

const unwantedCase = (playbook: string, { cases }: Outcome): string[] =>
  cases.some((one) => one.playbook === playbook) ? [`an unwanted case by ${playbook}`] : [];

const wrongVerdict = (tool: string, expected: Verdict, { verdicts }: Outcome): string[] => {
  const got = verdicts[tool] ?? [];
  return got.includes(expected)
    ? []
    : [`${tool} should ${expected}, got ${got.join(', ') || 'no proposal'}`];
};

const ACTS: readonly Verdict[] = ['permit', 'escalate', 'draft'];

const unwantedAct = (tool: string, { verdicts }: Outcome): string[] => {
  const acted = (verdicts[tool] ?? []).filter((verdict) => ACTS.includes(verdict));
  return acted.length === 0 ? [] : [`${tool} must not act, got ${acted.join(', ')}`];
};
