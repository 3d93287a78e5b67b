import { randomUUID } from 'node:crypto';
import { LIVE } from '../../domain/case.ts';
import { inputError } from '../../domain/errors.ts';
import type { Principal } from '../../domain/person.ts';
import type { Instant } from '../../domain/time.ts';
import {
  approveUnmasking,
  endUnmasking,
  insertUnmasking,
  openUnmaskings,
  type UnmaskedWhat,
  type Unmasking,
} from '../../language-models/unmasking-store.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { requirePerson } from '../approvals/require-person.ts';
import { record } from '../ledger/ledger.ts';

interface Deciding {
  readonly what: UnmaskedWhat;
  readonly person: Principal;
  readonly now: Instant;
}

/** What may be let out, in words. */
export const WHAT_TEXT: Readonly<Record<UnmaskedWhat, string>> = {
  names: 'names, companies, e-mail addresses, phone numbers and postal addresses',
  texts: 'what customers wrote',
};

/**
 * One person's wish that something leaves for models as it is; it does nothing until another agrees. Throws
 * `auth.not_allowed` or `unmasking.open`.
 */
export const proposeUnmasking = async (
  tx: TenantTx,
  { what, person, now, reason }: Deciding & { readonly reason: string },
): Promise<Unmasking> => {
  const { id: proposedBy } = requirePerson(tx, person, 'unmask_models');
  const wish = { id: randomUUID(), what, reason, proposedBy, proposedAt: now };
  const made = await insertUnmasking(tx, wish);
  if (made === null)
    throw inputError(
      'unmasking.open',
      `${WHAT_TEXT[what]}: proposed or let out already; see \`retinue models\``,
    );
  return noted(tx, made, proposedBy, now);
};

/** Throws `auth.not_allowed`, `unmasking.not_proposed`, `unmasking.second_person`. */
export const agreeToUnmasking = async (
  tx: TenantTx,
  { what, person, now }: Deciding,
): Promise<Unmasking> => {
  const { id: by } = requirePerson(tx, person, 'unmask_models');
  const made = await approveUnmasking(tx, what, { by, at: now });
  if (made !== null) return noted(tx, made, by, now);
  const open = (await openUnmaskings(tx)).find((one) => one.what === what);
  throw open?.status === 'proposed'
    ? inputError('unmasking.second_person', 'somebody else has to agree: you proposed it yourself')
    : inputError(
        'unmasking.not_proposed',
        `nobody proposed it: \`retinue models unmask ${what} --reason "…"\` does`,
      );
};

/** Any one person masks again, or takes a proposal back. Throws `auth.not_allowed`, `unmasking.not_open`. */
export const maskAgain = async (
  tx: TenantTx,
  { what, person, now }: Deciding,
): Promise<Unmasking> => {
  const { id: by } = requirePerson(tx, person, 'unmask_models');
  const made = await endUnmasking(tx, what, { by, at: now });
  if (made === null)
    throw inputError(
      'unmasking.not_open',
      `${WHAT_TEXT[what]}: masked already, and nobody proposed otherwise`,
    );
  return noted(tx, made, by, now);
};

const noted = async (
  tx: TenantTx,
  unmasking: Unmasking,
  by: string,
  at: Instant,
): Promise<Unmasking> => {
  const { what, status, reason, proposedBy } = unmasking;
  await record(tx, {
    world: LIVE.id,
    kind: 'models.unmasking',
    subjects: {},
    body: { what, status, reason, proposedBy, by },
    at,
  });
  return unmasking;
};
