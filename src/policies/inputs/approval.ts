import { definePolicyInput, long, record, texts } from '../define.ts';

export default definePolicyInput({
  id: 'approval',
  title:
    'How many people approved this very action, and the roles that each of them holds; 0 and none when asked first',
  type: record({ count: long, roles: texts }),
  read: ({ approval }) => ({ count: approval.count, roles: [...approval.roles].sort() }),
});
