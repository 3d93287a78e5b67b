import type { Type } from '@cedar-policy/cedar-wasm/nodejs';
import type { Guards, Rung } from '../domain/decision.ts';
import type { Facts } from '../domain/fact.ts';
import type { Role } from '../domain/person.ts';
import type { Proposal } from '../domain/proposal.ts';
import type { Score } from '../domain/score.ts';
import type { TenantConfig } from '../domain/tenant.ts';
import type { Instant } from '../domain/time.ts';
import type { ActTool, Contact } from '../tools/act/define.ts';

/** `churned`: paid service has ended. `deleting`: the account asked for its data to be deleted, or it was. */
export type Lifecycle = 'active' | 'churned' | 'deleting';

/** The approval at hand: how many people said yes, and the roles that every one of them holds. Nobody: `{0, []}`. */
export interface ApprovalGiven {
  readonly count: number;
  readonly roles: readonly Role[];
}

/** Everything from which the inputs of one question to the policy are worked out. */
export interface PolicyQuestion {
  readonly proposal: Proposal;
  readonly tool: Pick<ActTool, 'id' | 'maxFactAgeHours' | 'reads'>;
  readonly config: TenantConfig;
  readonly facts: Facts;
  /** The recipient as the account's state knows them now; `null` for none or for somebody else's contact. */
  readonly recipient: Contact | null;
  readonly suppressed: boolean;
  readonly tier: string;
  readonly lifecycle: Lifecycle;
  readonly churn: Score | null;
  readonly guards: Guards;
  readonly rung: Rung;
  readonly holdout: boolean;
  /** The smaller of what is left of the contact's and of the account's week, this proposal not counted. */
  readonly contactsLeft: number;
  /** Discounts granted or reserved for the account in the last 90 days, this proposal not counted. */
  readonly recentDiscountBasisPoints: number;
  readonly approval: ApprovalGiven;
  readonly now: Instant;
}

export type PolicyValue =
  | boolean
  | number
  | string
  | readonly string[]
  | { readonly [name: string]: boolean | number | string | readonly string[] };

/** One input of the policy. One file a member in `inputs/`; the Cedar schema is generated from their types. Pure. */
export interface PolicyInput {
  /** The attribute of `context` in Cedar, in camel case. */
  readonly id: string;
  /** What it says, with its unit, for those who write policies. */
  readonly title: string;
  readonly type: Type<string>;
  readonly read: (question: PolicyQuestion) => PolicyValue;
  /**
   * Values at which an answer can change, for cases that are generated: what a text can be, and bounds that the
   * tenant's files set for a number. What policies compare with is found in them.
   */
  readonly values?: (config: TenantConfig) => readonly (number | string)[];
  /** What the tenant's files alone decide of it, by the account's tier; of a record, the attributes that they decide. */
  readonly ofFiles?: (config: TenantConfig, tier: string) => PolicyValue;
  /** Words for the placeholders `{name}` in the reasons of rules, such as `{guards.billing}`. */
  readonly words?: (question: PolicyQuestion) => Readonly<Record<string, string>>;
}

export const definePolicyInput = (input: PolicyInput): PolicyInput => input;

export const long: Type<string> = { type: 'Long' };
export const text: Type<string> = { type: 'String' };
export const flag: Type<string> = { type: 'Boolean' };
export const texts: Type<string> = { type: 'Set', element: text };
export const record = (attributes: Readonly<Record<string, Type<string>>>): Type<string> => ({
  type: 'Record',
  attributes: { ...attributes },
});

/** The policies that come with the program, and the inputs that they may read. */
export interface PackagedPolicies {
  readonly inputs: readonly PolicyInput[];
  /** Cedar text by file name: `base.cedar`, `proposals.cedar`. */
  readonly files: Readonly<Record<string, string>>;
}

/** What Cedar is asked, exactly as it is stored with a decision: JSON without personal data. */
export interface PolicyRequest {
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  readonly context: Readonly<Record<string, PolicyValue>>;
}
