import { definePolicyInput, flag, record, text, type PolicyQuestion } from '../define.ts';

export default definePolicyInput({
  id: 'mind',
  title:
    'What a model had to do with it. untrusted: the case had read text of outsiders (tickets, e-mails, passages). ' +
    "grounded: every argument comes from the playbook's plan or from a fact. prose: words of a model in the message " +
    '(none; prose: a person reads them first; free: the template lets them go unread). declined: a model declined ' +
    'this step of the plan',
  type: record({ untrusted: flag, grounded: flag, prose: text, declined: flag }),
  read: (question) => ({
    untrusted: question.proposal.readUntrusted,
    grounded: question.proposal.ungrounded.length === 0,
    prose: proseOf(question),
    declined: question.proposal.declined !== null,
  }),
  words: ({ proposal }) => ({
    'mind.grounded': proposal.ungrounded.join(', '),
    'mind.declined': proposal.declined ?? '',
  }),
});

/** What a person who edited it wrote is theirs, and no model's. */
const proseOf = ({ proposal }: PolicyQuestion): string =>
  proposal.proposedBy.startsWith('model:')
    ? (proposal.preview.message?.words?.slot ?? 'none')
    : 'none';
