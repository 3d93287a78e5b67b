/** Roles, each holding every right of the ones before it; Cedar decides what a right is. */
export const LADDER = ['viewer', 'operator', 'approver', 'admin'] as const;

/** An `auditor` stands beside the ladder: sees everything that was done, and does nothing. */
export const ROLES = ['viewer', 'auditor', 'operator', 'approver', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Roles of who only looks. */
export const isReadOnly = (role: Role): boolean => role === 'viewer' || role === 'auditor';

/** A signed-in person. Only a person decides; a machine key never does. */
export interface Person {
  readonly kind: 'person';
  readonly id: string;
  readonly tenantId: string;
  readonly name: string;
  readonly email: string;
  readonly roles: readonly Role[];
}

export const SCOPES = ['ingest', 'read', 'propose'] as const;
export type Scope = (typeof SCOPES)[number];

/** A machine: an API key with scopes and, for write keys, a trust. */
export interface Machine {
  readonly kind: 'machine';
  readonly keyId: string;
  readonly tenantId: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly trust: 'client' | 'server';
}

export type Principal = Person | Machine;
