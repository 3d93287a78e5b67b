import { saveCase } from '../../../src/act/cases/case-store.ts';
import { vote } from '../../../src/act/approvals/vote.ts';
import { recordAutonomy } from '../../../src/act/autonomy/autonomy.ts';
import { fileProposals } from '../../../src/act/settle/file.ts';
import { recheckEffect } from '../../../src/act/settle/recheck.ts';
import { settle, type SettleResult } from '../../../src/act/settle/settle.ts';
import type { Standing } from '../../../src/act/settle/standing.ts';
import { previewInputOf } from '../../../src/act/settle/standing.ts';
import type { StoredProposal } from '../../../src/act/settle/store.ts';
import { LIVE, type Case, type PlaybookClass, type World } from '../../../src/domain/case.ts';
import type { Decision, Guards, Rung } from '../../../src/domain/decision.ts';
import type { JsonObject } from '../../../src/domain/json.ts';
import type { Person, Role } from '../../../src/domain/person.ts';
import type { Preview } from '../../../src/domain/proposal.ts';
import type { Template, TenantConfig } from '../../../src/domain/tenant.ts';
import type { Instant } from '../../../src/domain/time.ts';
import { createPerson } from '../../../src/platform/auth/people.ts';
import type { Database, TenantTx } from '../../../src/platform/db/database.ts';
import { createTenant } from '../../support/database.ts';
import { aConfig, aContact, aFact, aScore, OPEN_GUARDS } from '../../policies/question.ts';
import { packaged } from '../../policies/packaged.ts';
import { PLAYBOOKS, TOOLS } from './catalogue.ts';

/** A Wednesday morning in Berlin. */
export const NOW: Instant = '2026-03-04T10:00:00.000Z';

const template = (id: string, category: Template['category']): Template => ({
  id,
  version: '1',
  category,
  language: 'en',
  subject: id,
  text: `Hello {{contact.name}}: ${id}`,
  slots: { 'contact.name': 'text' },
  approvedBy: 'dana',
  approvedAt: '2026-01-01T00:00:00.000Z',
});

export const TEMPLATES = [
  template('seat-offer', 'contract'),
  template('save-discount', 'contract'),
  template('check-in', 'service'),
  template('reminder', 'contract'),
  template('newsletter', 'marketing'),
];

export const houseConfig = (changes: Partial<TenantConfig> = {}): TenantConfig =>
  aConfig({ templates: TEMPLATES, ...changes });

const guardsWithout = (): Guards =>
  Object.fromEntries(Object.entries(OPEN_GUARDS).filter(([id]) => id !== 'save'));

export const aStanding = (changes: Partial<Standing> = {}): Standing => ({
  accountId: 'acc-1',
  accountName: 'Customer One',
  ownerId: 'dana',
  tier: 'growth',
  lifecycle: 'active',
  contacts: [aContact(), aContact({ id: 'con-2', name: 'Kim', email: 'kim@customer.example' })],
  silenced: [],
  touches: [],
  guards: guardsWithout(),
  churn: aScore(),
  facts: {
    plan: aFact({ value: 'pro', trustedValue: 'pro' }),
    seats: aFact({ value: 50, trustedValue: 50 }),
    rejected_invites: aFact({ value: 12, trustedValue: 12 }),
    churn_risk_supported: aFact({ value: 12, trustedValue: 12 }),
    sellable: aFact({ value: true, trustedValue: true }),
  },
  factSetId: 'facts-1',
  ...changes,
});

export const PARTS = {
  policies: packaged,
  actTools: TOOLS,
  playbooks: PLAYBOOKS,
  buildId: 'build-1',
};

const CLASS_OF: Readonly<Record<string, PlaybookClass>> = Object.fromEntries(
  PLAYBOOKS.map((playbook) => [playbook.id, playbook.class]),
);

/** The words that playbooks, tools and people use on one tenant, over a real database. */
export class House {
  readonly database: Database;
  readonly tenantId: string;
  readonly people: Readonly<Record<'ada' | 'ben' | 'cleo' | 'omar', Person>>;
  config: TenantConfig;

  constructor(database: Database, tenantId: string, people: House['people']) {
    this.database = database;
    this.tenantId = tenantId;
    this.people = people;
    this.config = houseConfig({ id: tenantId });
  }

  tx<T>(work: (tx: TenantTx) => Promise<T>): Promise<T> {
    return this.database.withTenant(this.tenantId, work);
  }

  account(accountId = 'acc-1'): Promise<void> {
    return this.tx(async (tx) => {
      await tx.query(
        'insert into accounts (tenant_id, account_id, root_link_id, created_at) values ($1, $2, $2, $3)',
        [this.tenantId, accountId, NOW],
      );
    });
  }

  /** Sets the rung of every action of a playbook, as an admin. */
  rung(playbook: string, rung: Rung, now: Instant = NOW): Promise<void> {
    return this.tx(async (tx) => {
      for (const { id: action } of TOOLS) {
        await recordAutonomy(tx, {
          playbook,
          action,
          rung,
          reason: 'for this test',
          person: this.people.ada,
          config: this.config,
          now,
        });
      }
    });
  }

  async openCase(
    playbook: string,
    changes: {
      id?: string;
      accountId?: string;
      urgency?: number;
      arm?: Case['arm'];
      world?: World;
    } = {},
  ): Promise<Case> {
    const entry = {
      id: changes.id ?? `case-${playbook}`,
      tenantId: this.tenantId,
      world: changes.world ?? LIVE,
      accountId: changes.accountId ?? 'acc-1',
      rootAccountId: changes.accountId ?? 'acc-1',
      playbook,
      class: CLASS_OF[playbook] ?? 'inform',
      agent: 'cs',
      subject: changes.id ?? 'account',
      period: '2026-03-04',
      status: 'open' as const,
      arm: changes.arm ?? ('treatment' as const),
      ownerId: 'dana',
      foundAt: NOW,
      openedAt: NOW,
      closedAt: null,
      closeReason: null,
      reasons: [],
      urgency: changes.urgency ?? 50,
      arrAtRisk: null,
      rank: 1,
      rankBecause: null,
      round: 1,
      nextLookAt: null,
      nextLookCause: null,
      updatedAt: NOW,
    };
    await this.tx((tx) => saveCase(tx, entry));
    return entry;
  }

  closeCase(caseId: string): Promise<void> {
    return this.tx(async (tx) => {
      await tx.query(`update cases set status = 'closed', closed_at = $2 where case_id = $1`, [
        caseId,
        NOW,
      ]);
    });
  }

  /** Files drafts of a round as the graph does: with the preview that the tool makes of them, or a forged one. */
  file(
    entry: Case,
    drafts: readonly { tool: string; args: JsonObject; preview?: Preview; step?: string }[],
    options: { round?: number; standing?: Standing; now?: Instant } = {},
  ): Promise<StoredProposal[]> {
    const now = options.now ?? NOW;
    const input = previewInputOf(
      options.standing ?? aStanding({ accountId: entry.accountId }),
      this.config,
      now,
    );
    return this.tx((tx) =>
      fileProposals(tx, {
        case: entry,
        round: options.round ?? 1,
        proposals: drafts.map(({ tool, args, preview, step }) => ({
          draft: { tool, args, reason: 'because', ...(step === undefined ? {} : { step }) },
          preview: preview ?? previewOf(tool, args, input),
        })),
        proposedBy: `rules:${entry.playbook}`,
        tools: TOOLS,
        now,
      }),
    );
  }

  settle(
    options: { standing?: Partial<Standing>; now?: Instant; world?: World; buildId?: string } = {},
  ): Promise<SettleResult> {
    return this.tx((tx) =>
      settle(tx, {
        world: options.world ?? LIVE,
        now: options.now ?? NOW,
        config: this.config,
        standing: aStanding(options.standing),
        parts: { ...PARTS, buildId: options.buildId ?? PARTS.buildId },
        reason: 'a test',
      }),
    );
  }

  recheck(
    proposalId: string,
    options: { standing?: Partial<Standing>; now?: Instant } = {},
  ): Promise<Decision> {
    return this.tx((tx) =>
      recheckEffect(tx, {
        proposalId,
        world: LIVE,
        now: options.now ?? NOW,
        config: this.config,
        standing: aStanding(options.standing),
        parts: PARTS,
      }),
    );
  }

  approve(approvalId: string, person: Person = this.people.ben, now: Instant = NOW) {
    return this.tx((tx) => vote(tx, { approvalId, person, vote: 'approve', now }));
  }

  /** How many rows a table has of this tenant. */
  async count(table: string): Promise<number> {
    const rows = await this.tx((tx) =>
      tx.query<{ count: number }>(`select count(*) from ${table}`),
    );
    return rows[0]?.count ?? 0;
  }
}

const previewOf = (
  toolId: string,
  args: JsonObject,
  input: Parameters<(typeof TOOLS)[number]['preview']>[1],
): Preview => {
  const tool = TOOLS.find(({ id }) => id === toolId);
  const parsed = tool?.args.safeParse(args);
  if (tool === undefined || parsed?.success !== true) return UNREADABLE;
  return tool.preview(parsed.data, input);
};

/** What a careless caller might file for arguments that no tool understands. */
const UNREADABLE: Preview = {
  summary: 'unreadable',
  port: 'email',
  outward: true,
  category: 'service',
  recipient: { contactId: 'con-1', email: 'robin@customer.example', name: 'Robin' },
  money: null,
  discountBasisPoints: 0,
  message: {
    templateId: 'check-in',
    templateVersion: '1',
    language: 'en',
    subject: 'x',
    text: 'x',
  },
  task: null,
  quoteHash: null,
  bound: {},
  problems: [],
};

/** A tenant with an admin (Ada), two approvers (Ben, Cleo), an operator (Omar) and the account `acc-1`. */
export const openHouse = async (database: Database, tenantId: string): Promise<House> => {
  await createTenant(database, tenantId);
  const people = await database.withTenant(tenantId, async (tx) => {
    const person = (name: string, roles: readonly Role[], by: Person | 'local') =>
      createPerson(tx, { name, email: `${name}@${tenantId}.example`, roles, by, now: NOW });
    const ada = await person('ada', ['admin'], 'local');
    return {
      ada,
      ben: await person('ben', ['approver'], ada),
      cleo: await person('cleo', ['approver'], ada),
      omar: await person('omar', ['operator'], ada),
    };
  });
  const house = new House(database, tenantId, people);
  await house.account();
  return house;
};
