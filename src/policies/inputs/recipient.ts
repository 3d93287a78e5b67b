import { definePolicyInput, flag, record, type PolicyQuestion } from '../define.ts';

export default definePolicyInput({
  id: 'recipient',
  title:
    "Whether the recipient is a known contact of the account, consents to the message's category, is suppressed, is of an account that awaits our answer, and finds a way to unsubscribe in it",
  type: record({
    known: flag,
    consent: flag,
    suppressed: flag,
    canUnsubscribe: flag,
    awaitsAnswer: flag,
  }),
  ofFiles: ({ contact }) => ({ canUnsubscribe: contact.unsubscribe !== undefined }),
  read: (question) => ({
    known: question.recipient !== null,
    consent: consents(question),
    suppressed: question.suppressed,
    awaitsAnswer: awaitsAnswer(question),
    canUnsubscribe: question.config.contact.unsubscribe !== undefined,
  }),
});

const awaitsAnswer = ({ facts }: PolicyQuestion): boolean =>
  Object.hasOwn(facts, 'reply_waiting') && facts['reply_waiting']?.value === true;

const consents = ({ proposal, recipient }: PolicyQuestion): boolean => {
  const { category } = proposal.preview;
  if (category === 'internal') return true;
  return recipient?.consent[category] ?? false;
};
