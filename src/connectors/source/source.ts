import type { JsonObject } from '../../domain/json.ts';
import type { Instant } from '../../domain/time.ts';

/** An outside system that a tenant has connected to be read. */
export interface Source {
  readonly sourceId: string;
  readonly system: 'stripe';
  /** Its account there, `null` where the key may not say. */
  readonly externalAccount: string | null;
  readonly livemode: boolean;
  readonly settings: JsonObject;
  readonly createdAt: Instant;
  readonly createdBy: string;
  readonly lastReceivedAt: Instant | null;
  readonly disconnectedAt: Instant | null;
}

export type SecretPurpose = 'api_key' | 'webhook';

/** Where a secret is: in the server's environment under a name, or here, sealed. */
export type KeptSecret =
  | { readonly kind: 'environment'; readonly name: string }
  | { readonly kind: 'sealed'; readonly sealed: unknown };

export interface SourceSecret {
  readonly secretId: string;
  readonly sourceId: string;
  readonly purpose: SecretPurpose;
  readonly kept: KeptSecret;
  /** The last characters, by which a person tells secrets apart. */
  readonly hint: string;
  readonly addedAt: Instant;
  readonly addedBy: string;
  readonly retiredAt: Instant | null;
}

/** How events of a source name their sender: they are deduplicated and their freshness is kept by it. */
export const senderOf = ({ system, sourceId }: Pick<Source, 'system' | 'sourceId'>): string =>
  `${system}/${sourceId}`;
