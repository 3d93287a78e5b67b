import type { AskedOf, Look } from './define.ts';
import { wordsOf } from './match-accounts.ts';
import { plainly } from './question.ts';
import accountContacts from './tools/account-contacts.ts';

/** Who decides about terms, the likeliest first. */
export const BUYERS = ['budget owner', 'champion', 'admin', 'executive'];

export type ContactMeant = { readonly contactId: string } | { readonly unclear: string };

/**
 * The contact whose id is given, or whom a wish names, or the likeliest by role. An id of somebody else's, two of one
 * name, or nobody on record, is said.
 */
export const contactMeant = async (
  asked: AskedOf,
  look: Look,
  {
    contactId,
    roles = BUYERS,
  }: { readonly contactId?: string | null | undefined; readonly roles?: readonly string[] } = {},
): Promise<ContactMeant> => {
  const { contacts } = await look(accountContacts, { accountId: asked.account.accountId });
  if (typeof contactId === 'string') {
    return contacts.some((each) => each.contactId === contactId)
      ? { contactId }
      : { unclear: `to whom at ${asked.account.name}? They have no contact \`${contactId}\`.` };
  }
  const words = new Set(wordsOf(asked.question.text));
  const named = contacts.filter(({ name }) =>
    plainly(name)
      .split(' ')
      .some((part) => part.length > 2 && words.has(part)),
  );
  const full = named.filter(({ name }) => plainly(asked.question.text).includes(plainly(name)));
  const [one, ...others] = full.length === 1 ? full : named;
  if (one !== undefined && others.length > 0) {
    return {
      unclear: `which of ${named.map(({ name, role }) => `${name} (${role})`).join(' and ')}?`,
    };
  }
  if (one !== undefined) return { contactId: one.contactId };
  const likely = roles.map((role) => contacts.find((each) => each.role === role)).find(Boolean);
  return likely === undefined
    ? {
        unclear:
          'nobody is on record there to write to; add a contact in the system that owns contacts',
      }
    : { contactId: likely.contactId };
};
