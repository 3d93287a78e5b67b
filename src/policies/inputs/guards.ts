import type { Guard } from '../../domain/decision.ts';
import { definePolicyInput, record, text, type PolicyQuestion } from '../define.ts';

/** `save` is worked out from the account's open cases, the others from what sources sent. */
export const GUARDS = [
  'billing',
  'incident',
  'deletion',
  'touches',
  'conversation',
  'save',
] as const;

export default definePolicyInput({
  id: 'guards',
  title: 'The state of each guard: clear, blocked, stale or not_applicable',
  type: record(Object.fromEntries(GUARDS.map((id) => [id, text]))),
  values: () => ['clear', 'blocked', 'stale', 'not_applicable'],
  read: (question) => Object.fromEntries(GUARDS.map((id) => [id, guard(question, id).state])),
  words: (question) =>
    Object.fromEntries(GUARDS.map((id) => [`guards.${id}`, guard(question, id).reason])),
});

/** An absent guard is a closed one. */
const guard = ({ guards }: PolicyQuestion, id: string): Guard =>
  (Object.hasOwn(guards, id) ? guards[id] : undefined) ?? {
    state: 'stale',
    reason: `nothing is known of ${id}`,
  };
