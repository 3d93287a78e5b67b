import type { Trust } from '../../domain/event.ts';
import type { Instant } from '../../domain/time.ts';
import { groupBy } from '../group-by.ts';

/** That a link belongs where another does, or (`parentId` its own id) that it is an account. */
export interface Claim {
  readonly linkId: string;
  readonly parentId: string;
  readonly trust: Trust;
  readonly occurredAt: Instant;
  readonly acceptedAt: Instant;
  readonly source: string;
  readonly eventId: string;
}

/** Whose a link was from `validFrom` until just before `validTo` (`null`: still). */
export interface Binding {
  readonly linkId: string;
  /** The link that founds the account. */
  readonly rootId: string;
  readonly validFrom: Instant;
  readonly validTo: Instant | null;
  /** `client` when any claim on the way is a client's. */
  readonly trust: Trust;
}

/** What is bound first is bound for all that came before: data may arrive before anyone says whose it is. */
export const BEGINNING: Instant = '1970-01-01T00:00:00.000Z';

interface Span {
  readonly to: string;
  readonly from: Instant;
  readonly until: Instant | null;
  readonly trust: Trust;
}

/**
 * Works out the bindings of `linkIds` from all claims on them, on their parents and on the parents' parents. The order
 * of the claims does not matter.
 *
 * A link follows what a server last said of it when (what a client says counts only where no server spoke); where that
 * leads to no account, it is its own account if it was ever named as one. Two links that claim one another are one
 * account, founded by the one whose id sorts first.
 */
export const resolveBindings = (
  claims: readonly Claim[],
  linkIds: readonly string[],
): Binding[] => {
  const parents = breakCycles(spansByLink(claims));
  const founders = new Set(claims.filter(isFounding).map(({ linkId }) => linkId));
  const roots = rootFinder(parents, founders);
  return [...new Set(linkIds)].sort().flatMap((linkId) =>
    mergeSpans(roots(linkId)).map(({ to, from, until, trust }) => ({
      linkId,
      rootId: to,
      validFrom: from,
      validTo: until,
      trust,
    })),
  );
};

const isFounding = ({ linkId, parentId }: Claim): boolean => linkId === parentId;

const byOccurrence = (a: Claim, b: Claim): number =>
  compare(a.occurredAt, b.occurredAt) ||
  compare(a.acceptedAt, b.acceptedAt) ||
  compare(a.eventId, b.eventId) ||
  compare(a.source, b.source) ||
  compare(a.parentId, b.parentId);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

type Parents = Map<string, readonly Span[]>;

const spansByLink = (claims: readonly Claim[]): Parents => {
  const grouped = groupBy(
    claims.filter((claim) => !isFounding(claim)),
    ({ linkId }) => linkId,
  );
  return new Map([...grouped].map(([linkId, own]) => [linkId, spansOf(own)]));
};

const spansOf = (claims: readonly Claim[]): readonly Span[] => {
  const server = claims.filter(({ trust }) => trust === 'server');
  const heard = (server.length > 0 ? server : [...claims]).sort(byOccurrence);
  // Of two words about one moment the later one holds.
  const last = heard.filter((claim, index) => claim.occurredAt !== heard[index + 1]?.occurredAt);
  const spans = last.map((claim, index) => ({
    to: claim.parentId,
    from: index === 0 ? BEGINNING : claim.occurredAt,
    until: last[index + 1]?.occurredAt ?? null,
    trust: claim.trust,
  }));
  return mergeSpans(spans);
};

/** Joins neighbours that lead to the same place. */
const mergeSpans = (spans: readonly Span[]): readonly Span[] => {
  const merged: Span[] = [];
  for (const span of spans) {
    const before = merged.at(-1);
    if (before?.to === span.to && before.trust === span.trust && before.until === span.from) {
      merged[merged.length - 1] = { ...before, until: span.until };
    } else merged.push(span);
  }
  return merged;
};

/** In each circle of claims the link whose id sorts first follows nobody. */
const breakCycles = (parents: Parents): Parents => {
  const reach = reachFinder(parents);
  const circling = [...parents.keys()].filter((linkId) => reach(linkId).has(linkId));
  const firsts = circling.filter((linkId) =>
    [...reach(linkId)].every((other) => other >= linkId || !reach(other).has(linkId)),
  );
  if (firsts.length === 0) return parents;
  const rest = [...parents].filter(([linkId]) => !firsts.includes(linkId));
  return breakCycles(new Map(rest));
};

const reachFinder = (parents: Parents): ((linkId: string) => ReadonlySet<string>) => {
  const known = new Map<string, ReadonlySet<string>>();
  const search = (linkId: string): ReadonlySet<string> => {
    const reached = new Set<string>();
    const waiting = [linkId];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      for (const { to } of parents.get(next) ?? []) {
        if (reached.has(to)) continue;
        reached.add(to);
        waiting.push(to);
      }
    }
    return reached;
  };
  return (linkId) => {
    const found = known.get(linkId) ?? search(linkId);
    known.set(linkId, found);
    return found;
  };
};

const rootFinder = (parents: Parents, founders: ReadonlySet<string>) => {
  const known = new Map<string, readonly Span[]>();
  const roots = (linkId: string): readonly Span[] => {
    const found = known.get(linkId) ?? search(linkId);
    known.set(linkId, found);
    return found;
  };
  const search = (linkId: string): readonly Span[] => {
    const own = founders.has(linkId) ? linkId : null;
    const spans = parents.get(linkId);
    if (spans === undefined) {
      return own === null ? [] : [ownSpan(own, BEGINNING, null)];
    }
    return spans.flatMap((span) => fill(cut(roots(span.to), span), span, own));
  };
  return roots;
};

/** The part of the parent's roots that falls into the span. */
const cut = (roots: readonly Span[], span: Span): readonly Span[] =>
  roots
    .map((root) => ({
      to: root.to,
      from: root.from > span.from ? root.from : span.from,
      until: earliest(root.until, span.until),
      trust: root.trust === 'client' ? root.trust : span.trust,
    }))
    .filter(({ from, until }) => until === null || from < until);

const earliest = (a: Instant | null, b: Instant | null): Instant | null => {
  if (a === null || b === null) return a ?? b;
  return a < b ? a : b;
};

/** Where the parent leads nowhere, the link is its own account, if it is one. */
const fill = (roots: readonly Span[], span: Span, own: string | null): readonly Span[] => {
  if (own === null) return roots;
  const filled: Span[] = [];
  let at: Instant | null = span.from;
  for (const root of roots) {
    if (at !== null && at < root.from) filled.push(ownSpan(own, at, root.from));
    filled.push(root);
    at = root.until;
  }
  if (at !== null && (span.until === null || at < span.until)) {
    filled.push(ownSpan(own, at, span.until));
  }
  return filled;
};

const ownSpan = (own: string, from: Instant, until: Instant | null): Span => ({
  to: own,
  from,
  until,
  trust: 'server',
});
