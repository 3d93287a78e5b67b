import type { Owner } from '../../domain/tenant.ts';

/** A kind of human work: what it is called, who does it, and what the person finds prepared. */
export interface TaskKind {
  readonly title: string;
  /** Who does it when nobody is named. */
  readonly role: Owner['role'];
  /** The lines above and below the cited facts. */
  readonly opening: string;
  readonly closing: string;
}

/** The kinds that may be asked for: a bounded choice, so that no proposal words its own assignment. */
export const TASK_KINDS = {
  tell_sales: {
    title: 'Expansion signals at {account}',
    role: 'sales',
    opening: 'These signals came together at {account}:',
    closing:
      'Talk about seats at the price of the current tier first. Speak of a higher tier only if they ask for what it holds.',
  },
  alert_account_manager: {
    title: '{account} is slipping',
    role: 'account_manager',
    opening: 'What declined at {account}:',
    closing:
      'Find out what changed for them before they decide. Write down what you learn when you close this task.',
  },
  find_contact: {
    title: 'Find a contact at {account}',
    role: 'account_manager',
    opening:
      'There is nobody on record at {account} to write to (no recipient). It matters now because of:',
    closing: 'Add the champion, with an e-mail address, to the source system that owns contacts.',
  },
  complete_data: {
    title: 'Complete what is known of {account}',
    role: 'data',
    opening: 'Too little is known of {account} to rate it:',
    closing:
      'Connect the missing source, or note why there is none. Nothing is proposed to the customer meanwhile.',
  },
  executive_check_in: {
    title: 'Executive check-in with {account}',
    role: 'executive',
    opening: 'The renewal of {account} is coming up and it is declining:',
    closing:
      'Agenda: what they set out to do, what is in the way, what we change before the renewal.',
  },
  value_review: {
    title: 'Value review with {account}',
    role: 'csm',
    opening: 'Before the renewal of {account}, show what they got out of the product:',
    closing: 'Bring their own numbers, and agree on what still has to happen.',
  },
  renewal_conversation: {
    title: 'Renewal conversation with {account}',
    role: 'account_manager',
    opening: 'The renewal of {account} has to be talked about now:',
    closing:
      'Agree on terms, approver and date. A renewal is a sale to somebody who already knows us.',
  },
  apply_discount: {
    title: 'Apply the agreed discount for {account}',
    role: 'billing',
    opening: 'A discount was offered to {account}:',
    closing:
      'Apply it in the billing system once they accept, and note the invoice that it shows on.',
  },
} as const satisfies Record<string, TaskKind>;

export type TaskKindId = keyof typeof TASK_KINDS;

export const TASK_KIND_IDS = Object.keys(TASK_KINDS) as [TaskKindId, ...TaskKindId[]];

export const OWNER_ROLES = [
  'csm',
  'account_manager',
  'sales',
  'executive',
  'billing',
  'support',
  'data',
] as const satisfies readonly Owner['role'][];
