import { defineSignal, unknown } from './define.ts';
import { presentContacts } from './contacts-in-role.ts';
import { fromRecords } from './entity-reading.ts';

type ContactsByRole = Readonly<Record<string, readonly string[]>>;

export default defineSignal<ContactsByRole>({
  id: 'contacts',
  title: 'Contacts by role',
  formula:
    'Ids of the contacts who have not left, by role; names and addresses stay where they are',
  unit: 'contact ids',
  needs: ['contact'],
  read: (view) => {
    const present = presentContacts(view);
    if (present.length === 0) return unknown('no contact is known');
    const roles = [...new Set(present.map(({ data }) => data.role))].sort();
    const value = Object.fromEntries(
      roles.map((role) => [
        role,
        present.filter(({ data }) => data.role === role).map(({ data }) => data.contactId),
      ]),
    );
    return fromRecords(value, present);
  },
});
