import type { Rung } from '../domain/decision.ts';
import type { Role } from '../domain/person.ts';

interface SamplePerson {
  readonly name: string;
  readonly email: string;
  readonly roles: readonly Role[];
}

/** The demonstration admin, in whose name the sample's decisions are recorded. */
export const SAMPLE_ADMIN: SamplePerson = {
  name: 'Robin Vale',
  email: 'robin@lumenboard.example',
  roles: ['admin'],
};

export const SAMPLE_COLLEAGUES: readonly SamplePerson[] = [
  { name: 'Sam Okafor', email: 'sam@lumenboard.example', roles: ['approver'] },
  { name: 'Noor Haddad', email: 'noor@lumenboard.example', roles: ['approver'] },
  { name: 'Alex Lindgren', email: 'alex@lumenboard.example', roles: ['operator'] },
  { name: 'Kim Aoki', email: 'kim@lumenboard.example', roles: ['viewer'] },
];

/** What the demonstration admin decided that agents may do by themselves: playbook, action, rung. */
export const SAMPLE_AUTONOMY: readonly (readonly [string, string, Rung])[] = [
  ['seat-expansion', 'open_task', 'auto'],
  ['seat-expansion', 'send_in_app_message', 'auto_with_undo'],
  ['seat-expansion', 'offer_seats', 'auto_with_undo'],
  ['seat-expansion', 'track_deal', 'auto'],
  ['churn-save', 'open_task', 'auto'],
  ['churn-save', 'send_template', 'auto_with_undo'],
  ['churn-save', 'offer_save_discount', 'approve'],
  ['renewal-runway', 'open_task', 'auto'],
  ['renewal-runway', 'send_template', 'auto_with_undo'],
  ['renewal-runway', 'track_deal', 'auto'],
  // What a colleague asks for in chat another one approves; a task for the house needs nobody's.
  ['requested-offer', 'offer_seats', 'approve'],
  ['requested-save', 'offer_save_discount', 'approve'],
  ['requested-contact', 'send_template', 'approve'],
  ['requested-contact', 'open_task', 'auto'],
];
