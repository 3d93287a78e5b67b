import '../platform/webassembly.ts';
import {
  preparsePolicySet,
  preparseSchema,
  statefulIsAuthorized,
  type AuthorizationAnswer,
} from '@cedar-policy/cedar-wasm/nodejs';
import { bug } from '../domain/errors.ts';
import type { PolicyRequest } from './define.ts';
import type { PreparedPolicies } from './prepare.ts';

/** What Cedar says. `rules`: every forbid that applies, or when none does every permit. Any error makes it a refusal. */
export interface Answer {
  readonly allowed: boolean;
  readonly rules: readonly string[];
  readonly errors: readonly string[];
}

/** Cedar keeps what it parsed for ever and has no way to let go, but parsing under a known name replaces. */
const free = Array.from({ length: 32 }, (_, index) => `retinue-${index}`);
/** Slot by version, the one used last at the end. */
const slots = new Map<string, string>();

/** Asks Cedar. The same set and request give the same answer. */
export const evaluate = (policies: PreparedPolicies, request: PolicyRequest): Answer => {
  const slot = slotOf(policies);
  if (typeof slot !== 'string') return refusal(slot.errors);
  return read(
    statefulIsAuthorized({
      principal: { type: 'Agent', id: request.principal },
      action: { type: 'Action', id: request.action },
      resource: { type: 'Account', id: request.resource },
      context: contextOf(request),
      preparsedSchemaName: slot,
      preparsedPolicySetId: slot,
      validateRequest: true,
      entities: [],
    }),
  );
};

// What is stored is JSON; Cedar's types ask for mutable arrays, which it does not write to.
const contextOf = ({ context }: PolicyRequest) =>
  context as unknown as Parameters<typeof statefulIsAuthorized>[0]['context'];

const read = (answer: AuthorizationAnswer): Answer => {
  if (answer.type === 'failure') return refusal(answer.errors.map(({ message }) => message));
  const { decision, diagnostics } = answer.response;
  const errors = diagnostics.errors.map(({ policyId, error }) => `${policyId}: ${error.message}`);
  return {
    allowed: decision === 'allow' && errors.length === 0,
    rules: [...diagnostics.reason].sort(),
    errors,
  };
};

const refusal = (errors: readonly string[]): Answer => ({ allowed: false, rules: [], errors });

/** The name under which Cedar holds this set parsed; the set unused for longest makes room. */
const slotOf = ({
  version,
  schema,
  texts,
}: PreparedPolicies): string | { readonly errors: string[] } => {
  const slot = slots.get(version) ?? takeSlot();
  if (slots.delete(version)) return keep(version, slot);
  const answers = [
    preparseSchema(slot, schema),
    preparsePolicySet(slot, { staticPolicies: { ...texts } }),
  ];
  const errors = answers.flatMap((answer) =>
    answer.type === 'failure' ? answer.errors.map(({ message }) => message) : [],
  );
  if (errors.length === 0) return keep(version, slot);
  free.push(slot);
  return { errors };
};

/** As the one used last. */
const keep = (version: string, slot: string): string => {
  slots.set(version, slot);
  return slot;
};

const takeSlot = (): string => {
  const unused = free.pop();
  if (unused !== undefined) return unused;
  const [oldest] = slots;
  if (oldest === undefined) throw bug('policy_slots', 'no slot is free and none is used');
  slots.delete(oldest[0]);
  return oldest[1];
};
