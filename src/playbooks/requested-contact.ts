import { definePlaybook } from './define.ts';
import { requestedPlaybook } from './requested.ts';

export default definePlaybook(
  requestedPlaybook({
    id: 'requested-contact',
    title: 'A message or a task that a colleague asks for',
    agent: 'cs',
    class: 'inform',
    story:
      'A colleague asks another in passing to write to a customer. It is forgotten, or two of them write on the same day, ' +
      'and the customer has the third message of the week.',
    tools: ['send_template', 'open_task'],
    reliesOn: {},
    openDays: 60,
    outcome: 'it was done',
  }),
);
