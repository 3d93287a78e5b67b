import { z } from 'zod';
import { listCases } from '../act/cases/case-store.ts';
import { guardDeclarations } from '../act/guards/declarations.ts';
import { readGuards } from '../act/guards/read-guards.ts';
import type { Guards } from '../domain/decision.ts';
import type { Facts } from '../domain/fact.ts';
import { inputError } from '../domain/errors.ts';
import type { Parts } from '../parts.ts';
import type { TenantTx } from '../platform/db/database.ts';
import { latestFacts } from '../sense/assess-store.ts';
import { loadAccountView } from '../sense/load-accounts.ts';
import { accountRow, accountRowShape } from './account-rows.ts';
import { caseRows, caseRowShape } from './case-rows.ts';
import { anyJson, instantText } from './schemas.ts';
import { showingShape, type Showing } from './showing.ts';

export const guardShape = z.object({
  id: z.string(),
  state: z.enum(['clear', 'blocked', 'stale', 'not_applicable']),
  reason: z.string(),
});

export const factShape = z.object({
  id: z.string(),
  title: z.string(),
  value: anyJson.describe('from every source; null: not known'),
  trustedValue: anyJson.describe('from server sources alone: what policy reads'),
  unit: z.string(),
  sources: z.array(z.string()),
  freshAt: instantText.nullable(),
  coverage: z.number().int(),
  note: z.string().nullable(),
});

export const accountDetailShape = z.object({
  showing: showingShape,
  account: accountRowShape,
  facts: z.array(factShape),
  guards: z.array(guardShape),
  cases: z.array(caseRowShape),
});

export type AccountDetail = z.infer<typeof accountDetailShape>;

export const accountDetail = async (
  tx: TenantTx,
  showing: Showing,
  accountId: string,
  parts: Parts,
): Promise<AccountDetail> => {
  const account = await accountRow(tx, showing, accountId);
  if (account === null)
    throw inputError('account_not_found', `there is no account \`${accountId}\``);
  const world = showing.world.id;
  const [latest] = await latestFacts(tx, { world, accountIds: [accountId] });
  const cases = await listCases(tx, { world, accountId });
  return {
    showing,
    account,
    facts: factShapes(latest?.facts ?? {}, parts),
    guards: guardShapes(await guardsOf(tx, showing, accountId, parts)),
    cases: await caseRows(tx, world, cases),
  };
};

const factShapes = (facts: Facts, parts: Parts): AccountDetail['facts'] => {
  const titles = new Map(parts.signals.map((signal) => [signal.id, signal.title]));
  return Object.entries(facts).map(([id, fact]) => ({
    ...fact,
    id,
    title: titles.get(id) ?? id.replaceAll('_', ' '),
    sources: [...fact.sources],
    note: fact.note ?? null,
  }));
};

/** The guards of an account at the moment that is shown. */
export const guardsOf = async (
  tx: TenantTx,
  { config, now }: Pick<Showing, 'config' | 'now'>,
  accountId: string,
  parts: Parts,
): Promise<Guards> => {
  const view = await loadAccountView(tx, accountId, { config, entities: parts.entities, now });
  return view === null ? {} : readGuards(view, await guardDeclarations(tx), config, now);
};

export const guardShapes = (guards: Guards): z.infer<typeof guardShape>[] =>
  Object.entries(guards).map(([id, guard]) => ({ id, ...guard }));
