import { definePolicyInput, long } from '../define.ts';

export default definePolicyInput({
  id: 'contactsLeft',
  title:
    "What is left of the contact's and of the account's week, the smaller of both, this one not counted",
  type: long,
  read: ({ contactsLeft }) => contactsLeft,
});
