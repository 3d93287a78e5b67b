import type { Day, Instant } from './time.ts';
import type { Json, JsonObject } from './json.ts';
import type { Money } from './money.ts';
import type { PlaybookClass } from './case.ts';

/** What a playbook or an agent asks for: an act tool by id with references and bounded choices. Filing one acts on nothing. */
export interface ProposalDraft {
  readonly tool: string;
  readonly args: JsonObject;
  /** Why, for the person who approves. From a playbook: facts. From a model: its rationale, labelled so. */
  readonly reason: string;
  /** A mandatory step cannot be declined or softened by an agent. */
  readonly mandatory?: boolean;
}

/** A message's category decides which consent and which footer it needs. `internal` never leaves the house. */
export type Category = 'service' | 'contract' | 'marketing' | 'internal';

export interface Recipient {
  readonly contactId: string;
  readonly email: string;
  readonly name: string;
}

/** A rendered message. Slots were typed and filled from facts; the text is final. */
export interface Message {
  readonly templateId: string;
  readonly templateVersion: string;
  readonly language: string;
  readonly subject: string;
  readonly text: string;
  /** For a message that is shown within the product. */
  readonly inApp?: InAppTerms;
  /** Words that stand in no approved text, and the kind of slot that takes them. */
  readonly words?: { readonly slot: 'prose' | 'free'; readonly text: string };
}

/** How a message is shown within the product: to whom, for how long, and where its button leads. */
export interface InAppTerms {
  /** `account`: everybody who is signed in to the account; the recipient is whom it counts as contact with. */
  readonly audience: 'contact' | 'account';
  readonly expiresInHours: number;
  /** From the approved template: an `https` address, or a path of the product such as `/settings/seats`. */
  readonly action: { readonly label: string; readonly url: string } | null;
}

/** A human task as filed. `assignee` is an owner id from the tenant's files. */
export interface TaskDraft {
  readonly kind: string;
  readonly title: string;
  readonly assignee: string;
  readonly dueBusinessDays: number;
  readonly reason: string;
  /** Text prepared for the person: an agenda, an e-mail to send, a call guide. */
  readonly draft: string;
}

export type DealKind = 'expansion' | 'renewal';

/** Where a case's deal is to stand in the pipeline. */
export interface DealStep {
  readonly kind: DealKind;
  /** A stage of the tenant's files. */
  readonly stage: string;
  readonly name: string;
  /** What it is worth in a year; `null` where that is not known. */
  readonly amount: Money | null;
  readonly ownerId: string | null;
  readonly closeOn: Day;
}

/** What an act tool would do, worked out without doing it. Pure: the same arguments and facts give the same preview. */
export interface Preview {
  /** One line: `offer 5 seats on Pro to Dana Reyes for $245.00 a month`. */
  readonly summary: string;
  /** The connector that carries it out, or `tasks`. */
  readonly port: string;
  readonly outward: boolean;
  readonly category: Category;
  readonly recipient: Recipient | null;
  /** The money that it puts in play (what is offered or forgone in a month), in the account's currency; `null` for none. */
  readonly money: Money | null;
  readonly discountBasisPoints: number;
  readonly message: Message | null;
  readonly task: TaskDraft | null;
  /** Of a tool that keeps the pipeline. */
  readonly deal?: DealStep;
  /** Hash of every operand of a quote; `null` where no figure is quoted. */
  readonly quoteHash: string | null;
  /** The facts that it was worked out from, bound at approval: id and the value it had. */
  readonly bound: Readonly<Record<string, Json>>;
  /** Reasons why it cannot be done at all (`no recipient`, `list price is not known`); each is a refusal. */
  readonly problems: readonly string[];
}

export type ProposalStatus =
  | 'proposed'
  | 'held'
  | 'pending_approval'
  | 'approved'
  | 'permitted'
  | 'forbidden'
  | 'superseded'
  | 'rejected'
  | 'expired'
  | 'void'
  | 'done';

export interface Proposal {
  readonly id: string;
  readonly caseId: string;
  readonly accountId: string;
  readonly playbook: string;
  readonly agent: string;
  readonly class: PlaybookClass;
  readonly round: number;
  readonly ordinal: number;
  readonly revision: number;
  readonly tool: string;
  readonly args: JsonObject;
  readonly reason: string;
  readonly mandatory: boolean;
  readonly preview: Preview;
  readonly status: ProposalStatus;
  readonly statusReason: string | null;
  readonly holdUntil: Instant | null;
  readonly proposedAt: Instant;
  /** A model, a playbook's rules, or the person who edited it. */
  readonly proposedBy: string;
  /** Whether its case had read text of outsiders when it was filed. */
  readonly readUntrusted: boolean;
  /** Arguments that come neither from the playbook's plan nor from a fact, by name. */
  readonly ungrounded: readonly string[];
  /** Why a model declined this step of the plan; it waits for a person to say whether it is dropped. */
  readonly declined: string | null;
}
