import { LADDER, ROLES, type Role } from '../domain/person.ts';

/** Every role of the ladder that a person with these holds: a role holds the ones before it. */
export const rolesHeld = (roles: readonly string[]): readonly Role[] =>
  LADDER.slice(0, LADDER.findLastIndex((role) => roles.includes(role)) + 1);

/** Whether somebody with `roles` holds one of `wanted`. */
export const holdsOneOf = (roles: readonly string[], wanted: readonly string[]): boolean =>
  rolesHeld(roles).some((role) => wanted.includes(role));

/** Roles of which any one suffices for every rule at once: whoever holds one of them may lift all. */
export const rolesForAll = (rules: readonly (readonly Role[])[]): readonly Role[] =>
  LADDER.filter((role) => rules.every((wanted) => holdsOneOf([role], wanted)));

export const isRole = (text: string): text is Role => (ROLES as readonly string[]).includes(text);
