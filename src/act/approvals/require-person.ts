import { inputError } from '../../domain/errors.ts';
import type { Person, Principal } from '../../domain/person.ts';
import { requireRight, type Right } from '../../platform/auth/rights.ts';
import type { TenantTx } from '../../platform/db/database.ts';

/**
 * The signed-in person behind a deciding act, in the very tenant that it is about. A machine never decides, whatever
 * rights anyone gave it. Throws `auth.not_allowed`.
 */
export const requirePerson = (tx: TenantTx, principal: Principal, right: Right): Person => {
  requireRight(principal, right);
  if (principal.kind !== 'person' || principal.tenantId !== tx.tenantId) {
    throw inputError(
      'auth.not_allowed',
      'only a person of this tenant may decide, who signs in with `retinue login`',
    );
  }
  return principal;
};
