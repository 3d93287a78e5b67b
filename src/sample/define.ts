import type { Trust } from '../domain/event.ts';

/** Days are counted back from the anchor day: 0 is today, 179 the first day of telemetry. Negative days lie ahead. */
export type DaysAgo = number;

/** One metric of an account: its amount on a day, before noise and weekends. */
export interface UsageBlueprint {
  readonly metric: string;
  readonly on: (daysAgo: DaysAgo) => number;
  /** 1 (default): every day; 7: once a week, as levels are reported. */
  readonly everyDays?: number;
  /** Levels and scripted series are exact; counts get noise and quiet weekends. */
  readonly exact?: boolean;
  readonly trust?: Trust;
}

export interface ContactBlueprint {
  readonly id: string;
  readonly name: string;
  readonly role: 'champion' | 'budget_owner' | 'executive' | 'admin' | 'billing' | 'user';
  readonly zone?: string;
  readonly consentContract?: boolean;
  readonly left?: boolean;
}

export interface TicketBlueprint {
  readonly openedDaysAgo: DaysAgo;
  readonly closedDaysAgo?: DaysAgo;
  readonly subject: string;
  readonly body: string;
  readonly priority?: 'low' | 'normal' | 'high' | 'urgent';
  readonly satisfaction?: number;
  readonly seatsRequested?: number;
  readonly reply?: string;
}

/** Everything that the sample company knows of one customer. */
export interface AccountBlueprint {
  /** Also the e-mail domain: `<id>.example`. */
  readonly id: string;
  readonly name: string;
  readonly industry: string;
  readonly zone?: string;
  readonly planId: 'starter' | 'growth' | 'enterprise';
  readonly seats: number;
  readonly ownerId: string;
  readonly signedUpDaysAgo: DaysAgo;
  readonly churnedDaysAgo?: DaysAgo;
  /** Days until the contract renews; absent where billing is by the month without a contract. */
  readonly renewsInDays?: number;
  readonly contacts: readonly ContactBlueprint[];
  readonly usage: readonly UsageBlueprint[];
  /** Days ago on which invoices that are still open fell due. */
  readonly openInvoicesDueDaysAgo?: readonly DaysAgo[];
  readonly tickets?: readonly TicketBlueprint[];
  readonly rejectedInvitesDaysAgo?: readonly DaysAgo[];
  readonly interests?: readonly {
    readonly feature: string;
    readonly kind: 'requested' | 'sold';
    readonly daysAgo: DaysAgo;
  }[];
  readonly touches?: readonly {
    readonly daysAgo: DaysAgo;
    readonly channel: 'email' | 'call' | 'meeting';
    readonly by: string;
    readonly contactId?: string;
  }[];
  readonly deletionRequestedDaysAgo?: DaysAgo;
  readonly incidents?: readonly {
    readonly severity: 'SEV1' | 'SEV2' | 'SEV3' | 'SEV4';
    readonly title: string;
    readonly startedDaysAgo: DaysAgo;
    readonly resolvedDaysAgo?: DaysAgo;
  }[];
}

/** What the line must make of a story, judged by the eval. */
export interface Expectation {
  /** Playbooks that must have a case for the account. */
  readonly opens: readonly string[];
  /** Playbooks that must have none. */
  readonly never?: readonly string[];
  /** Act tool → the verdict that its proposal must end in. */
  readonly verdicts?: Readonly<Record<string, 'permit' | 'escalate' | 'forbid' | 'hold'>>;
  /** Act tools that must never be permitted or escalated for the account. */
  readonly neverActs?: readonly string[];
}

/** One planted story: an account, what happened to it, and what should be made of it. One file a member. */
export interface Story {
  readonly id: string;
  readonly title: string;
  /** The practice whose `what goes wrong without this` it plays, such as `C5`. */
  readonly practice: string;
  readonly account: AccountBlueprint;
  readonly expects: Expectation;
}

export const defineStory = (story: Story): Story => story;
