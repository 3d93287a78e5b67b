/**
 * What a caller shows. A session or login token names its tenant, since its row is behind the tenant's row-level
 * security; a key's tenant is looked up, so that a key says nothing about whose it is.
 */
export type Token =
  | {
      readonly kind: 'session' | 'login';
      readonly tenantId: string;
      readonly id: string;
      readonly secret: string;
    }
  | { readonly kind: 'key'; readonly id: string; readonly secret: string };

const FORM = /^(?:(rts|rtl)_([a-z0-9][a-z0-9_-]{0,62})|(rtn))_([0-9a-f]{16})_([0-9a-f]{64})$/;

/** `rts_<tenant>_<id>_<secret>` (session), `rtl_…` (login link), `rtn_<id>_<secret>` (key). */
export const tokenText = (token: Token): string =>
  token.kind === 'key'
    ? `rtn_${token.id}_${token.secret}`
    : `${token.kind === 'session' ? 'rts' : 'rtl'}_${token.tenantId}_${token.id}_${token.secret}`;

export const readToken = (text: string): Token | null => {
  const [, prefix, tenantId = '', key, id = '', secret = ''] = FORM.exec(text.trim()) ?? [];
  if (key !== undefined) return { kind: 'key', id, secret };
  if (prefix === undefined) return null;
  return { kind: prefix === 'rts' ? 'session' : 'login', tenantId, id, secret };
};

/**
 * Reads an `Authorization` header: `Bearer <token>`, `Basic` with the token as user name (as Segment's SDKs send
 * their write key), or a bare token.
 */
export const readCredentials = (header: string): Token | null => {
  const [scheme = '', value = ''] = header.trim().split(/\s+/, 2);
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return readToken(value);
    case 'basic':
      return readToken(Buffer.from(value, 'base64').toString().split(':', 1)[0] ?? '');
    default:
      return readToken(header);
  }
};

const TOKENS = /\brt[snl]_[\w-]+/g;

/** A text of a caller's without the credentials that they put into the wrong place. */
export const withoutTokens = (text: string): string => text.replaceAll(TOKENS, '…');
