import { CLASSES } from '../../domain/case.ts';
import { definePolicyInput, text } from '../define.ts';

export default definePolicyInput({
  id: 'class',
  title: "The playbook's class: comply, collect, save, sell or inform",
  type: text,
  values: () => CLASSES,
  read: ({ proposal }) => proposal.class,
});
