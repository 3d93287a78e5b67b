import { defineSignal } from './define.ts';
import { contactInRole } from './contacts-in-role.ts';

export default defineSignal<string>({
  id: 'champion_contact',
  title: 'Champion',
  formula: 'The champion among the contacts; without one an admin, the budget owner, an executive',
  unit: 'contact id',
  needs: ['contact'],
  read: (view) => contactInRole(view, ['champion', 'admin', 'budget_owner', 'executive']),
});
