import { guardDeclarations } from '../act/guards/declarations.ts';
import { languagesAmong } from '../act/outbox/preferences.ts';
import { readStanding, type Standing } from '../act/settle/standing.ts';
import type { World } from '../domain/case.ts';
import type { TenantConfig } from '../domain/tenant.ts';
import type { Instant } from '../domain/time.ts';
import type { TenantTx } from '../platform/db/database.ts';
import type { Parts } from '../parts.ts';
import contact from '../sense/state/contact.ts';
import { loadSituation, type AssessedSituation } from '../sense/assess.ts';

export interface StandingRequest {
  readonly accountId: string;
  readonly world: World;
  readonly now: Instant;
  readonly config: TenantConfig;
  readonly parts: Pick<Parts, 'signals' | 'scores' | 'entities'>;
}

/** The account as it stands now, derived from what is known; `null` when it is no longer known at all. */
export const situationNow = (
  tx: TenantTx,
  { accountId, world, now, config, parts }: StandingRequest,
): Promise<AssessedSituation | null> =>
  loadSituation(tx, {
    accountId,
    world,
    now,
    config,
    signals: parts.signals,
    scores: parts.scores,
    entities: parts.entities,
  });

/** The same account as settling looks at it: contacts, touches, guards. */
export const standingOf = async (
  tx: TenantTx,
  { view, facts, scores, factSetId }: AssessedSituation,
  { now, config }: Pick<StandingRequest, 'now' | 'config'>,
): Promise<Standing> => {
  const declarations = await guardDeclarations(tx);
  const addresses = view.current(contact).map(({ data }) => data.email);
  const languages = await languagesAmong(tx, addresses);
  return readStanding({ view, facts, scores, factSetId, declarations, config, languages, now });
};

export const standingNow = async (
  tx: TenantTx,
  request: StandingRequest,
): Promise<Standing | null> => {
  const situation = await situationNow(tx, request);
  return situation === null ? null : standingOf(tx, situation, request);
};
