import { createHash } from 'node:crypto';
import { canonicalJson, type Json, type JsonObject } from '../../domain/json.ts';
import type { Instant } from '../../domain/time.ts';

/** What an entry concerns, by opaque ids: no name, address or text of a person. */
export interface LedgerSubjects {
  readonly accountId?: string;
  readonly caseId?: string;
  readonly proposalId?: string;
  readonly decisionId?: string;
  readonly approvalId?: string;
  readonly actionId?: string;
  readonly taskId?: string;
  readonly personId?: string;
  /** An API key. */
  readonly keyId?: string;
}

/** One thing that was decided, done or refused. */
export interface LedgerContent {
  readonly tenantId: string;
  readonly entryId: number;
  readonly world: string;
  /** Such as `decision`, `effect`, `key.revoked`; one word for one thing. */
  readonly kind: string;
  readonly at: Instant;
  readonly subjects: LedgerSubjects;
  readonly body: JsonObject;
}

/** An entry's place in its chain; `null` until the chainer has been. */
export interface LedgerLink {
  readonly position: number;
  readonly previousHash: string;
  readonly hash: string;
}

/** What stands before the first entry of a chain, so that a chain cannot be taken for another's. */
export const genesis = (tenantId: string, world: string): string =>
  sha256(['genesis', tenantId, world]);

/** SHA-256 over the canonical JSON of the previous hash, the position and the whole content. */
export const linkHash = (previousHash: string, position: number, content: LedgerContent): string =>
  sha256([
    previousHash,
    position,
    {
      tenantId: content.tenantId,
      entryId: content.entryId,
      world: content.world,
      kind: content.kind,
      at: content.at,
      subjects: { ...content.subjects },
      body: content.body,
    },
  ]);

const sha256 = (value: Parameters<typeof canonicalJson>[0]): string =>
  createHash('sha256').update(canonicalJson(value)).digest('hex');

const ADDRESS = /[^\s@]+@[^\s@]+\.\p{L}[^\s@]*/gu;

/**
 * The last line of defence, not the rule: bodies are made of ids, digests and verdicts, and whatever still looks like an
 * e-mail address (a server's reply, a person's note) does not get into a record that nothing can be removed from.
 */
export const withoutAddresses = (body: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(body).map(([key, value]) => [clean(key), cleanValue(value)]));

const cleanValue = (value: Json): Json => {
  if (typeof value === 'string') return clean(value);
  if (Array.isArray(value)) return value.map(cleanValue);
  return value !== null && typeof value === 'object'
    ? withoutAddresses(value as JsonObject)
    : value;
};

const clean = (text: string): string => text.replace(ADDRESS, '[address]');
