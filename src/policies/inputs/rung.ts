import { RUNGS } from '../../domain/decision.ts';
import { definePolicyInput, text } from '../define.ts';

export default definePolicyInput({
  id: 'rung',
  title:
    'The autonomy in force for the playbook and action: observe, draft, approve, auto_with_undo or auto',
  type: text,
  values: () => RUNGS,
  read: ({ rung }) => rung,
  words: ({ proposal, tool }) => ({ playbook: proposal.playbook, action: tool.id }),
});
