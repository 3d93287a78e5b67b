import type { Expr } from '@cedar-policy/cedar-wasm/nodejs';
import { policyToJson, policyToText } from '@cedar-policy/cedar-wasm/nodejs';
import { bug } from '../domain/errors.ts';
import { isReadOnly, type Role } from '../domain/person.ts';
import type { NamedPolicy } from '../platform/cedar.ts';
import { isRole } from './roles.ts';

/** What a decision needs to know of a policy besides Cedar's answer; all of it from the annotations. */
export interface Rule {
  readonly id: string;
  readonly effect: 'permit' | 'forbid';
  /** For people, with `{placeholders}`. */
  readonly reason: string;
  /** Who may lift it, any one of the roles; `null`: nobody. */
  readonly approvers: readonly Role[] | null;
  readonly quorum: number;
}

/** More people than this for one action is a typing error, not a rule. */
const LARGEST_QUORUM = 9;

export const readRule = ({ id, effect, annotations }: NamedPolicy): Rule => ({
  id,
  effect,
  reason: annotations['reason'] ?? id,
  approvers: approversOf(annotations)?.filter(isRole) ?? null,
  quorum: Number(annotations['quorum'] ?? '1'),
});

const approversOf = (annotations: NamedPolicy['annotations']): string[] | null =>
  annotations['approver']?.split(',').map((role) => role.trim()) ?? null;

/** What is wrong with a policy's annotations, for its author. */
export const ruleFaults = ({ id, effect, annotations }: NamedPolicy): string[] => {
  const faults: string[] = [];
  if (annotations['id'] === undefined)
    faults.push(`\`${id}\` has no @id: give it a name that decisions can cite`);
  if (annotations['reason'] === undefined)
    faults.push(`\`${id}\` has no @reason: say in a sentence why`);
  return [...faults, ...liftFaults(id, effect, annotations)];
};

const liftFaults = (
  id: string,
  effect: NamedPolicy['effect'],
  annotations: NamedPolicy['annotations'],
): string[] => {
  const approvers = approversOf(annotations);
  const quorum = annotations['quorum'];
  if (approvers === null) {
    return quorum === undefined ? [] : [`\`${id}\` has a @quorum and no @approver: name the roles`];
  }
  const faults = approvers
    .filter((role) => !isRole(role) || isReadOnly(role))
    .map((role) => `\`${id}\` names \`${role}\` in @approver: use operator, approver or admin`);
  if (effect === 'permit')
    faults.push(`\`${id}\` is a permit: only a forbid can have an @approver`);
  if (quorum !== undefined && !(/^[1-9]$/.test(quorum) && Number(quorum) <= LARGEST_QUORUM)) {
    faults.push(
      `\`${id}\` has the @quorum \`${quorum}\`: write a number from 1 to ${LARGEST_QUORUM}`,
    );
  }
  return faults;
};

/**
 * Adds to a liftable forbid the clause that lifts it: `unless` enough people approved, each with one of the roles.
 * Added here and not written by authors, so that what a rule announces and what lifts it cannot differ.
 */
export const withLift = (policy: NamedPolicy): NamedPolicy => {
  const { approvers, quorum } = readRule(policy);
  if (approvers === null) return policy;
  const parsed = policyToJson(policy.text);
  if (parsed.type === 'failure')
    throw bug('policy_parse', `\`${policy.id}\` parsed once and not again`);
  const conditions = [
    ...parsed.json.conditions,
    { kind: 'unless' as const, body: lifted(approvers, quorum) },
  ];
  const written = policyToText({ ...parsed.json, conditions });
  if (written.type === 'failure')
    throw bug('policy_text', `\`${policy.id}\` cannot be written back`);
  return { ...policy, text: written.text };
};

const lifted = (approvers: readonly Role[], quorum: number): Expr => ({
  '&&': {
    left: { '>=': { left: approval('count'), right: { Value: quorum } } },
    right: {
      containsAny: {
        left: approval('roles'),
        right: { Set: approvers.map((role) => ({ Value: role })) },
      },
    },
  },
});

const approval = (attr: string): Expr => ({
  '.': { left: { '.': { left: { Var: 'context' }, attr: 'approval' } }, attr },
});
