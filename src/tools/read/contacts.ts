import { z } from 'zod';
import { defineReadTool } from './define.ts';

const args = z.strictObject({});

export default defineReadTool({
  id: 'contacts',
  title: 'Contacts',
  description:
    'The people of the account by id, with their role, language and what they agreed to be written about. Refer to ' +
    'them by id.',
  args,
  read: (_, { contacts }) =>
    contacts.map(({ id, name, role, language, consent }) => ({
      id,
      name,
      role,
      language,
      consent: { ...consent },
    })),
});
