import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { listOutbox } from '../../../src/act/outbox/store.ts';
import type { OutboxRow } from '../../../src/act/outbox/row.ts';
import { listProposals, type StoredProposal } from '../../../src/act/settle/read.ts';
import type { Standing } from '../../../src/act/settle/standing.ts';
import { RUNGS, type Guards, type GuardState, type Rung } from '../../../src/domain/decision.ts';
import type { JsonObject } from '../../../src/domain/json.ts';
import type { Preview } from '../../../src/domain/proposal.ts';
import { addHours } from '../../../src/domain/time.ts';
import type { OpenDatabase } from '../../../src/platform/db/database.ts';
import { testDatabase } from '../../support/database.ts';
import { aContact, aFact, aPreview } from '../../policies/question.ts';
import { PLAYBOOKS, TOOLS } from './catalogue.ts';
import { aStanding, houseConfig, NOW, openHouse, type House } from './house.ts';

/** X2: whatever is handed to settle, nothing is done against the rules, done twice, or done to somebody else. */

const GUARD_IDS = ['billing', 'incident', 'deletion', 'touches', 'conversation'] as const;

const contactIds = fc.constantFrom(
  'con-1',
  'con-2',
  'con-of-another-account',
  '__proto__',
  '',
  'CON-1',
  'con-1 ',
);

const likelyArgs: fc.Arbitrary<JsonObject> = fc.oneof(
  fc.record({
    contactId: contactIds,
    seats: fc.constantFrom(1, 5, 30, 100, 101, 0, -5, 1e12, 2.5, 1e300),
  }),
  fc.record({
    contactId: contactIds,
    basisPoints: fc.constantFrom(100, 900, 1500, 3000, 3001, -100, 0),
  }),
  fc.record({
    contactId: contactIds,
    templateId: fc.constantFrom('check-in', 'reminder', 'newsletter', 'no-such', '__proto__'),
  }),
  fc.record({ kind: fc.constantFrom('tell_sales', 'call', '\0', '\ud800') }),
);

const anyArgs: fc.Arbitrary<JsonObject> = fc.oneof(
  { weight: 5, arbitrary: likelyArgs },
  { weight: 1, arbitrary: fc.dictionary(fc.string(), fc.jsonValue()) as fc.Arbitrary<JsonObject> },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...[
        '{"contactId": "con-1", "seats": 5, "__proto__": {"seats": 1}}',
        '{"__proto__": {"contactId": "con-1", "templateId": "check-in"}}',
        '{"contactId": "con-1", "templateId": "check-in", "email": "evil@elsewhere.example"}',
        '{"contactId": ["con-1"], "templateId": "check-in"}',
        '{"constructor": {"prototype": {"outward": false}}}',
      ].map((text) => JSON.parse(text) as JsonObject),
    ),
  },
);

const forgery: fc.Arbitrary<Partial<Preview>> = fc.constantFrom<Partial<Preview>>(
  {},
  { recipient: { contactId: 'con-1', email: 'evil@elsewhere.example', name: 'Robin' } },
  {
    recipient: {
      contactId: 'con-of-another-account',
      email: 'other@customer.example',
      name: 'Other',
    },
  },
  { money: { minor: -1, currency: 'USD' } },
  { money: null, quoteHash: null },
  { money: { minor: Number.NaN, currency: '__proto__' } },
  { discountBasisPoints: -5000 },
  { discountBasisPoints: 0.5 },
  { outward: false, category: 'internal' },
  { port: 'tasks' },
  { port: 'carrier-pigeon' },
  { category: 'urgent' as 'service' },
  { problems: [] },
  {
    message: {
      templateId: 'check-in',
      templateVersion: '1',
      language: 'en',
      subject: 'You won',
      text: 'Pay here',
    },
  },
  { task: { kind: 'send', title: 't', assignee: 'x', dueBusinessDays: 1, reason: '', draft: '' } },
);

interface Draft {
  readonly playbook: string;
  readonly tool: string;
  readonly args: JsonObject;
  readonly forged: Partial<Preview> | null;
}

const anyPlaybook = fc.constantFrom(...PLAYBOOKS.map(({ id }) => id));

const hostileDraft: fc.Arbitrary<Draft> = fc.record({
  playbook: anyPlaybook,
  tool: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...TOOLS.map(({ id }) => id)) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        'wire_money',
        '__proto__',
        'constructor',
        'toString',
        '',
        'OPEN_TASK',
      ),
    },
  ),
  args: anyArgs,
  forged: fc.option(forgery, { freq: 2 }),
});

/** Half of them in good order, so that something is left to be done wrong. */
const honestDraft: fc.Arbitrary<Draft> = fc
  .record({
    playbook: anyPlaybook,
    deed: fc.constantFrom(
      { tool: 'offer_seats', args: { contactId: 'con-1', seats: 5 } },
      { tool: 'offer_seats', args: { contactId: 'con-2', seats: 30 } },
      { tool: 'offer_save_discount', args: { contactId: 'con-1', basisPoints: 900 } },
      { tool: 'offer_save_discount', args: { contactId: 'con-2', basisPoints: 1500 } },
      { tool: 'send_template', args: { contactId: 'con-1', templateId: 'check-in' } },
      { tool: 'send_template', args: { contactId: 'con-2', templateId: 'reminder' } },
      { tool: 'open_task', args: { kind: 'tell_sales' } },
    ),
    forged: fc.oneof(
      { weight: 3, arbitrary: fc.constant(null) },
      { weight: 1, arbitrary: forgery },
    ),
  })
  .map(({ deed, ...others }) => ({ ...others, ...deed }));

const draft = fc.oneof(hostileDraft, honestDraft);

const mostly = <T>(usual: T, ...others: T[]): fc.Arbitrary<T> =>
  fc.oneof(
    { weight: 9, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: fc.constantFrom(usual, ...others) },
  );

const world = fc.record({
  drafts: fc.array(draft, { minLength: 1, maxLength: 5 }),
  rungs: fc.array(mostly<Rung>('auto', ...RUNGS), {
    minLength: PLAYBOOKS.length,
    maxLength: PLAYBOOKS.length,
  }),
  states: fc.array(mostly<GuardState>('clear', 'not_applicable', 'stale', 'blocked'), {
    minLength: 5,
    maxLength: 5,
  }),
  lifecycle: mostly<Standing['lifecycle']>('active', 'churned', 'deleting'),
  suspended: mostly<boolean>(false, true),
  ageHours: mostly(1, 30, 60),
  trusted: mostly<boolean>(true, false),
  sellable: mostly<boolean>(true, false),
  consent: mostly<boolean>(true, false),
  touched: mostly(0, 1, 2),
  silenced: mostly<readonly string[]>([], ['con-1']),
});

type World = typeof world extends fc.Arbitrary<infer W> ? W : never;

const standingOf = (of: World, accountId: string): Standing => {
  const base = aStanding({ accountId });
  const fact = (value: string | number | boolean | null) =>
    aFact({ value, trustedValue: of.trusted ? value : null, freshAt: addHours(NOW, -of.ageHours) });
  const guards: Guards = Object.fromEntries(
    GUARD_IDS.map((id, index) => [id, { state: of.states[index] ?? 'stale', reason: id }]),
  );
  const consent = { service: true, contract: of.consent, marketing: true };
  return {
    ...base,
    guards,
    lifecycle: of.lifecycle,
    silenced: of.silenced,
    contacts: ['con-1', 'con-2'].map((id) =>
      aContact({ id, email: `${id}@customer.example`, consent }),
    ),
    touches: Array.from({ length: of.touched }, (_, index) => ({
      contactId: 'con-2',
      at: addHours(NOW, -index - 1),
      actionId: null,
    })),
    facts: {
      ...base.facts,
      plan: fact('pro'),
      seats: fact(50),
      sellable: aFact({ value: of.sellable, trustedValue: of.sellable }),
    },
  };
};

interface Came {
  readonly row: OutboxRow;
  readonly proposal: StoredProposal;
  readonly of: World;
  readonly standing: Standing;
}

type Objection = readonly [boolean, string];

const closed = ({ standing }: Came, id: string): boolean =>
  ['stale', 'blocked'].includes(standing.guards[id]?.state ?? 'stale');

const general = ({ row, proposal, of, standing }: Came): Objection[] => {
  const tool = TOOLS.find(({ id }) => id === proposal.tool);
  const rung = of.rungs[PLAYBOOKS.findIndex(({ id }) => id === proposal.playbook)] ?? 'observe';
  return [
    [tool?.args.safeParse(proposal.args).success !== true, 'nobody declares it'],
    [of.suspended, 'the tenant is suspended'],
    [rung === 'observe' || rung === 'approve', `the rung is ${rung}`],
    [rung === 'draft' && row.port === 'email', 'sent at draft'],
    [of.lifecycle !== 'active' && proposal.class !== 'comply', 'the account is gone'],
    [row.accountId !== standing.accountId, 'another account'],
  ];
};

const selling = (came: Came): Objection[] =>
  came.proposal.class !== 'sell'
    ? []
    : [
        [GUARD_IDS.some((id) => closed(came, id)), 'selling past a closed guard'],
        [!came.of.sellable, 'selling to an account at risk'],
        [came.of.drafts.some(({ playbook }) => playbook === 'churn-save'), 'selling during a save'],
      ];

const APPROVED_TEMPLATES = ['check-in', 'reminder', 'seat-offer', 'save-discount'];

const messaging = (came: Came): Objection[] => {
  const { row, proposal, of, standing } = came;
  if (row.port !== 'email') return [];
  const { recipient, message } = row.effect;
  const contact = standing.contacts.find(({ id }) => id === recipient?.contactId);
  const honestText = `Hello ${contact?.name ?? ''}: ${message?.templateId ?? ''}`;
  return [
    [contact === undefined || contact.email !== recipient?.email, 'a stranger'],
    [of.silenced.includes(recipient?.contactId ?? ''), 'who asked for deletion'],
    [proposal.preview.category !== 'service' && !of.consent, 'without consent'],
    [proposal.preview.category === 'marketing', 'marketing'],
    [!APPROVED_TEMPLATES.includes(message?.templateId ?? ''), 'no approved template'],
    [message?.text !== honestText, 'words of its own'],
    [
      ['save', 'inform'].includes(proposal.class) && closed(came, 'touches'),
      'while touches are unknown',
    ],
  ];
};

const spending = ({ proposal, of }: Came): Objection[] => {
  const { tool, preview } = proposal;
  if (tool !== 'offer_seats' && tool !== 'offer_save_discount') return [];
  const minor = preview.money?.minor ?? -1;
  return [
    [!of.trusted, 'money on an untrusted word'],
    [of.ageHours > (tool === 'offer_seats' ? 24 : 48), 'on old facts'],
    [minor < 0 || minor > 100_000, 'beyond the limit of money'],
    [preview.discountBasisPoints > 1_000, 'beyond the limit of discounts'],
  ];
};

/** The rules once more, in plain code, for what has come out at the other end. */
const objections = (came: Came): string[] =>
  [...general(came), ...selling(came), ...messaging(came), ...spending(came)]
    .filter(([is]) => is)
    .map(([, why]) => why);

let database: OpenDatabase;
let home: House;
let neighbour: House;
let runs = 0;

beforeAll(async () => {
  database = await testDatabase();
  home = await openHouse(database, 'hostile');
  neighbour = await openHouse(database, 'neighbour');
});

const setBefore = new Map<string, Rung>();

const setRungs = async (rungs: readonly Rung[]): Promise<void> => {
  for (const [index, { id }] of PLAYBOOKS.entries()) {
    const rung = rungs[index] ?? 'observe';
    if (setBefore.get(id) === rung) continue;
    await home.rung(id, rung);
    setBefore.set(id, rung);
  }
};

const forged = (entry: Draft, standing: Standing): Preview | undefined => {
  if (entry.forged === null) return undefined;
  const tool = TOOLS.find(({ id }) => id === entry.tool);
  const parsed = tool?.args.safeParse(entry.args);
  const input = { ...standing, config: home.config, now: NOW };
  const honest =
    tool !== undefined && parsed?.success === true ? tool.preview(parsed.data, input) : aPreview();
  return { ...honest, ...entry.forged };
};

const fileAll = async (of: World, standing: Standing): Promise<void> => {
  const accountId = standing.accountId;
  for (const playbook of new Set(of.drafts.map((one) => one.playbook))) {
    const drafts = of.drafts.filter((one) => one.playbook === playbook);
    // The urgency of an open save case closes selling; other playbooks may be open side by side.
    const entry = await home.openCase(playbook, { id: `case-${accountId}-${playbook}`, accountId });
    await home.file(
      entry,
      drafts.map((one) => {
        const preview = forged(one, standing);
        return { tool: one.tool, args: one.args, ...(preview === undefined ? {} : { preview }) };
      }),
      { standing },
    );
  }
};

/** A new account lives through one hostile round, settled twice. What came out of it in the outbox. */
const live = async (of: World): Promise<Came[]> => {
  const accountId = `acc-h${(runs += 1)}`;
  await home.account(accountId);
  await setRungs(of.rungs);
  home.config = houseConfig({ id: home.tenantId, suspended: of.suspended });
  const standing = standingOf(of, accountId);
  await fileAll(of, standing);
  await home.settle({ standing });
  await home.settle({ standing });
  const proposals = await home.tx((tx) => listProposals(tx, { accountId }));
  const rows = await home.tx((tx) => listOutbox(tx, { limit: 10_000 }));
  return rows.flatMap((row) => {
    const proposal = proposals.find(({ id }) => id === row.proposalId);
    return proposal === undefined ? [] : [{ row, proposal, of, standing }];
  });
};

const expectOnce = (came: readonly Came[]): void => {
  const deeds = came.map(({ row: { port, effect } }) =>
    JSON.stringify([port, effect.message, effect.recipient, effect.task]),
  );
  expect(new Set(deeds).size).toBe(deeds.length);
};

const expectWithinTheWeek = (came: readonly Came[], of: World): void => {
  const mails = came
    .filter(({ row }) => row.port === 'email')
    .map(({ proposal }) => proposal.class);
  expect(new Set(mails).size).toBeLessThanOrEqual(1);
  expect(mails.filter((one) => one !== 'comply').length).toBeLessThanOrEqual(
    Math.max(0, 2 - of.touched),
  );
};

describe('settle, whatever is handed to it', () => {
  it(
    'does nothing against the rules, nothing twice, and nothing to anybody else',
    { timeout: 240_000 },
    async () => {
      let acted = 0;
      await fc.assert(
        fc.asyncProperty(world, async (of) => {
          const came = await live(of);
          acted += came.length;
          for (const one of came) expect(objections(one)).toEqual([]);
          expectOnce(came);
          expectWithinTheWeek(came, of);
        }),
        { numRuns: 60 },
      );
      // A property of nothing proves nothing.
      expect(acted).toBeGreaterThan(10);
      for (const table of ['proposals', 'decisions', 'approvals', 'outbox'])
        expect(await neighbour.count(table)).toBe(0);
    },
  );

  it('takes nothing that one tenant filed for another’s', async () => {
    const entry = await home.openCase('churn-save', { id: 'case-shared' });
    await home.rung('churn-save', 'auto');
    home.config = houseConfig({ id: home.tenantId });
    await home.file(entry, [{ tool: 'open_task', args: { kind: 'call' } }]);
    await neighbour.rung('churn-save', 'auto');
    expect((await neighbour.settle()).decisions).toEqual([]);
    expect((await home.settle()).decisions).toMatchObject([{ verdict: 'permit' }]);
  });

  it('refuses arguments that are a text rather than arguments', async () => {
    const entry = await home.openCase('churn-save', { id: 'case-long' });
    const args = { kind: 'x'.repeat(20_001) };
    await expect(home.file(entry, [{ tool: 'open_task', args }])).rejects.toMatchObject({
      code: 'proposal_too_large',
    });
    await expect(
      home.file(entry, [{ tool: 'open_task', args: ['x'] as unknown as JsonObject }]),
    ).rejects.toMatchObject({ code: 'proposal_unreadable' });
  });
});
