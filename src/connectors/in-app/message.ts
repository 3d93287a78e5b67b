import type { Instant } from '../../domain/time.ts';

/** A message that was placed in the product. */
export interface InAppMessage {
  /** The action of the outbox that placed it. */
  readonly id: string;
  readonly accountId: string;
  readonly caseId: string | null;
  readonly contactId: string;
  readonly recipientEmail: string;
  readonly audience: 'contact' | 'account';
  readonly templateId: string;
  readonly language: string;
  readonly subject: string;
  readonly body: string;
  readonly actionLabel: string | null;
  readonly actionUrl: string | null;
  readonly placedAt: Instant;
  readonly expiresAt: Instant;
  readonly withdrawnAt: Instant | null;
  readonly firstSeenAt: Instant | null;
}

/** What a user of the product can do about a message. */
export const REACTIONS = ['seen', 'dismissed', 'clicked'] as const;
export type Reaction = (typeof REACTIONS)[number];

/** Who is looking at the product, by the word of the product's server. */
export interface Viewer {
  readonly tenantId: string;
  /** Ours. */
  readonly accountId: string;
  readonly userHash: string;
  /** Lower case; `null` where the product did not say. */
  readonly email: string | null;
  readonly contactId: string | null;
  readonly expiresAt: Instant;
}

/** What is shown to a viewer; `null` for what is not theirs. Pure. */
export const isFor = (
  message: Pick<InAppMessage, 'accountId' | 'audience' | 'contactId' | 'recipientEmail'>,
  viewer: Pick<Viewer, 'accountId' | 'email' | 'contactId'>,
): boolean =>
  message.accountId === viewer.accountId &&
  (message.audience === 'account' ||
    message.contactId === viewer.contactId ||
    message.recipientEmail === viewer.email);
