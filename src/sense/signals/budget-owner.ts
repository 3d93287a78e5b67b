import { defineSignal } from './define.ts';
import { contactInRole } from './contacts-in-role.ts';

export default defineSignal<string>({
  id: 'budget_owner',
  title: 'Budget owner',
  formula: 'The contact who owns the budget',
  unit: 'contact id',
  needs: ['contact'],
  read: (view) => contactInRole(view, ['budget_owner']),
});
