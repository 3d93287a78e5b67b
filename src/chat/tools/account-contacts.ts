import { z } from 'zod';
import { standingNow } from '../../graph/standing-now.ts';
import { defineChatTool } from '../define.ts';
import { inTenant, requireNamed } from '../desk.ts';
import { factSource } from '../sources.ts';

const args = z.strictObject({ accountId: z.string().min(1).max(200) });

interface Contacts {
  /** Names and roles; addresses stay where they are. */
  readonly contacts: readonly {
    readonly contactId: string;
    readonly name: string;
    readonly role: string;
  }[];
}

export default defineChatTool<z.infer<typeof args>, Contacts>({
  id: 'account_contacts',
  title: 'Contacts of an account',
  description:
    'Who the people of one account are, by id, name and role. Proposals name a contact by its id.',
  args,
  look: ({ accountId }, desk) =>
    inTenant(desk, async (tx) => {
      const account = await requireNamed(tx, accountId);
      const { world, now, config, parts } = desk;
      const standing = await standingNow(tx, { accountId, world, now, config, parts });
      return {
        data: {
          contacts: (standing?.contacts ?? []).map(({ id, name, role }) => ({
            contactId: id,
            name,
            role: role.replaceAll('_', ' '),
          })),
        },
        sources: [factSource(account, 'contacts', standing?.facts['contacts'])],
      };
    }),
});
