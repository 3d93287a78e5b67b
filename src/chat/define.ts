import type { z } from 'zod';
import type { World } from '../domain/case.ts';
import type { Json } from '../domain/json.ts';
import type { Person } from '../domain/person.ts';
import type { TenantConfig } from '../domain/tenant.ts';
import type { Day, Instant } from '../domain/time.ts';
import type { Embedders } from '../knowledge/embedders/embedders.ts';
import type { LanguageModels } from '../language-models/define.ts';
import type { Parts } from '../parts.ts';
import type { Database } from '../platform/db/database.ts';
import type { Question } from './question.ts';

/** Where something that is said in an answer stands. */
export interface Source {
  readonly kind:
    | 'account'
    | 'fact'
    | 'score'
    | 'guard'
    | 'case'
    | 'proposal'
    | 'decision'
    | 'approval'
    | 'task'
    | 'action'
    | 'touch'
    | 'ticket'
    | 'passage';
  readonly id: string;
  readonly accountId: string | null;
  /** For a person: `Churn risk of Northwind`. */
  readonly title: string;
  /** How fresh it is: of a fact when it was last heard of, of a score its day, of a decision its moment. */
  readonly at: Instant | Day | null;
}

/** What a tool found: data for the answer, and where it stands. */
export interface Looked<D> {
  readonly data: D;
  readonly sources: readonly Source[];
  /** Holds text that somebody outside wrote: a ticket, a note, a document. */
  readonly untrusted?: true;
  /** Of it, what customers wrote, each as it stands in `data`: no model is shown it under its own words. */
  readonly customersWrote?: readonly string[];
}

/** Who asks, about which tenant and world, at which moment; and what answers are made from. */
export interface Desk {
  readonly db: Database;
  readonly tenantId: string;
  readonly person: Person;
  readonly world: World;
  readonly now: Instant;
  readonly config: TenantConfig;
  readonly parts: Parts;
  readonly embedders: Embedders;
  /** `null`: none is configured, or the world is not live; rules answer. */
  readonly models: LanguageModels | null;
}

/**
 * A way to look something up for an answer. One file a member. It changes nothing. Amounts, percentages and days are
 * given as a person reads them, so that an answer quotes and never calculates.
 */
export interface ChatTool<A = unknown, D = unknown> {
  /** In snake case. */
  readonly id: string;
  readonly title: string;
  /** For a model: what it answers, and when to use it. */
  readonly description: string;
  readonly args: z.ZodType<A>;
  readonly look: (args: A, desk: Desk) => Promise<Looked<D>>;
}

export const defineChatTool = <A, D>(tool: ChatTool<A, D>): ChatTool<A, D> => tool;

export interface Named {
  readonly accountId: string;
  readonly name: string;
}

/** Looks something up, says so to whoever waits, and keeps its sources for the answer. */
export type Look = <A, D>(tool: ChatTool<A, D>, args: A) => Promise<D>;

/** A question understood: what was asked, about whom, and when. */
export interface Asked {
  readonly question: Question;
  readonly account: Named | null;
  readonly person: Person;
  readonly config: TenantConfig;
  readonly today: Day;
}

/** A question about one account. */
export type AskedOf = Asked & { readonly account: Named };

interface Answerable {
  readonly id: string;
  readonly title: string;
  /** As people would ask it; the first is shown. */
  readonly examples: readonly string[];
  /** How sure it is that this is meant, from 0 (not at all) to 10. Pure. */
  readonly fits: (question: Question) => number;
}

/** A question that is answered without a model. One file a member. Its answer is Markdown made from what tools found. */
export type AnswerableQuestion =
  | (Answerable & {
      readonly about: 'account';
      readonly answer: (asked: AskedOf, look: Look) => Promise<string>;
    })
  | (Answerable & {
      /** May be asked of all accounts, or of one. */
      readonly about: 'anything';
      readonly answer: (asked: Asked, look: Look) => Promise<string>;
    });

export const defineQuestion = (question: AnswerableQuestion): AnswerableQuestion => question;

/** What keeps a wish from being proposed, as a question to whoever wished. */
export interface Unclear {
  readonly unclear: string;
}

/** What is to be proposed: an act tool's arguments, or what keeps it from being said. */
export type Wanted =
  { readonly args: Readonly<Record<string, Json>>; readonly reason: string } | Unclear;

/** Something that an operator may wish for. One file a member; what it takes may not be there yet. */
export type Wish<T = unknown> = Answerable & {
  /** The act tool and the playbook whose case it is filed into. */
  readonly tool: string;
  readonly playbook: string;
  /** What can be done meanwhile, where the tool or the playbook is not there. */
  readonly instead?: string;
  /** What has to be known of the wish: ids, figures, choices. Never words: nobody but the operator speaks here. */
  readonly takes: z.ZodType<T>;
  /** Reads that out of the operator's words. Pure. */
  readonly read: (asked: AskedOf) => { readonly taken: NoInfer<T> } | Unclear;
  /** Makes the act tool's arguments of it, whoever read it. */
  readonly want: (taken: NoInfer<T>, asked: AskedOf, look: Look) => Promise<Wanted>;
};

export const defineWish = <T>(wish: Wish<T>): Wish<T> => wish;

/** What became of a wish. */
export interface Filed {
  readonly tool: string;
  readonly accountId: string;
  readonly caseId: string;
  readonly proposalId: string;
  readonly summary: string;
  /** Where it stands: `pending_approval`, `forbidden`, `held`, `permitted` … */
  readonly status: string;
}
