import { claimsIn, type Claim } from '../../domain/claims/claims.ts';

/** What a tool said in one place: its claims, and whom they are about. `null`: nobody in particular. */
export interface Evidence {
  readonly accountId: string | null;
  readonly text: string;
  readonly claims: readonly Claim[];
}

/**
 * Everything that was found, text by text. What stands within an object of an account, or was looked up about one, is
 * about that account. How many a list holds is a figure as well. Pure.
 */
export const evidenceOf = (data: unknown, accountId: string | null): Evidence[] => {
  if (typeof data === 'string') return [written(data, accountId)];
  if (typeof data === 'number') return [written(String(data), accountId)];
  if (Array.isArray(data))
    return [
      written(String(data.length), accountId),
      ...data.flatMap((each) => evidenceOf(each, accountId)),
    ];
  if (typeof data !== 'object' || data === null) return [];
  const own = (data as { readonly accountId?: unknown }).accountId;
  const about = typeof own === 'string' ? own : accountId;
  return Object.values(data).flatMap((each) => evidenceOf(each, about));
};

const written = (text: string, accountId: string | null): Evidence => ({
  accountId,
  text,
  claims: isIdentifier(text) ? [] : claimsIn(MOMENT.test(text) ? text.slice(0, 10) : text),
});

const MOMENT = /^\d{4}-\d{2}-\d{2}T/;

/** `case-0gwtkprbtc56`: what stands in it is no figure. */
export const isIdentifier = (text: string): boolean =>
  /^[a-z][a-z_]*(?:-[a-z0-9_]+)+$/i.test(text) && /\d/.test(text);
