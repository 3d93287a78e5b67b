import type { Day, Instant, Zone } from './time.ts';
import type { Money } from './money.ts';
import type { Rung } from './decision.ts';
import type { DecidingMode } from './case.ts';
import type { IdentitySettings } from './identity.ts';
import type { JsonObject } from './json.ts';
import type { Category } from './proposal.ts';

/**
 * A tenant as its files describe it, checked and with every default filled in. One immutable version is in force at a
 * time. The schemas that read it stand in `platform/config`.
 */
export interface TenantConfig {
  readonly id: string;
  readonly name: string;
  /** Number of the applied version; every decision records it. */
  readonly version: number;
  /** Number of the release whose pinned parts these are; every decision records it. Absent before there is one. */
  readonly release?: number;
  /** Days are counted in this zone. */
  readonly zone: Zone;
  readonly currency: string;
  /** Suspended tenants act on nothing. */
  readonly suspended: boolean;
  /** Rates into `currency`, newest last: decimal text, with the day they hold from. */
  readonly rates: readonly { readonly from: string; readonly day: Day; readonly rate: string }[];
  readonly holidays: readonly Day[];
  readonly plans: readonly Plan[];
  readonly owners: readonly Owner[];
  readonly metrics: readonly Metric[];
  readonly features: readonly Feature[];
  readonly modules: readonly Module[];
  readonly workflows: readonly Workflow[];
  readonly trial: TrialRules;
  readonly contact: ContactRules;
  readonly subscriptions: { readonly overlap: 'latest' | 'concurrent' };
  /** Guard id → how long its input may be silent before it is stale. */
  readonly guards: Readonly<Record<string, { readonly maxAgeHours: number }>>;
  readonly playbooks: Readonly<Record<string, PlaybookSettings>>;
  /** A model that declines something in so large a share of at least so many cases is set aside; 50 % of 20 unless told. */
  readonly declines?: { readonly shareBasisPoints: number; readonly minCases: number };
  /** Score id → weights and thresholds that differ from the packaged ones. */
  readonly scores: Readonly<Record<string, JsonObject>>;
  /** `playbook/action` or `*` → the highest rung that a decision may set. */
  readonly ceiling: Readonly<Record<string, Rung>>;
  readonly approvals: {
    readonly expireHours: number;
    readonly thresholds: Readonly<Record<string, ApprovalThreshold>>;
  };
  /** Absent in versions from before there were deals. */
  readonly deals?: DealRules;
  /** Absent in versions from before there were models. */
  readonly models?: ModelRules;
  /** New tasks: 40 where not set. */
  readonly planner: {
    readonly newCasesPerOwnerAndWeek: number;
    readonly newTasksPerOwnerAndWeek?: number;
  };
  /** `maxPerHour` is the volume brake: messages of one playbook and template in an hour, 60 where not set. */
  readonly outbox: { readonly holdSeconds: number; readonly maxPerHour?: number };
  /** Absent in configurations that were applied before there was any: read it by `identityOf`. */
  readonly identity?: IdentitySettings;
  readonly brake: BrakeRules;
  readonly templates: readonly Template[];
  /** File name → Cedar text added to the packaged sets. */
  readonly policies: Readonly<Record<string, string>>;
}

/** Which language models answer, and what they may cost. */
export interface ModelRules {
  /** Names at the endpoint; `null`: the one of the environment. */
  readonly default: string | null;
  readonly agents: Readonly<Record<string, string>>;
  /** `null`: no bound in tokens. */
  readonly tokensPerDay: number | null;
  /** In the tenant's currency; `null`: no bound in money. */
  readonly moneyPerDay: Money | null;
  /** By model, `*` for any other: minor units of the tenant's currency for a billion tokens. */
  readonly prices: Readonly<Record<string, { readonly input: number; readonly output: number }>>;
  /** The longest answer, and how long is waited for it in all and for each piece. */
  readonly answer: {
    readonly tokens: number;
    readonly seconds: number;
    readonly silentSeconds: number;
  };
  /** What was sent and answered is kept so long. */
  readonly keepCallsDays: number;
}

/** How much may move in one run before an input is suspected. Basis points. */
export interface BrakeRules {
  readonly tiers: number;
  readonly facts: number;
  readonly minAccounts: number;
  readonly liftByNormalRun: boolean;
}

/** The pipeline: no stages, no deals. */
export interface DealRules {
  /** In the order in which a deal passes through them. */
  readonly stages: readonly DealStage[];
  /** Where playbooks put a deal; `null`: they keep none. */
  readonly automation: { readonly found: string; readonly offered: string } | null;
}

export interface DealStage {
  readonly id: string;
  readonly name: string;
  readonly standing: 'open' | 'won' | 'lost';
}

export interface Plan {
  readonly id: string;
  /** What other systems call it, such as the ids of its products and prices in billing. */
  readonly aliases?: readonly string[];
  readonly name: string;
  /** Ordering among plans: a higher tier has a higher rank. */
  readonly rank: number;
  /** `starter`, `growth`, `enterprise` …: the tier by which policy thresholds are set. */
  readonly tier: string;
  /** List price of one seat for one month; `null` when it is not known, and then no seats are offered. */
  readonly seatPrice: Money | null;
  /** Limit by metric id (`seats_used`, `api_calls`, `storage_gb`); a metric without one is unlimited. */
  readonly limits: Readonly<Record<string, number>>;
  readonly features: readonly string[];
}

export interface Owner {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role: 'csm' | 'account_manager' | 'sales' | 'executive' | 'billing' | 'support' | 'data';
  readonly deputy?: string;
  /** Days away, both inclusive; tasks go to the deputy meanwhile. */
  readonly absences: readonly { readonly from: Day; readonly to: Day }[];
}

/** A daily usage series. `count` adds up over a day; `level` keeps the day's highest and carries forward. */
export interface Metric {
  readonly id: string;
  readonly kind: 'count' | 'level';
  /** Names of `track` events that count towards it. */
  readonly events: readonly string[];
  /** Numeric property added instead of 1. */
  readonly property?: string;
  /** Part in a signal: `logins`, `api_calls`, `seats_used` … or a feature's use. */
  readonly feature?: string;
  /** Plan-limit metrics that count over a calendar month rather than stand at a level. */
  readonly limitWindow?: 'level' | 'month';
  /** A fall week over week, in basis points, that is looked at at once. */
  readonly drop?: number;
}

export interface Feature {
  readonly id: string;
  readonly name: string;
  /** Lowest plan rank that includes it. */
  readonly fromRank: number;
}

/** A part of the product as it is sold: features that belong together. */
export interface Module {
  readonly id: string;
  readonly name: string;
  readonly features: readonly string[];
}

/** Critical work that customers do with several features, each of them needed to get it done. */
export interface Workflow {
  readonly id: string;
  readonly name: string;
  readonly features: readonly string[];
}

/** How long a trial lasts, and what a customer does in one that goes well. */
export interface TrialRules {
  readonly days: number;
  readonly steps: readonly TrialStep[];
}

/** Reached when the metric has come to that much since the trial began: in all for a count, at its highest for a level. */
export interface TrialStep {
  readonly id: string;
  readonly name: string;
  readonly metric: string;
  readonly atLeast: number;
}

export interface ContactRules {
  /** Known touches a contact and an account may receive in any 7 days, by whoever. */
  readonly perContactAndWeek: number;
  readonly perAccountAndWeek: number;
  /** Local hours (recipient's zone if known, else the tenant's) in which nothing outward is sent. */
  readonly quietFromHour: number;
  readonly quietToHour: number;
  readonly weekdaysOnly: boolean;
  /** Whom messages come from. `null` until the tenant's files name one, and then no message can be sent. */
  readonly sender: { readonly name: string; readonly email: string } | null;
  /** An address whose mail Retinue reads, besides the owner's own, for answers. */
  readonly replyTo?: string;
  /** Links in words of a model lead there and nowhere else. */
  readonly linkDomains?: readonly string[];
  /** What marketing needs: where this server is reached from outside, and the sender's postal address. */
  readonly unsubscribe?: { readonly url: string; readonly postalAddress: string };
}

export interface PlaybookSettings {
  readonly enabled: boolean;
  /** Left out: `hybrid` where a model is configured, else `rules`. */
  readonly mode?: DecidingMode;
  /** Basis points of accounts held out; absent: the playbook's own default. */
  readonly holdout?: number;
  readonly parameters: JsonObject;
}

/** Above either bound a person decides. Minor units of the tenant's currency, basis points. By plan tier, `*` for any. */
export interface ApprovalThreshold {
  readonly moneyMinor: number;
  readonly discountBasisPoints: number;
}

/** An approved text with typed slots: `Hello {{contact.name}}`. */
export interface Template {
  readonly id: string;
  readonly version: string;
  readonly category: Category;
  readonly language: string;
  /** `in_app`: shown within the product. `email` unless told. */
  readonly channel?: 'email' | 'in_app';
  /** Of an in-app message: its button. */
  readonly action?: { readonly label: string; readonly url: string };
  /** Of an in-app message: how long it is shown to who has not seen to it. */
  readonly expiresInHours?: number;
  readonly subject: string;
  readonly text: string;
  /** At most one is for words of a model: `prose`, which a person reads before they go, or `free`. */
  readonly slots: Readonly<
    Record<string, 'text' | 'integer' | 'money' | 'day' | 'percent' | 'prose' | 'free'>
  >;
  readonly approvedBy: string;
  readonly approvedAt: Instant;
}
