import type { AccountBlueprint, TicketBlueprint } from '../../src/sample/define.ts';

/** The same story happening to somebody else: another account by that id, with the same past. */
export const happeningTo = (
  account: AccountBlueprint,
  id: string,
  changes: { readonly name?: string; readonly tickets?: readonly TicketBlueprint[] } = {},
): AccountBlueprint => ({
  ...account,
  name: `Customer ${id}`,
  ...changes,
  id,
  contacts: account.contacts.map((contact) => ({
    ...contact,
    id: contact.id.replace(account.id, id),
  })),
});
