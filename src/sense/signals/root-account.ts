import account from '../state/account.ts';
import { defineSignal, unknown } from './define.ts';
import { fromRecords } from './entity-reading.ts';

export default defineSignal<string>({
  id: 'root_account',
  title: 'Topmost parent',
  formula: 'The id of the topmost parent account; the account itself when it has none',
  unit: 'account id',
  needs: ['account'],
  read: (view) => {
    const held = view.current(account);
    return held.length === 0
      ? unknown('no record of the account')
      : fromRecords(view.rootAccountId, held);
  },
});
