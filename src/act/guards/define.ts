import type { Instant } from '../../domain/time.ts';
import type { AccountView } from '../../sense/account-view.ts';

/** What keeps the house from acting on an account at the wrong moment. */
export interface GuardDefinition {
  readonly id: string;
  /** What tells of it, for people: `invoices`. */
  readonly input: string;
  /** Entity kinds of that input; when all are silent for too long it is stale, and stale is closed. */
  readonly kinds: readonly string[];
  /** Why it is blocked now, or `null`. Ids only: the reason is kept with decisions. */
  readonly cause: (view: AccountView) => string | null;
}

/** An admin's word on whether a guard has an input in this house at all. */
export interface Declaration {
  readonly guard: string;
  readonly applicable: boolean;
  readonly reason: string;
  readonly personId: string;
  readonly at: Instant;
}

/** The declaration in force by guard id. */
export type Declarations = Readonly<Record<string, Declaration>>;
