import type { Guards } from '../../domain/decision.ts';
import type { Fact, Facts } from '../../domain/fact.ts';
import type { Json } from '../../domain/json.ts';
import type { Score, Scores } from '../../domain/score.ts';
import type { TenantConfig } from '../../domain/tenant.ts';
import { addHours, hourIn, type Instant, type Zone } from '../../domain/time.ts';
import type { Lifecycle } from '../../policies/define.ts';
import type { AccountView } from '../../sense/account-view.ts';
import account from '../../sense/state/account.ts';
import contact, { type ContactState } from '../../sense/state/contact.ts';
import deletionRequest from '../../sense/state/deletion-request.ts';
import touch from '../../sense/state/touch.ts';
import type { Contact, PreviewInput } from '../../tools/act/define.ts';
import type { Declarations } from '../guards/define.ts';
import { readGuards } from '../guards/read-guards.ts';
import type { Contacted } from './arbiter-budget.ts';

/** A touch that reached out, with the action of ours that it is the receipt of. */
export interface KnownTouch extends Contacted {
  readonly actionId: string | null;
}

/** What settling must know of an account besides its proposals: as of one moment, without personal data but contacts. */
export interface Standing {
  readonly accountId: string;
  readonly accountName: string;
  /** An owner id of the tenant's files; `null` when nobody owns the account. */
  readonly ownerId: string | null;
  /** By which thresholds are set; from trusted sources, `*` when it is not known. */
  readonly tier: string;
  readonly lifecycle: Lifecycle;
  /** Those who have not left. */
  readonly contacts: readonly Contact[];
  /** Contacts who asked for the deletion of their own data. */
  readonly silenced: readonly string[];
  /** Outward touches of the last seven days. */
  readonly touches: readonly KnownTouch[];
  readonly guards: Guards;
  readonly churn: Score | null;
  readonly facts: Facts;
  readonly factSetId: string;
}

export interface StandingInput {
  readonly view: AccountView;
  readonly facts: Facts;
  readonly scores: Scores;
  readonly factSetId: string;
  readonly declarations: Declarations;
  readonly config: TenantConfig;
  /** What recipients asked for themselves, by address in lower case; it outranks what other systems say. */
  readonly languages: ReadonlyMap<string, string>;
  readonly now: Instant;
}

/** Reads an account's standing from what is known of it. Pure. */
export const readStanding = ({
  view,
  facts,
  scores,
  factSetId,
  declarations,
  config,
  languages,
  now,
}: StandingInput): Standing => {
  const guards = readGuards(view, declarations, config, now);
  const zone = view.current(account)[0]?.data.zone;
  return {
    accountId: view.accountId,
    accountName: view.current(account)[0]?.data.name ?? view.accountId,
    ownerId: text(facts, 'owner', 'value'),
    tier: text(facts, 'plan_tier', 'trustedValue') ?? '*',
    lifecycle: lifecycleOf(facts, guards),
    contacts: view
      .current(contact)
      .filter(({ data }) => data.left !== true)
      .map(({ data }) => contactOf(data, zone, languages.get(data.email.toLowerCase()))),
    silenced: view
      .current(deletionRequest)
      .filter(({ data }) => data.status !== 'withdrawn')
      .flatMap(({ data }) => data.contactId ?? []),
    touches: touchesOf(view, now),
    guards,
    churn: Object.hasOwn(scores, 'churn_risk') ? (scores['churn_risk'] ?? null) : null,
    facts,
    factSetId,
  };
};

/** What an act tool looks at to work out a preview for this account. */
export const previewInputOf = (
  standing: Standing,
  config: TenantConfig,
  now: Instant,
): PreviewInput => ({
  accountId: standing.accountId,
  accountName: standing.accountName,
  facts: standing.facts,
  contacts: standing.contacts,
  config,
  now,
});

const factOf = (facts: Facts, id: string): Fact | null =>
  Object.hasOwn(facts, id) ? (facts[id] ?? null) : null;

const text = (facts: Facts, id: string, of: 'value' | 'trustedValue'): string | null => {
  const value: Json | null = factOf(facts, id)?.[of] ?? null;
  return typeof value === 'string' ? value : null;
};

const lifecycleOf = (facts: Facts, guards: Guards): Lifecycle => {
  if (guards['deletion']?.state === 'blocked') return 'deleting';
  return factOf(facts, 'churned')?.value === true ? 'churned' : 'active';
};

const contactOf = (
  data: ContactState,
  accountZone: string | undefined,
  asked: string | undefined,
): Contact => ({
  id: data.contactId,
  name: data.name,
  email: data.email,
  role: data.role,
  language: asked ?? data.language ?? 'en',
  zone: knownZone(data.zone) ?? knownZone(accountZone),
  consent: {
    service: true,
    contract: data.consentContract === true,
    marketing: data.consentMarketing === true,
  },
});

/** Sources send all sorts of zones; one that nobody knows must not stop the account. */
const knownZone = (zone: string | undefined): Zone | null => {
  if (zone === undefined) return null;
  try {
    hourIn(zone, '2026-01-01T00:00:00.000Z');
    return zone;
  } catch {
    return null;
  }
};

const touchesOf = (view: AccountView, now: Instant): readonly KnownTouch[] => {
  const since = addHours(now, -7 * 24);
  return view
    .current(touch)
    .filter(({ data }) => data.direction === 'out' && data.at > since)
    .map(({ data }) => ({
      contactId: data.contactId ?? null,
      at: data.at,
      actionId: data.actionId ?? null,
    }));
};
