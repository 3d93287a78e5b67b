import { daysBetween, type Day } from '../../domain/time.ts';
import type { AccountView } from '../account-view.ts';
import contact from '../state/contact.ts';
import { defineSignal, unknown } from './define.ts';
import { fromRecords } from './entity-reading.ts';
import { dayOf } from './freshness.ts';

type Left = { readonly contactId: string; readonly role: string; readonly on: Day };

const DAYS = 90;

export default defineSignal<readonly Left[]>({
  id: 'contact_left',
  title: 'Contacts who left',
  formula: 'Contacts known to have left within the last 90 days, and since when that is known',
  unit: 'contacts',
  needs: ['contact'],
  read: (view) => {
    const held = view.current(contact);
    if (held.length === 0) return unknown('no contact is known');
    const value = held
      .filter(({ data }) => data.left === true)
      .map(({ key, data }) => ({
        contactId: data.contactId,
        role: data.role,
        on: leftOn(view, key),
      }))
      .filter(({ on }) => daysBetween(on, view.today) < DAYS);
    return fromRecords(value, held);
  },
});

/** The first day of the unbroken time in which the contact is known to have left. */
const leftOn = (view: AccountView, key: string): Day => {
  const versions = view.history(contact).filter((version) => version.key === key);
  const lastPresent = versions.findLastIndex(({ data }) => data.left !== true);
  const since = versions[lastPresent + 1];
  return since === undefined ? view.today : dayOf(view.zone, since.validFrom);
};
