import { defineSignal } from './define.ts';
import { presentContacts } from './contacts-in-role.ts';
import { fromRecords } from './entity-reading.ts';

export default defineSignal<number>({
  id: 'contact_count',
  title: 'Contacts',
  formula:
    'Contacts known who have not left; 0 where none was ever received, as there is nobody to write to',
  unit: 'contacts',
  needs: ['contact'],
  read: (view) => {
    const present = presentContacts(view);
    return fromRecords(present.length, present);
  },
});
