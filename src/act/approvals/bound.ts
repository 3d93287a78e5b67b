import type { Facts } from '../../domain/fact.ts';
import { canonicalJson, type Json } from '../../domain/json.ts';
import { rolesHeld } from '../../policies/roles.ts';
import type { ApprovalGiven } from '../../policies/define.ts';
import type { Person } from '../../domain/person.ts';
import type { Playbook } from '../../playbooks/define.ts';
import type { Approval, BoundFact } from './approval.ts';

/** The facts that a playbook relies on, as they stand: what an approval asked for now binds to. Pure. */
export const bindFacts = (
  reliesOn: Playbook['reliesOn'],
  facts: Facts,
): Readonly<Record<string, BoundFact>> =>
  Object.fromEntries(
    Object.entries(reliesOn).map(([id, tolerance]) => [
      id,
      { value: valueOf(facts, id), tolerance },
    ]),
  );

/** Bound facts that have moved further than they may, each in a sentence; none when the approval still stands. Pure. */
export const movedFacts = (bound: Approval['bound'], facts: Facts): readonly string[] =>
  Object.entries(bound)
    .filter(([id, fact]) => hasMoved(fact, valueOf(facts, id)))
    .map(([id, { value }]) => `${id} was ${show(value)} and is ${show(valueOf(facts, id))}`);

const valueOf = (facts: Facts, id: string): Json =>
  (Object.hasOwn(facts, id) ? facts[id]?.value : undefined) ?? null;

const hasMoved = ({ value, tolerance }: BoundFact, now: Json): boolean => {
  if (typeof tolerance === 'number' && typeof value === 'number' && typeof now === 'number') {
    return Math.abs(now - value) > tolerance;
  }
  return canonicalJson(value) !== canonicalJson(now);
};

const show = (value: Json): string => (value === null ? 'unknown' : canonicalJson(value));

/**
 * What the policy is told of an approval: how many people said yes who are still here, and the roles that each of them
 * held then and holds now.
 */
export const givenBy = (
  votes: Approval['votes'],
  people: readonly Pick<Person, 'id' | 'roles'>[],
): ApprovalGiven => {
  const held = votes
    .filter(({ vote }) => vote === 'approve')
    .flatMap(({ personId, roles }) => {
      const person = people.find(({ id }) => id === personId);
      if (person === undefined) return [];
      const now = rolesHeld(person.roles);
      return [rolesHeld(roles).filter((role) => now.includes(role))];
    });
  const [first = [], ...others] = held;
  return {
    count: held.length,
    roles: first.filter((role) => others.every((roles) => roles.includes(role))),
  };
};
