import type { z } from 'zod';
import type { Facts } from '../../domain/fact.ts';
import type { Preview } from '../../domain/proposal.ts';
import type { TenantConfig } from '../../domain/tenant.ts';
import type { Instant } from '../../domain/time.ts';

/** A person at the customer, as the account's state knows them. */
export interface Contact {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role: string;
  readonly language: string;
  readonly zone: string | null;
  readonly consent: {
    readonly service: boolean;
    readonly contract: boolean;
    readonly marketing: boolean;
  };
}

/** What an act tool may look at to work out its preview. */
export interface PreviewInput {
  readonly accountId: string;
  readonly accountName: string;
  readonly facts: Facts;
  readonly contacts: readonly Contact[];
  readonly config: TenantConfig;
  readonly now: Instant;
}

/**
 * A way to act. One file a member. Calling it only files a proposal. Its arguments are references and bounded choices:
 * a contact id of the account, a template id, seats up to a bound, a discount in basis points; never an address,
 * an amount of money or a URL.
 */
export interface ActTool<A = unknown> {
  /** In snake case, such as `offer_seats`; also the Cedar action. */
  readonly id: string;
  readonly version: string;
  readonly title: string;
  /** For agents: what it does and when to use it. */
  readonly description: string;
  readonly args: z.ZodType<A>;
  /** The connector that carries it out, or `tasks`. */
  readonly port: string;
  /** The oldest that the facts it rests on may be when it acts, in hours. */
  readonly maxFactAgeHours: number;
  /** Facts it reads; missing trusted values are problems where money is quoted. */
  readonly reads: readonly string[];
  readonly preview: (args: A, input: PreviewInput) => Preview;
  /** How it is undone, or why it cannot be. */
  readonly compensation: string;
}

export const defineActTool = <A>(tool: ActTool<A>): ActTool<A> => tool;
