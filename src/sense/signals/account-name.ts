import account from '../state/account.ts';
import { defineSignal, unknown } from './define.ts';
import { fromRecords } from './entity-reading.ts';

export default defineSignal<string>({
  id: 'account_name',
  title: 'Name',
  formula: 'The name that the newest record of the account gives',
  unit: 'text',
  needs: ['account'],
  read: (view) => {
    const [held] = view.current(account);
    return held === undefined
      ? unknown('no record of the account')
      : fromRecords(held.data.name, [held]);
  },
});
