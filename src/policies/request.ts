import type { PolicyInput, PolicyQuestion, PolicyRequest } from './define.ts';

/** Works out what Cedar is asked about one proposal. */
export const policyRequest = (
  inputs: readonly PolicyInput[],
  question: PolicyQuestion,
): PolicyRequest => ({
  principal: question.proposal.agent,
  action: question.tool.id,
  resource: question.proposal.accountId,
  context: Object.fromEntries(inputs.map((input) => [input.id, input.read(question)])),
});

/** The words that fill the placeholders of reasons. */
export const policyWords = (
  inputs: readonly PolicyInput[],
  question: PolicyQuestion,
): Readonly<Record<string, string>> =>
  Object.assign({}, ...inputs.map((input) => input.words?.(question) ?? {})) as Record<
    string,
    string
  >;
