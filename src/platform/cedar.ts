import './webassembly.ts';
import * as cedar from '@cedar-policy/cedar-wasm/nodejs';

/** One Cedar policy of a text, under its own name. */
export interface NamedPolicy {
  /** From its `@id` annotation, or `policy0` … where it has none. */
  readonly id: string;
  readonly effect: 'permit' | 'forbid';
  readonly annotations: Readonly<Record<string, string>>;
  readonly text: string;
}

export interface CedarFault {
  readonly line: number | null;
  readonly message: string;
}

/**
 * Splits a policy text into named policies. Cedar itself names them by their place, which would put `policy7` into
 * every recorded reason; `@id("…")` gives a name that survives an edit. Faults come back as data.
 */
export const splitPolicies = (
  text: string,
): { readonly policies: readonly NamedPolicy[]; readonly faults: readonly CedarFault[] } => {
  const parts = cedar.policySetTextToParts(text);
  if (parts.type === 'failure') return { policies: [], faults: faultsOf(text, parts.errors) };
  const read = parts.policies.map((policy, index) => named(policy, `policy${index}`));
  const policies = read.filter((policy) => 'id' in policy);
  const faults = [
    ...read.filter((policy) => 'message' in policy),
    ...parts.policy_templates.map(() => ({
      line: null,
      message: 'a policy template cannot be used here: write the principal and the resource out',
    })),
    // INVARIANT: policies are kept by id, so a second one of a name would silently replace the first.
    ...repeated(policies.map(({ id }) => id)).map((id) => ({
      line: null,
      message: `two policies are called \`${id}\`: give each its own @id`,
    })),
  ];
  return { policies, faults };
};

const named = (text: string, fallback: string): NamedPolicy | CedarFault => {
  const parsed = cedar.policyToJson(text);
  if (parsed.type === 'failure') {
    return { line: null, message: parsed.errors.map(sentence).join('; ') };
  }
  const annotations = parsed.json.annotations ?? {};
  return { id: annotations['id'] ?? fallback, effect: parsed.json.effect, annotations, text };
};

const repeated = (names: readonly string[]): string[] => [
  ...new Set(names.filter((name, index) => names.indexOf(name) !== index)),
];

/** What a schema finds wrong with policies: unknown actions and attributes, comparisons that can never hold. */
export const validatePolicies = (
  policies: readonly NamedPolicy[],
  schema: string,
): readonly CedarFault[] => {
  const answer = cedar.validate({ schema, policies: { staticPolicies: byId(policies) } });
  if (answer.type === 'failure') return faultsOf('', answer.errors);
  return [...answer.validationErrors, ...answer.validationWarnings].map(({ error }) => ({
    line: null,
    message: sentence(error),
  }));
};

/** Policies as Cedar takes them, so that its diagnostics speak of our names. */
export const byId = (policies: readonly NamedPolicy[]): Record<string, string> =>
  Object.fromEntries(policies.map(({ id, text }) => [id, text]));

const faultsOf = (text: string, errors: readonly cedar.DetailedError[]): CedarFault[] =>
  errors.map((error) => ({ line: lineOf(text, error), message: sentence(error) }));

const lineOf = (text: string, { sourceLocations }: cedar.DetailedError): number | null => {
  const start = sourceLocations?.[0]?.start;
  // Cedar counts bytes.
  return start === undefined
    ? null
    : Buffer.from(text).subarray(0, start).toString().split('\n').length;
};

const sentence = ({ message, help, sourceLocations }: cedar.DetailedError): string =>
  [message, sourceLocations?.[0]?.label, help]
    .filter((part) => typeof part === 'string')
    .join('; ');
