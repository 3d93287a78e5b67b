import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Effect } from '../../connectors/define.ts';
import type { Preview } from '../../domain/proposal.ts';
import type { TenantConfig } from '../../domain/tenant.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { markOf, type AddressMark } from './suppression.ts';
import { tenantSalt } from './suppression-store.ts';

/** What a link says: whose list, which address (not readable from it), and what it is no longer to get. */
export interface Unsubscribe extends AddressMark {
  readonly tenantId: string;
  readonly category: 'marketing';
  /** Of the message that carried it. */
  readonly language: string;
}

const payload = z.tuple([
  z.string(),
  z.string(),
  z.string(),
  z.literal('marketing'),
  // Links of old have none.
  z.string().optional(),
]);

/**
 * What a marketing message carries so that its recipient can unsubscribe with one click (RFC 8058): a link signed with
 * the tenant's salt, good for ever. Nothing for any other category, or where the tenant's files do not say where.
 */
export const unsubscribeFor = async (
  tx: TenantTx,
  { category, recipient, message }: Preview,
  { contact }: Pick<TenantConfig, 'contact'>,
): Promise<Pick<Effect, 'unsubscribe'>> => {
  if (category !== 'marketing' || recipient === null || contact.unsubscribe === undefined)
    return {};
  const { url, postalAddress } = contact.unsubscribe;
  const mark = await markOf(tx, recipient.email);
  const token = sign(await tenantSalt(tx), {
    ...{ ...mark, tenantId: tx.tenantId, category },
    language: message?.language ?? 'en',
  });
  return { unsubscribe: { url: new URL(`/unsubscribe/${token}`, url).href, postalAddress } };
};

const sign = (salt: string, link: Unsubscribe): string => {
  const { tenantId, addressHash, hint, category, language } = link;
  const text = JSON.stringify([tenantId, addressHash, hint, category, language]);
  const body = Buffer.from(text).toString('base64url');
  return `${body}.${signatureOf(salt, body)}`;
};

/** A key of its own, so that a signature is good for this alone. */
const signatureOf = (salt: string, body: string): string => {
  const key = createHmac('sha256', salt).update('unsubscribe').digest();
  return createHmac('sha256', key).update(body).digest('base64url');
};

/** Whose list a link is about, as it claims: to be opened, and then checked by `verifyUnsubscribe`. */
export const readUnsubscribe = (token: string): Unsubscribe | null => {
  const parsed = payload.safeParse(parse(token.split('.')[0] ?? ''));
  if (!parsed.success) return null;
  const [tenantId, addressHash, hint, category, language = 'en'] = parsed.data;
  return { tenantId, addressHash, hint, category, language };
};

const parse = (body: string): unknown => {
  try {
    return JSON.parse(Buffer.from(body, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
};

/** Whether this tenant signed the link. */
export const verifyUnsubscribe = async (tx: TenantTx, token: string): Promise<boolean> => {
  const salt = await tenantSalt(tx);
  const [body = '', signature = ''] = token.split('.');
  const [given, expected] = [Buffer.from(signature), Buffer.from(signatureOf(salt, body))];
  return salt !== '' && given.length === expected.length && timingSafeEqual(given, expected);
};
