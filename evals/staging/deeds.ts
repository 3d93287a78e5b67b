import { canonicalJson } from '../../src/domain/json.ts';
import type { Account } from './company.ts';

/** What was asked for and what was decided on it, comparably: without ids, times and who thought of it. */
export const deedsOf = ({ cases, proposals, decisions, outbox }: Account): readonly string[] => {
  const latest = new Map(decisions.map(({ proposalId, verdict }) => [proposalId, verdict]));
  return proposals
    .map(({ id, caseId, step, tool, args }) => {
      const playbook = cases.find((one) => one.id === caseId)?.playbook ?? '?';
      const acts = outbox.filter(({ proposalId }) => proposalId === id).map(({ port }) => port);
      return `${playbook}/${step ?? '-'}: ${tool} ${canonicalJson(args)} → ${latest.get(id) ?? 'undecided'}${acts.length === 0 ? '' : `, by ${acts.join(', ')}`}`;
    })
    .toSorted();
};

/** In sentences, what one list has and the other has not. */
export const differences = (
  got: readonly string[],
  wanted: readonly string[],
): readonly string[] => [
  ...missingFrom(got, wanted).map((deed) => `rules would have done it, and it was not: ${deed}`),
  ...missingFrom(wanted, got).map((deed) => `rules would not have done it: ${deed}`),
];

const missingFrom = (has: readonly string[], wanted: readonly string[]): readonly string[] => {
  const left = [...has];
  return wanted.filter((deed) => {
    const at = left.indexOf(deed);
    if (at < 0) return true;
    left.splice(at, 1);
    return false;
  });
};
