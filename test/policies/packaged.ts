import { loadPackagedPolicies } from '../../src/policies/load.ts';
import { decide, type Eligible, type PolicyOutcome } from '../../src/policies/decide.ts';
import type { PolicyQuestion } from '../../src/policies/define.ts';
import { preparePolicies, type PreparedPolicies } from '../../src/policies/prepare.ts';
import { policyRequest, policyWords } from '../../src/policies/request.ts';

export const ACTIONS = ['offer_seats', 'offer_save_discount', 'send_template', 'open_task'];

export const packaged = await loadPackagedPolicies();

export const ours = preparePolicies(packaged, { tenantFiles: {}, actions: ACTIONS });

export const TWO_APPROVERS: readonly Eligible[] = [{ roles: ['approver'] }, { roles: ['admin'] }];

export const ask = (
  question: PolicyQuestion,
  policies: PreparedPolicies = ours,
  eligible: readonly Eligible[] = TWO_APPROVERS,
): PolicyOutcome =>
  decide(policies, policyRequest(packaged.inputs, question), {
    eligible,
    words: () => policyWords(packaged.inputs, question),
  });

export const rulesOf = (outcome: PolicyOutcome): string[] =>
  outcome.reasons.map(({ rule }) => rule);

/** The packaged texts with one policy taken out. */
export const without = (id: string): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(packaged.files).map(([file, text]) => [file, cut(text, id)]));

const cut = (text: string, id: string): string => {
  const start = text.indexOf(`@id("${id}")`);
  return start < 0 ? text : text.slice(0, start) + text.slice(text.indexOf(';\n', start) + 2);
};
