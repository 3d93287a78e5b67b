import { schemaToText, type SchemaJson } from '@cedar-policy/cedar-wasm/nodejs';
import { bug } from '../domain/errors.ts';
import type { PolicyInput } from './define.ts';

/**
 * The Cedar schema of proposals, from the inputs that members declare and the ids of the act tools: an agent asks to
 * do an action to an account. A rule that names another action or input is refused when the set is loaded.
 */
export const generateSchema = (
  inputs: readonly PolicyInput[],
  actions: readonly string[],
): string => {
  const answer = schemaToText(schemaJson(inputs, actions));
  if (answer.type === 'success') return answer.text;
  throw bug('policy_schema', answer.errors.map(({ message }) => message).join('; '));
};

const schemaJson = (
  inputs: readonly PolicyInput[],
  actions: readonly string[],
): SchemaJson<string> => ({
  '': {
    entityTypes: { Agent: {}, Account: {} },
    actions: Object.fromEntries(
      [...actions].sort().map((action) => [
        action,
        {
          appliesTo: {
            principalTypes: ['Agent'],
            resourceTypes: ['Account'],
            context: { type: 'Record', attributes: attributes(inputs) },
          },
        },
      ]),
    ),
  },
});

const attributes = (inputs: readonly PolicyInput[]) =>
  Object.fromEntries(
    [...inputs].sort((a, b) => (a.id < b.id ? -1 : 1)).map(({ id, type }) => [id, type]),
  );
