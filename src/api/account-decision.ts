import { record } from '../act/ledger/ledger.ts';
import { lockAccount } from '../act/settle/store.ts';
import { LIVE } from '../domain/case.ts';
import { inputError } from '../domain/errors.ts';
import type { ExternalRef } from '../domain/event.ts';
import { identityOf } from '../domain/identity.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Person } from '../domain/person.ts';
import { currentConfig } from '../platform/config/store.ts';
import type { TenantTx } from '../platform/db/database.ts';
import type { AcceptOptions, AcceptResult } from '../sense/events/accept.ts';
import { linkIdOf } from '../sense/identity/link-id.ts';
import { linkNamed } from '../sense/identity/link-store.ts';
import { findMatches } from '../sense/identity/matching/find-matches.ts';
import { standingOfLinks } from '../sense/identity/matching/match-store.ts';
import type { Services } from './define.ts';

/** The accounts that a decision concerns. */
export interface ChangedAccounts {
  readonly accountIds: string[];
}

export interface Decided {
  readonly accountId: string;
  readonly body: JsonObject;
  readonly result: AcceptResult;
}

/** A person's word on accounts: the events, the ledger, and the line over what they concern. */
export const decide = async (
  services: Services,
  person: Person,
  kind: string,
  work: (tx: TenantTx, options: AcceptOptions) => Promise<Decided>,
): Promise<ChangedAccounts> => {
  const accountIds = await services.db.withTenant(person.tenantId, async (tx) => {
    const options = await optionsOf(tx, services);
    const { accountId, body, result } = await work(tx, options);
    const [refused] = result.quarantined;
    if (refused !== undefined) throw inputError('invalid_decision', refused.reason);
    await record(tx, {
      world: LIVE.id,
      kind,
      subjects: { accountId, personId: person.id },
      body,
      at: options.now,
    });
    return result.accountIds;
  });
  if (accountIds.length > 0) {
    await services.wake.runLine(person.tenantId, accountIds, kind);
    await services.wake.tick(person.tenantId);
  }
  return { accountIds: [...accountIds] };
};

export const optionsOf = async (tx: TenantTx, services: Services): Promise<AcceptOptions> => ({
  now: services.now(),
  entities: services.parts.entities,
  config: await currentConfig(tx),
});

/** In one order, so that two decisions about the same two accounts never wait for each other. */
export const lockAll = async (tx: TenantTx, accountIds: readonly string[]): Promise<void> => {
  for (const accountId of [...new Set(accountIds)].sort()) await lockAccount(tx, accountId);
};

export const requireHeardOf = async (tx: TenantTx, link: ExternalRef): Promise<void> => {
  if ((await linkNamed(tx, link)) !== null) return;
  throw inputError(
    'link_not_found',
    `nothing was ever received for \`${link.source} ${link.externalId}\`: \`retinue unmatched\` lists what waits`,
  );
};

export const suggestedFor = async (
  tx: TenantTx,
  link: ExternalRef,
  { config }: AcceptOptions,
): Promise<string> => {
  const links = await standingOfLinks(tx, [linkIdOf(link)]);
  const [match] = await findMatches(tx, links, identityOf(config));
  const verdict = match?.verdict;
  if (verdict?.kind === 'suggest' || verdict?.kind === 'bind') return verdict.accountId;
  throw inputError(
    'nothing_suggested',
    `no rule finds one account for \`${link.source} ${link.externalId}\`: say which one`,
  );
};
