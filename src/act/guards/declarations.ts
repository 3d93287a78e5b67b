import { inputError } from '../../domain/errors.ts';
import type { Principal } from '../../domain/person.ts';
import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { requirePerson } from '../approvals/require-person.ts';
import { record } from '../ledger/ledger.ts';
import { insertDeclaration, selectDeclarations } from './declaration-store.ts';
import type { Declaration, Declarations } from './define.ts';
import { GUARD_DEFINITIONS } from './definitions.ts';

/** The declaration in force of each guard that anyone declared. */
export const guardDeclarations = async (tx: TenantTx): Promise<Declarations> =>
  Object.fromEntries((await selectDeclarations(tx)).reverse().map((entry) => [entry.guard, entry]));

/** Every declaration ever made, newest first. */
export const listDeclarations = (tx: TenantTx): Promise<Declaration[]> => selectDeclarations(tx);

/**
 * An admin's recorded word that a guard has no input in this house (`applicable: false`), or that it has one after all.
 * A guard whose input is there is not touched by it. Throws `auth.not_allowed`, `guard_not_found`, `reason_required`.
 */
export const declareGuard = async (
  tx: TenantTx,
  input: {
    readonly guard: string;
    readonly applicable: boolean;
    readonly reason: string;
    readonly person: Principal;
    readonly now: Instant;
  },
): Promise<Declaration> => {
  const person = requirePerson(tx, input.person, 'declare_guard');
  const ids = GUARD_DEFINITIONS.map(({ id }) => id);
  if (!ids.includes(input.guard)) {
    throw inputError(
      'guard_not_found',
      `there is no guard \`${input.guard}\`: use ${ids.join(', ')}`,
    );
  }
  const reason = input.reason.trim();
  if (reason === '')
    throw inputError('reason_required', 'say in a sentence why the guard does or does not apply');
  const { guard, applicable, now } = input;
  const entry = { guard, applicable, reason, personId: person.id, at: now };
  await insertDeclaration(tx, entry);
  await record(tx, {
    world: 'live',
    kind: 'guard',
    subjects: { personId: person.id },
    body: { guard, applicable, reason },
    at: now,
  });
  return entry;
};
