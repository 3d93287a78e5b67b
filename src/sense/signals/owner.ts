import account from '../state/account.ts';
import { defineSignal, unknown } from './define.ts';
import { fromRecords } from './entity-reading.ts';

export default defineSignal<string>({
  id: 'owner',
  title: 'Owner',
  formula: 'The owner id that the account record names',
  unit: 'owner id',
  needs: ['account'],
  read: (view) => {
    const [held] = view.current(account);
    const ownerId = held?.data.ownerId;
    return held === undefined || ownerId === undefined
      ? unknown('no owner is named')
      : fromRecords(ownerId, [held]);
  },
});
