import { readFileSync } from 'node:fs';
import * as cedar from '@cedar-policy/cedar-wasm/nodejs';
import { bug, inputError } from '../../domain/errors.ts';
import { ROLES, type Machine, type Principal, type Role, type Scope } from '../../domain/person.ts';
import { byId, splitPolicies, validatePolicies } from '../cedar.ts';

/** Kinds of deeds, as the actions of `policies/people.cedarschema`. */
export const RIGHTS = [
  'view',
  'ingest',
  'propose',
  'run',
  'import',
  'take_task',
  'judge_case',
  'recall',
  'suppress',
  'unsuppress',
  'approve',
  'reject',
  'edit_proposal',
  'link_accounts',
  'retract_events',
  'set_autonomy',
  'declare_guard',
  'lift_brake',
  'unmask_models',
  'manage_people',
  'manage_keys',
  'manage_webhooks',
  'apply_config',
  'verify_ledger',
  'read_ledger',
] as const;
export type Right = (typeof RIGHTS)[number];

export interface RightVerdict {
  readonly allowed: boolean;
  /** For the person who asked: the rule that allows it, or what to do. */
  readonly reason: string;
}

type Decide = (principal: Principal, right: Right) => RightVerdict;

/**
 * Loads a policy set that decides rights and hands back the question. Parsed once (a parsed call takes a twentieth of
 * the time) and checked against its schema; a set with any fault is not loaded at all. `name` tells sets apart.
 * Throws `auth.policies_invalid`.
 */
export const loadRights = (name: string, policyText: string, schema: string): Decide => {
  const { policies, faults } = splitPolicies(policyText);
  const wrong = [...faults, ...(faults.length > 0 ? [] : validatePolicies(policies, schema))];
  if (wrong.length > 0) {
    throw bug(
      'auth.policies_invalid',
      `${name}: ${wrong.map(({ message }) => message).join('; ')}`,
    );
  }
  accept(name, cedar.preparsePolicySet(name, { staticPolicies: byId(policies) }));
  accept(name, cedar.preparseSchema(name, schema));
  return (principal, right) => decide(name, principal, right);
};

const accept = (name: string, answer: cedar.CheckParseAnswer): void => {
  if (answer.type === 'success') return;
  throw bug(
    'auth.policies_invalid',
    `${name}: ${answer.errors.map(({ message }) => message).join('; ')}`,
  );
};

const decide = (name: string, principal: Principal, right: Right): RightVerdict => {
  const { allowed, rules } = ask(name, principal, right);
  if (allowed) return { allowed, reason: `allowed by ${rules.join(', ')}` };
  return { allowed, reason: refusal(name, principal, right) };
};

/** INVARIANT: a policy that fails is skipped by Cedar, forbids included; so any error at all is a refusal. */
const ask = (
  name: string,
  principal: Principal,
  right: Right,
): { readonly allowed: boolean; readonly rules: readonly string[] } => {
  const answer = cedar.statefulIsAuthorized({
    principal: uidOf(principal),
    action: { type: 'Action', id: right },
    resource: { type: 'Tenant', id: principal.tenantId },
    context: {},
    preparsedPolicySetId: name,
    preparsedSchemaName: name,
    validateRequest: true,
    entities: [entityOf(principal), ...ROLE_ENTITIES],
  });
  if (answer.type === 'failure') return { allowed: false, rules: [] };
  const { decision, diagnostics } = answer.response;
  return {
    allowed: decision === 'allow' && diagnostics.errors.length === 0,
    rules: diagnostics.reason,
  };
};

const uidOf = (principal: Principal): cedar.TypeAndId =>
  principal.kind === 'person'
    ? { type: 'Person', id: principal.id }
    : { type: 'Machine', id: principal.keyId };

const roleUid = (role: Role): cedar.TypeAndId => ({ type: 'Role', id: role });

const entityOf = (principal: Principal): cedar.EntityJson =>
  principal.kind === 'person'
    ? { uid: uidOf(principal), attrs: {}, parents: principal.roles.map(roleUid) }
    : {
        uid: uidOf(principal),
        attrs: { scopes: [...principal.scopes], trust: principal.trust },
        parents: [],
      };

/** Each role of the ladder is in the one before it; an auditor is a viewer. */
const BELOW: Readonly<Record<Role, Role | null>> = {
  viewer: null,
  auditor: 'viewer',
  operator: 'viewer',
  approver: 'operator',
  admin: 'approver',
};

const ROLE_ENTITIES: readonly cedar.EntityJson[] = ROLES.map((role) => {
  const below = BELOW[role];
  return { uid: roleUid(role), attrs: {}, parents: below === null ? [] : [roleUid(below)] };
});

const refusal = (name: string, principal: Principal, right: Right): string => {
  if (principal.kind === 'machine') return machineRefusal(principal, right);
  const role = ROLES.find((one) => ask(name, { ...principal, roles: [one] }, right).allowed);
  const roles = principal.roles.join(', ') || 'nobody any more';
  const way =
    role === undefined ? 'nobody may' : `it takes the role ${role}, which an admin can give`;
  return `${principal.name} is ${roles} and may not ${words(right)}: ${way}`;
};

const machineRefusal = ({ name }: Machine, right: Right): string => {
  const scope = SCOPE_OF[right];
  const way =
    scope === undefined
      ? 'only a person may, who signs in with `retinue login`'
      : `it takes a server key with the scope ${scope}`;
  return `the API key \`${name}\` may not ${words(right)}: ${way}`;
};

/** For messages only: the policies decide. */
const SCOPE_OF: Partial<Record<Right, Scope>> = {
  view: 'read',
  ingest: 'ingest',
  propose: 'propose',
};

const words = (right: Right): string => right.replaceAll('_', ' ');

const textOf = (file: string): string =>
  readFileSync(new URL(`../../policies/${file}`, import.meta.url), 'utf8');

const packaged = loadRights('people', textOf('people.cedar'), textOf('people.cedarschema'));

/** Whether a principal may do a kind of deed in its own tenant, by `policies/people.cedar`. Default deny. */
export const mayPerson = (principal: Principal, right: Right): RightVerdict =>
  packaged(principal, right);

/** Throws `auth.not_allowed` with the reason unless the principal may. */
export const requireRight = (principal: Principal, right: Right): void => {
  const { allowed, reason } = mayPerson(principal, right);
  if (!allowed) throw inputError('auth.not_allowed', reason, { right });
};
