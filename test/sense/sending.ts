import type { IncomingEvent } from '../../src/domain/event.ts';
import type { TenantConfig } from '../../src/domain/tenant.ts';
import type { Instant } from '../../src/domain/time.ts';
import { loadCatalogue } from '../../src/platform/catalogue.ts';
import { defaultTenantConfig } from '../../src/platform/config/default.ts';
import type { Database } from '../../src/platform/db/database.ts';
import type { AccountView } from '../../src/sense/account-view.ts';
import {
  acceptEvents,
  type AcceptOptions,
  type AcceptResult,
} from '../../src/sense/events/accept.ts';
import { loadAccountViews, type LoadOptions } from '../../src/sense/load-accounts.ts';
import type { EntityType } from '../../src/sense/state/define.ts';

/** What tests of acceptance send, and how they look at what came of it. */

export const NOW: Instant = '2026-06-30T12:00:00.000Z';

export const entities = await loadCatalogue<EntityType>(
  new URL('../../src/sense/state/', import.meta.url),
);

export const configOf = (partial: Partial<TenantConfig> = {}): TenantConfig => ({
  ...defaultTenantConfig({ id: 'acme', name: 'Acme', currency: 'USD', zone: 'UTC' }),
  ...partial,
});

export const optionsAt = (
  now: Instant = NOW,
  config: TenantConfig = configOf(),
): AcceptOptions => ({
  now,
  entities,
  config,
});

/** `2026-06-<day>` at noon. */
export const june = (day: number, hour = 12): Instant =>
  `2026-06-${String(day).padStart(2, '0')}T${String(hour).padStart(2, '0')}:00:00.000Z` as Instant;

let sent = 0;

export const event = (
  type: string,
  payload: IncomingEvent['payload'],
  partial: Partial<IncomingEvent> = {},
): IncomingEvent => ({
  eventId: `event-${(sent += 1)}`,
  source: 'crm',
  type,
  occurredAt: june(1),
  trust: 'server',
  ref: { source: 'crm', externalId: 'a1' },
  payload,
  ...partial,
});

export const account = (
  accountId: string,
  fields: IncomingEvent['payload'] = {},
  partial: Partial<IncomingEvent> = {},
): IncomingEvent =>
  event(
    'account.changed',
    { accountId, name: `Company ${accountId}`, ...fields },
    { ref: { source: 'crm', externalId: accountId }, ...partial },
  );

export const usage = (
  externalId: string,
  day: number,
  quantity: number,
  partial: Partial<IncomingEvent> = {},
  metric = 'logins',
): IncomingEvent =>
  event(
    'usage.recorded',
    { metric, quantity },
    {
      source: 'product',
      occurredAt: june(day),
      ref: { source: 'product', externalId },
      ...partial,
    },
  );

export const bound = (
  externalId: string,
  link: { source: string; externalId: string },
  partial: Partial<IncomingEvent> = {},
): IncomingEvent => event('link.bound', link, { ref: { source: 'crm', externalId }, ...partial });

export const accept = async (
  database: Database,
  tenantId: string,
  events: readonly IncomingEvent[],
  options: AcceptOptions = optionsAt(),
): Promise<AcceptResult> =>
  database.withTenant(tenantId, async (tx) => acceptEvents(tx, events, options));

export const viewsOf = async (
  database: Database,
  tenantId: string,
  partial: Partial<LoadOptions> = {},
): Promise<AccountView[]> =>
  database.withTenant(tenantId, async (tx) => {
    const views: AccountView[] = [];
    const options = { config: configOf(), entities, now: NOW, ...partial };
    for await (const batch of loadAccountViews(tx, options)) views.push(...batch);
    return views;
  });

/** The view of the account that `externalId` belongs to. */
export const viewOf = async (
  database: Database,
  tenantId: string,
  externalId: string,
  partial: Partial<LoadOptions> = {},
): Promise<AccountView> => {
  const views = await viewsOf(database, tenantId, partial);
  const view = views.find(({ externalIds }) => externalIds.includes(externalId));
  if (view === undefined) throw new Error(`no account has the id ${externalId}`);
  return view;
};

/** Everything that follows from events, but for when they were accepted. */
export const stateOf = async (database: Database, tenantId: string): Promise<unknown> =>
  database.withTenant(tenantId, async (tx) => ({
    versions: await tx.query(
      `select kind, entity_key, valid_from, valid_to, link_id, data, complete, source, trust from entity_versions
       order by 1, 2, 3`,
    ),
    series: await tx.query(
      'select link_id, metric, trust, block, days, sources from usage_series order by 1, 2, 3, 4',
    ),
    links: await tx.query('select link_id, source, external_id from links order by 1'),
    bindings: await tx.query(
      'select link_id, valid_from, valid_to, account_id, trust from account_links order by 1, 2',
    ),
    accounts: await tx.query('select account_id, root_link_id from accounts order by 1'),
    profiles: await tx.query(
      'select account_id, name, parent_source, parent_external_id, merged_into from account_profiles order by 1',
    ),
    freshness: await tx.query(
      'select kind, source, trust, day, last_occurred_at, events from source_freshness order by 1, 2, 3, 4',
    ),
    events: await tx.query('select source, event_id, payload from events order by 1, 2'),
  }));
