import type { AccountView } from '../account-view.ts';
import contact, { type ContactState } from '../state/contact.ts';
import type { Held } from '../state/define.ts';
import { unknown, type Reading } from './define.ts';
import { fromRecords } from './entity-reading.ts';

export type Role = ContactState['role'];

/** Contacts of the account who have not left. */
export const presentContacts = (view: AccountView): readonly Held<ContactState>[] =>
  view.current(contact).filter(({ data }) => data.left !== true);

/** The first contact who holds the first of these roles that anybody holds; ids, never names or addresses. */
export const contactInRole = (view: AccountView, roles: readonly Role[]): Reading<string> => {
  const present = presentContacts(view);
  const found = roles.flatMap((role) => present.filter(({ data }) => data.role === role)).at(0);
  return found === undefined
    ? unknown(`no contact is known as ${roles.join(' or ').replaceAll('_', ' ')}`)
    : fromRecords(found.data.contactId, [found]);
};
