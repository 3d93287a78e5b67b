import { definePlaybook } from './define.ts';
import { requestedPlaybook } from './requested.ts';

export default definePlaybook(
  requestedPlaybook({
    id: 'requested-save',
    title: 'A discount that a colleague asks for, to keep an account',
    agent: 'cs',
    class: 'save',
    story:
      'A colleague promises a discount to an unhappy customer. Two others did the same within a quarter, and the bill comes ' +
      'out at a price that nobody had approved.',
    tools: ['offer_save_discount'],
    reliesOn: { mrr: 'exact' },
    openDays: 14,
    outcome: 'the account stays',
  }),
);
