import { listApprovals, type Approval } from '../../src/act/approvals/read.ts';
import { listCases, type StoredCase } from '../../src/act/cases/case-store.ts';
import { listRounds, type Round } from '../../src/act/cases/round-store.ts';
import { listOutbox } from '../../src/act/outbox/store.ts';
import type { OutboxRow } from '../../src/act/outbox/row.ts';
import {
  listDecisions,
  listProposals,
  type StoredDecision,
  type StoredProposal,
} from '../../src/act/settle/read.ts';
import type { LanguageModels } from '../../src/language-models/define.ts';
import type { AccountBlueprint } from '../../src/sample/define.ts';
import { SAMPLE_AUTONOMY } from '../../src/sample/people.ts';
import type { EvalKit } from '../define.ts';
import { foundCompany, type Company, type CompanyOptions } from '../../test/fixtures/company.ts';

export type Mode = 'rules' | 'hybrid' | 'agent';
export const MODES: readonly Mode[] = ['rules', 'hybrid', 'agent'];

export interface Staging {
  readonly accounts: readonly AccountBlueprint[];
  /** Of every practice, or by playbook; what is left out is decided by rules. */
  readonly mode: Mode | Readonly<Record<string, Mode>>;
  readonly models: LanguageModels | null;
  /** Lines in `models.yaml` put in place of others. */
  readonly modelRules?: readonly (readonly [string, string])[];
}

/** Where the sample company's files speak of a playbook. */
const PLAYBOOKS: Readonly<Record<string, string>> = {
  'seat-expansion': '  seat-expansion:\n    enabled: true\n',
  'churn-save': '  churn-save:\n',
  'renewal-runway': '  renewal-runway:\n',
};

/**
 * Who decides in which practice. What waits behind a cap goes untried, and so does what would be thought about by a model
 * that is set aside for declining much: neither happens before a thousand cases here.
 */
const inMode = (mode: Staging['mode']): readonly (readonly [string, string])[] => [
  ['    mode: rules\n', ''],
  ...Object.entries(PLAYBOOKS).map(([id, lines]) => {
    const own = typeof mode === 'string' ? mode : (mode[id] ?? 'rules');
    return [lines, `${lines}    mode: ${own}\n`] as const;
  }),
  ['newCasesPerOwnerAndWeek: 25', 'newCasesPerOwnerAndWeek: 1000'],
  ['newTasksPerOwnerAndWeek: 40', 'newTasksPerOwnerAndWeek: 1000'],
  ['planner:\n', 'declines: { share: 100%, minCases: 1000 }\n\nplanner:\n'],
];

/** A live company in the database of the run, with the sample company's files, autonomy and these accounts. */
export const stage = async (
  kit: Pick<EvalKit, 'database' | 'tenants' | 'run'>,
  name: string,
  { accounts, mode, models, modelRules = [] }: Staging,
): Promise<Company> => {
  const tenantId = `${name}-${String(kit.run)}`;
  const db = await kit.database();
  kit.tenants.push({ db, tenantId });
  const edits: CompanyOptions['edits'] = {
    'playbooks.yaml': inMode(mode),
    'tenant.yaml': [['maxPerHour: 60', 'maxPerHour: 1000']],
    ...(modelRules.length === 0 ? {} : { 'models.yaml': modelRules }),
  };
  return foundCompany(db, tenantId, {
    accounts,
    models,
    edits,
    autonomy: SAMPLE_AUTONOMY,
  });
};

/** What the line made of one account. */
export interface Account {
  readonly accountId: string;
  readonly cases: readonly StoredCase[];
  readonly rounds: readonly Round[];
  readonly proposals: readonly StoredProposal[];
  readonly decisions: readonly StoredDecision[];
  readonly approvals: readonly Approval[];
  readonly outbox: readonly OutboxRow[];
}

/** An account of which the line made nothing. */
export const NOTHING: Account = {
  accountId: 'nobody',
  cases: [],
  rounds: [],
  proposals: [],
  decisions: [],
  approvals: [],
  outbox: [],
};

/** By the ids that the blueprints give their accounts. */
export const readOut = async (
  company: Company,
  externalIds: readonly string[],
): Promise<ReadonlyMap<string, Account>> => {
  const accountIds = new Map<string, string>();
  for (const id of externalIds) accountIds.set(id, await company.accountId(id));
  return company.here(async (tx) => {
    const world = { world: 'live' } as const;
    const cases = await listCases(tx, world);
    const rounds: Round[] = [];
    for (const { id } of cases) rounds.push(...(await listRounds(tx, id)));
    const proposals = await listProposals(tx, world);
    const decisions = await listDecisions(tx, { proposalIds: proposals.map(({ id }) => id) });
    const approvals = await listApprovals(tx, world);
    const outbox = await listOutbox(tx, world);
    const read = (accountId: string): Account => {
      const mine = cases.filter((one) => one.accountId === accountId);
      const asked = proposals.filter((one) => one.accountId === accountId);
      const ids = new Set(asked.map(({ id }) => id));
      return {
        accountId,
        cases: mine,
        rounds: rounds.filter(({ caseId }) => mine.some(({ id }) => id === caseId)),
        proposals: asked,
        decisions: decisions.filter(({ proposalId }) => ids.has(proposalId)),
        approvals: approvals.filter(({ proposalId }) => ids.has(proposalId)),
        outbox: outbox.filter((row) => row.accountId === accountId),
      };
    };
    return new Map([...accountIds].map(([id, accountId]) => [id, read(accountId)]));
  });
};
