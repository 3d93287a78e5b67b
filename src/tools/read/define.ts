import type { z } from 'zod';
import type { Facts } from '../../domain/fact.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { ProposalStatus } from '../../domain/proposal.ts';
import type { Scores } from '../../domain/score.ts';
import type { TenantConfig } from '../../domain/tenant.ts';
import type { Instant } from '../../domain/time.ts';
import type { CitedPassage } from '../../knowledge/cite.ts';
import type { Contact } from '../act/define.ts';

/** What an account was offered, told or given to do before. */
export interface PastProposal {
  readonly tool: string;
  readonly step: string | null;
  readonly args: JsonObject;
  readonly summary: string;
  readonly status: ProposalStatus;
  readonly statusReason: string | null;
  readonly at: Instant;
}

/** A conversation with support, as it stands. `lines` are in the words of whoever wrote them. */
export interface Conversation {
  readonly ticketId: string;
  readonly status: string;
  readonly priority: string | null;
  readonly openedAt: Instant;
  readonly subject: string | null;
  readonly lines: readonly {
    readonly from: 'customer' | 'agent';
    readonly at: Instant;
    readonly text: string;
  }[];
}

/** What a read tool may look at: the account of the round that asks, and no other. */
export interface ReadInput {
  readonly facts: Facts;
  readonly scores: Scores;
  readonly config: TenantConfig;
  readonly contacts: readonly Contact[];
  readonly conversations: readonly Conversation[];
  /** Of every case of the account, the newest first. */
  readonly past: readonly PastProposal[];
}

/** Ways to look something up that take I/O. Each is bound to the tenant and the account of the round that asks. */
export interface Reach {
  readonly searchKnowledge: (
    text: string,
    limit: number,
  ) => Promise<readonly Omit<CitedPassage, 'passageId'>[]>;
}

interface Reading<A> {
  /** In snake case, such as `account_facts`. */
  readonly id: string;
  readonly title: string;
  /** For agents: what it answers. */
  readonly description: string;
  readonly args: z.ZodType<A>;
  /** What it gives was written by outsiders, or may have been: whoever read it carries that mark. */
  readonly untrusted?: boolean;
}

/** Works its answer out of what is loaded already. Pure. */
export interface PureReadTool<A = unknown> extends Reading<A> {
  readonly read: (args: A, input: ReadInput) => Json;
}

/** Asks for what is not at hand. */
export interface LookUpTool<A = unknown> extends Reading<A> {
  readonly lookUp: (args: A, reach: Reach) => Promise<Json>;
}

/** A way to look something up. One file a member. It changes nothing and may run at once. */
export type ReadTool<A = unknown> = PureReadTool<A> | LookUpTool<A>;

export const defineReadTool = <A>(tool: PureReadTool<A>): PureReadTool<A> => tool;

export const defineLookUpTool = <A>(tool: LookUpTool<A>): LookUpTool<A> => tool;

/** The answer of a tool to arguments that its schema has read. */
export const lookUp = async (
  tool: ReadTool,
  args: unknown,
  from: { readonly input: ReadInput; readonly reach: Reach },
): Promise<Json> =>
  'read' in tool ? tool.read(args, from.input) : await tool.lookUp(args, from.reach);
