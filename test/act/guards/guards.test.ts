import { beforeAll, describe, expect, it } from 'vitest';
import {
  declareGuard,
  guardDeclarations,
  listDeclarations,
} from '../../../src/act/guards/declarations.ts';
import type { Declarations } from '../../../src/act/guards/define.ts';
import { GUARD_DEFINITIONS } from '../../../src/act/guards/definitions.ts';
import { guardInputs } from '../../../src/act/guards/guard-inputs.ts';
import { readGuards } from '../../../src/act/guards/read-guards.ts';
import { readStanding } from '../../../src/act/settle/standing.ts';
import { addHours, type Instant } from '../../../src/domain/time.ts';
import type { OpenDatabase } from '../../../src/platform/db/database.ts';
import { createTenant, testDatabase } from '../../support/database.ts';
import { viewOf, type AccountInput } from '../../support/account-view.ts';
import { aConfig } from '../../policies/question.ts';
import { accept, event, optionsAt } from '../../sense/sending.ts';
import { openHouse } from '../settle/house.ts';

const NOW: Instant = '2026-03-04T10:00:00.000Z';
const CONFIG = aConfig();
const HEARD = {
  invoice: NOW,
  incident: NOW,
  deletion_request: NOW,
  touch: NOW,
  ticket: NOW,
  conversation: null,
};

const guardsOf = (input: AccountInput = {}, declarations: Declarations = {}) =>
  readGuards(viewOf({ now: NOW, heard: HEARD, ...input }), declarations, CONFIG, NOW);

const invoice = (changes: object) => ({
  data: {
    invoiceId: 'in-1',
    status: 'open',
    amountDue: { minor: 1, currency: 'USD' },
    issuedOn: '2026-01-01',
    dueOn: '2026-03-03',
    ...changes,
  },
});

const ticket = (changes: object) => ({
  data: { ticketId: 't-1', status: 'open', openedAt: NOW, ...changes },
});

const declared = (guard: string, applicable = false): Declarations => ({
  [guard]: {
    guard,
    applicable,
    reason: 'we have no helpdesk',
    personId: 'person-ada',
    at: '2026-02-01T00:00:00.000Z',
  },
});

describe('readGuards', () => {
  it('is clear where the input is fresh and nothing is the matter', () => {
    expect(Object.values(guardsOf()).map(({ state }) => state)).toEqual(Array(5).fill('clear'));
  });

  it.each<[string, AccountInput['records'], string | null]>([
    ['billing', { invoice: [invoice({})] }, 'past due: invoice in-1'],
    ['billing', { invoice: [invoice({ dueOn: '2026-03-04' })] }, null],
    ['billing', { invoice: [invoice({ status: 'paid' })] }, null],
    ['billing', { invoice: [invoice({ status: 'uncollectible' })] }, 'past due: invoice in-1'],
    [
      'billing',
      {
        subscription: [
          {
            data: {
              subscriptionId: 's-1',
              planId: 'p',
              status: 'past_due',
              startedOn: '2025-01-01',
            },
          },
        ],
      },
      'past due: subscription s-1',
    ],
    [
      'incident',
      {
        incident: [
          { data: { incidentId: 'i-1', severity: 'SEV2', status: 'monitoring', startedAt: NOW } },
        ],
      },
      'open: SEV2 incident i-1',
    ],
    [
      'incident',
      {
        incident: [
          {
            data: { incidentId: 'i-1', severity: 'SEV3', status: 'investigating', startedAt: NOW },
          },
        ],
      },
      null,
    ],
    [
      'incident',
      {
        incident: [
          { data: { incidentId: 'i-1', severity: 'SEV1', status: 'resolved', startedAt: NOW } },
        ],
      },
      null,
    ],
    [
      'deletion',
      { deletion_request: [{ data: { requestId: 'd-1', status: 'received', requestedAt: NOW } }] },
      'deletion request d-1 (received)',
    ],
    [
      'deletion',
      { deletion_request: [{ data: { requestId: 'd-1', status: 'completed', requestedAt: NOW } }] },
      'deletion request d-1 (completed)',
    ],
    [
      'deletion',
      { deletion_request: [{ data: { requestId: 'd-1', status: 'withdrawn', requestedAt: NOW } }] },
      null,
    ],
    [
      'deletion',
      {
        deletion_request: [
          { data: { requestId: 'd-1', status: 'received', requestedAt: NOW, contactId: 'c' } },
        ],
      },
      null,
    ],
    ['conversation', { ticket: [ticket({})] }, 'open ticket t-1'],
    ['conversation', { ticket: [ticket({ status: 'pending' })] }, 'open ticket t-1'],
    ['conversation', { ticket: [ticket({ status: 'solved' })] }, null],
    ['conversation', { ticket: [ticket({ seatsRequested: 5 })] }, null],
  ])('%s with %j is blocked by: %s', (id, records, cause) => {
    const guard = guardsOf({ records: records ?? {} })[id];
    expect(guard).toMatchObject(
      cause === null ? { state: 'clear' } : { state: 'blocked', reason: cause },
    );
  });

  it.each(GUARD_DEFINITIONS.map(({ id, kinds, input }) => ({ id, kinds, input })))(
    '$id is stale without its input, and when that fell silent',
    ({ id, kinds, input }) => {
      const silent = (at: Instant | null) => ({
        heard: { ...HEARD, ...Object.fromEntries(kinds.map((kind) => [kind, at])) },
      });
      expect(guardsOf(silent(null))[id]).toEqual({
        state: 'stale',
        reason: `no ${input} were ever received`,
      });
      const hours = CONFIG.guards[id]?.maxAgeHours ?? 0;
      expect(guardsOf(silent(addHours(NOW, -hours)))[id]?.state).toBe('clear');
      expect(guardsOf(silent(addHours(NOW, -hours - 1)))[id]).toEqual({
        state: 'stale',
        reason: `no ${input} for ${hours + 1} hours, and at most ${hours} are allowed`,
      });
    },
  );

  it('is stale where the files set no largest age', () => {
    const view = viewOf({ now: NOW, heard: HEARD });
    expect(readGuards(view, {}, { ...CONFIG, guards: {} }, NOW)['billing']).toEqual({
      state: 'stale',
      reason: 'no largest age is set for billing in guards.yaml',
    });
  });

  it('does not apply where an admin said so and there is no input', () => {
    const heard = { ...HEARD, ticket: null };
    expect(guardsOf({ heard }, declared('conversation'))['conversation']).toEqual({
      state: 'not_applicable',
      reason: 'declared not applicable by person-ada on 2026-02-01: we have no helpdesk',
    });
    expect(guardsOf({ heard }, declared('conversation', true))['conversation']?.state).toBe(
      'stale',
    );
    expect(guardsOf({}, declared('conversation'))['conversation']?.state).toBe('clear');
  });

  it('is blocked by a cause, whatever was declared and however old the input', () => {
    const heard = { ...HEARD, ticket: null };
    expect(
      guardsOf({ heard, records: { ticket: [ticket({})] } }, declared('conversation'))[
        'conversation'
      ]?.state,
    ).toBe('blocked');
  });
});

describe('readStanding', () => {
  const standing = (records: AccountInput['records'], facts = {}) => {
    const view = viewOf({ now: NOW, heard: HEARD, records: records ?? {} });
    return readStanding({
      view,
      facts,
      scores: {},
      factSetId: 'f',
      declarations: {},
      config: CONFIG,
      languages: new Map(),
      now: NOW,
    });
  };
  const contact = (changes: object) => ({
    data: { contactId: 'c-1', name: 'Kim', email: 'kim@x.example', role: 'admin', ...changes },
  });

  it('knows contacts with their consent; absent consent is none', () => {
    const { contacts } = standing({
      contact: [contact({ consentContract: true, zone: 'Asia/Tokyo' })],
    });
    expect(contacts).toMatchObject([
      {
        id: 'c-1',
        zone: 'Asia/Tokyo',
        language: 'en',
        consent: { service: true, contract: true, marketing: false },
      },
    ]);
  });

  it('leaves out who left, and a zone that nobody knows', () => {
    const { contacts } = standing({
      account: [{ data: { accountId: 'a', name: 'A', zone: 'Europe/Paris' } }],
      contact: [contact({ left: true }), contact({ contactId: 'c-2', zone: 'Mars/Phobos' })],
    });
    expect(contacts).toMatchObject([{ id: 'c-2', zone: 'Europe/Paris' }]);
  });

  it('silences the contact who asked for deletion, and ends the account that did', () => {
    const request = (contactId?: string) => ({
      deletion_request: [
        {
          data: {
            requestId: 'd',
            status: 'received',
            requestedAt: NOW,
            ...(contactId === undefined ? {} : { contactId }),
          },
        },
      ],
    });
    expect(standing(request('c-1'))).toMatchObject({ silenced: ['c-1'], lifecycle: 'active' });
    expect(standing(request())).toMatchObject({ silenced: [], lifecycle: 'deleting' });
  });

  it('reads tier, owner and churn from facts, the tier from trusted sources alone', () => {
    const fact = (value: unknown, trustedValue: unknown = value) => ({
      value,
      trustedValue,
      unit: '',
      sources: [],
      freshAt: NOW,
      coverage: 1,
    });
    expect(
      standing({}, { plan_tier: fact('growth', null), owner: fact('dana'), churned: fact(true) }),
    ).toMatchObject({
      tier: '*',
      ownerId: 'dana',
      lifecycle: 'churned',
    });
    expect(standing({}, { plan_tier: fact('growth') })).toMatchObject({
      tier: 'growth',
      ownerId: null,
      lifecycle: 'active',
    });
  });

  it('counts outward touches of the last seven days', () => {
    const touch = (touchId: string, at: Instant, direction = 'out') => ({
      data: { touchId, at, channel: 'call', direction, contactId: 'c-1' },
    });
    const { touches } = standing({
      touch: [
        touch('1', addHours(NOW, -1)),
        touch('2', addHours(NOW, -168)),
        touch('3', addHours(NOW, -1), 'in'),
      ],
    });
    expect(touches).toEqual([{ contactId: 'c-1', at: addHours(NOW, -1), actionId: null }]);
  });
});

describe('guardInputs', () => {
  it('knows an input as far as it speaks, however late it was sent', async () => {
    const database = await testDatabase();
    const id = await createTenant(database, 'inputs');
    const heard = async () =>
      Object.fromEntries(
        (await database.withTenant(id, (tx) => guardInputs(tx, CONFIG, NOW))).map(
          ({ definition, heardUpTo, fresh }) => [definition.id, fresh ? 'fresh' : heardUpTo],
        ),
      );
    const beat = (occurredAt: Instant) =>
      accept(
        database,
        id,
        [event('incident.heartbeat', {}, { occurredAt, source: 'status-page' })],
        optionsAt(NOW),
      );
    expect(await heard()).toMatchObject({ incident: null, billing: null });
    await beat('2025-06-01T12:00:00.000Z');
    expect((await heard())['incident']).toMatch(/^2025-06-01/);
    await beat(addHours(NOW, -1));
    expect(await heard()).toMatchObject({ incident: 'fresh', billing: null });
  });
});

describe('declareGuard', () => {
  let database: OpenDatabase;
  beforeAll(async () => {
    database = await testDatabase();
  });

  it('is an admin’s recorded word; the newest counts', async () => {
    const home = await openHouse(database, 'guards');
    const declare = (
      guard: string,
      applicable: boolean,
      reason = 'because',
      person = home.people.ada,
    ) => home.tx((tx) => declareGuard(tx, { guard, applicable, reason, person, now: NOW }));
    await declare('conversation', false);
    await declare('billing', false);
    await declare('conversation', true, 'we have one now');
    expect(await home.tx((tx) => guardDeclarations(tx))).toMatchObject({
      billing: { applicable: false, personId: home.people.ada.id },
      conversation: { applicable: true, reason: 'we have one now' },
    });
    expect(await home.tx((tx) => listDeclarations(tx))).toHaveLength(3);
    expect(await home.count('ledger_entries')).toBeGreaterThanOrEqual(3);
    await expect(declare('moon', false)).rejects.toMatchObject({ code: 'guard_not_found' });
    await expect(declare('billing', true, '')).rejects.toMatchObject({ code: 'reason_required' });
    await expect(declare('billing', true, 'x', home.people.ben)).rejects.toMatchObject({
      code: 'auth.not_allowed',
    });
  });
});
