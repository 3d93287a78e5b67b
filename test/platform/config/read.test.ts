import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { describeFaults } from '../../../src/platform/config/fault.ts';
import type { KnownParts } from '../../../src/platform/config/folder.ts';
import { readTenantFiles, type TenantFiles } from '../../../src/platform/config/read.ts';
import { defaultTenantConfig } from '../../../src/platform/config/default.ts';
import type { TenantConfig } from '../../../src/domain/tenant.ts';

const TENANT = 'id: acme\nname: Acme\ncurrency: USD\nzone: Europe/Berlin\n';

/** The faults of these files beside a good tenant.yaml, as a person reads them. */
const faults = (files: TenantFiles, known: KnownParts = {}): string => {
  const result = readTenantFiles({ 'tenant.yaml': TENANT, ...files }, known);
  return result.ok ? 'none' : describeFaults(result.faults, 100);
};

const config = (files: TenantFiles = {}): TenantConfig => {
  const result = readTenantFiles({ 'tenant.yaml': TENANT, ...files });
  if (!result.ok) throw new Error(describeFaults(result.faults));
  return result.config;
};

const PLANS = `plans:
  - { id: pro, name: Pro, rank: 2, tier: growth, seatPrice: 49.00 USD, features: [sso] }
  - { id: basic, name: Basic, rank: 1, tier: starter }
`;
const TELEMETRY = `metrics:
  - { id: logins, kind: count }
features:
  - { id: sso, name: SSO }
`;
const BOTH = { 'plans.yaml': PLANS, 'telemetry.yaml': TELEMETRY };

describe('a tenant with tenant.yaml alone', () => {
  it('has defaults that are safe', () => {
    expect(config()).toMatchObject({
      id: 'acme',
      version: 0,
      suspended: false,
      plans: [],
      owners: [],
      templates: [],
      policies: {},
      playbooks: {},
      scores: {},
      ceiling: { '*': 'approve' },
      approvals: {
        expireHours: 72,
        thresholds: { '*': { moneyMinor: 0, discountBasisPoints: 0 } },
      },
      contact: { quietFromHour: 18, quietToHour: 8, weekdaysOnly: true, sender: null },
      outbox: { holdSeconds: 300 },
    });
    expect(Object.keys(config().guards).sort()).toEqual([
      'billing',
      'conversation',
      'deletion',
      'incident',
      'touches',
    ]);
    expect(config().metrics.map(({ id }) => id)).toEqual([
      'logins',
      'active_users',
      'api_calls',
      'seats_used',
      'storage_gb',
    ]);
  });

  it('is what a tenant without files gets', () => {
    const made = defaultTenantConfig({
      id: 'acme',
      name: 'Acme',
      currency: 'USD',
      zone: 'Europe/Berlin',
    });
    expect(made).toEqual(config());
  });

  it('may have a name that YAML would read as something else', () => {
    const made = defaultTenantConfig({
      id: 'acme',
      name: 'yes: "no" # 3',
      currency: 'JPY',
      zone: 'UTC',
    });
    expect(made).toMatchObject({ name: 'yes: "no" # 3', currency: 'JPY' });
  });

  it('keeps the safe defaults beside what a file adds', () => {
    const made = config({
      ...BOTH,
      'autonomy.yaml': 'ceiling: { seat-expansion/offer_seats: auto }',
      'approvals.yaml': 'thresholds: { growth: { money: 250.50 USD, discount: 12.5% } }',
    });
    expect(made.ceiling).toEqual({ '*': 'approve', 'seat-expansion/offer_seats': 'auto' });
    expect(made.approvals.thresholds).toEqual({
      '*': { moneyMinor: 0, discountBasisPoints: 0 },
      growth: { moneyMinor: 25_050, discountBasisPoints: 1250 },
    });
  });

  it('must not be missing', () => {
    const result = readTenantFiles({});
    expect(result).toEqual({
      ok: false,
      faults: [
        {
          file: 'tenant.yaml',
          path: '',
          line: null,
          message: 'is missing: write one as in tenants/lumenboard/tenant.yaml',
        },
      ],
    });
  });
});

describe('what files mean', () => {
  it('reads money as text, in the currency’s own minor units', () => {
    const price = (text: string) =>
      config({
        'tenant.yaml': `${TENANT}rates: [{ from: JPY, day: 2026-01-01, rate: "0.0066" }]`,
        'plans.yaml': `plans: [{ id: p, name: P, rank: 1, tier: t, seatPrice: ${text} }]`,
      }).plans[0]?.seatPrice;
    expect(price('0.29 USD')).toEqual({ minor: 29, currency: 'USD' });
    expect(price('1234567.10 USD')).toEqual({ minor: 123_456_710, currency: 'USD' });
    expect(price('4900 JPY')).toEqual({ minor: 4900, currency: 'JPY' });
  });

  it('takes a feature’s rank from the lowest plan that has it, and gives it a metric', () => {
    const made = config(BOTH);
    expect(made.features).toEqual([{ id: 'sso', name: 'SSO', fromRank: 2 }]);
    expect(made.metrics).toContainEqual({
      id: 'feature:sso',
      kind: 'count',
      events: [],
      feature: 'sso',
    });
  });

  it('sorts rates by day', () => {
    const rates =
      'rates: [{ from: EUR, day: 2026-02-01, rate: "2" }, { from: EUR, day: 2026-01-01, rate: "1" }]';
    expect(config({ 'tenant.yaml': TENANT + rates }).rates.map(({ rate }) => rate)).toEqual([
      '1',
      '2',
    ]);
  });

  it('gives a template a version that follows its text', () => {
    const version = (text: string) =>
      config({ 'templates/hi.yaml': template({ text }) }).templates[0]?.version ?? '';
    expect(version('Hello')).toMatch(/^[0-9a-f]{12}$/);
    expect(version('Hello')).toBe(version('Hello'));
    expect(version('Hello')).not.toBe(version('Hallo'));
  });

  it('names policies as the packaged sets are named', () => {
    const text = '@id("a.b") forbid (principal, action, resource);';
    expect(config({ 'policies/ours.cedar': text }).policies).toEqual({ 'ours.cedar': text });
  });

  it('leaves a holdout and a mode that are not written to the playbook', () => {
    const made = config({
      'playbooks.yaml': 'playbooks: { a: {}, b: { holdout: 2.5%, enabled: false } }',
    });
    expect(made.playbooks).toEqual({
      a: { enabled: true, parameters: {} },
      b: { enabled: false, holdout: 250, parameters: {} },
    });
  });
});

describe('faults of one file', () => {
  it.each([
    [
      'a bad zone',
      { 'tenant.yaml': TENANT.replace('Europe/Berlin', 'Mars/Olympus') },
      'tenant.yaml:4  zone: is not a time zone',
    ],
    [
      'an offset for a zone',
      { 'tenant.yaml': TENANT.replace('Europe/Berlin', '"+02:00"') },
      'tenant.yaml:4  zone: is not a time zone',
    ],
    [
      'a currency that is none',
      { 'tenant.yaml': TENANT.replace('USD', 'DOL') },
      'tenant.yaml:3  currency: is not an ISO 4217 currency',
    ],
    [
      'a missing name',
      { 'tenant.yaml': TENANT.replace('name: Acme\n', '') },
      'tenant.yaml:1  name: is missing: write text',
    ],
    [
      'a setting that is none',
      { 'tenant.yaml': `${TENANT}colour: red` },
      'tenant.yaml:5  colour: is not a setting: remove it or correct its spelling',
    ],
    [
      'an hour of 24',
      { 'tenant.yaml': `${TENANT}contact: { quietHours: { from: 24, to: 8 } }` },
      'contact.quietHours.from: write an hour from 0 to 23',
    ],
    [
      'a rate without quotes',
      { 'tenant.yaml': `${TENANT}rates: [{ from: EUR, day: 2026-01-01, rate: 1.08 }]` },
      'rates[0].rate: write the rate in quotes',
    ],
    [
      'a rate of zero',
      { 'tenant.yaml': `${TENANT}rates: [{ from: EUR, day: 2026-01-01, rate: "0" }]` },
      'must be above zero',
    ],
    [
      'an impossible day',
      { 'tenant.yaml': `${TENANT}holidays: [2026-02-30]` },
      'tenant.yaml:5  holidays[0]: is not a day of the calendar',
    ],
    [
      'a price without a currency',
      { 'plans.yaml': PLANS.replace('49.00 USD', '49.00') },
      'plans.yaml:2  plans[0].seatPrice: write the figure and the currency',
    ],
    [
      'a price too fine',
      { 'plans.yaml': PLANS.replace('49.00 USD', '49.001 USD') },
      'has too many decimals for USD',
    ],
    [
      'a role that is none',
      { 'owners.yaml': 'owners: [{ id: a, name: A, email: a@b.example, role: boss }]' },
      'owners[0].role: write one of `csm`, `account_manager`',
    ],
    [
      'an address that is none',
      { 'owners.yaml': 'owners: [{ id: a, name: A, email: nowhere, role: csm }]' },
      'owners[0].email: is not an e-mail address',
    ],
    [
      'a discount above all',
      { 'approvals.yaml': 'thresholds: { "*": { money: 0.00 USD, discount: 101% } }' },
      'must not be above `100%`',
    ],
    [
      'a rung that is none',
      { 'autonomy.yaml': 'ceiling: { "*": yolo }' },
      'autonomy.yaml:1  ceiling.*: write one of `observe`, `draft`',
    ],
    [
      'a ceiling of nothing',
      { 'autonomy.yaml': 'ceiling: { seat expansion: auto }' },
      'is not a good name: name a `playbook/action`',
    ],
    [
      'a guard that is none',
      { 'guards.yaml': 'guards: { incidnet: { maxAgeHours: 1 } }' },
      'guards.yaml:1  guards.incidnet: is not a setting',
    ],
    ['text where a list belongs', { 'plans.yaml': 'plans: none' }, 'plans: write a list'],
    ['a list where settings belong', { 'plans.yaml': '- pro' }, 'write settings, a line each'],
    ['YAML that is none', { 'plans.yaml': 'plans: [\nowners' }, 'plans.yaml:2  is not valid YAML'],
    [
      'a key twice',
      { 'tenant.yaml': `${TENANT}name: Again\n` },
      'tenant.yaml:5  is not valid YAML',
    ],
    [
      'an unknown tag',
      { 'scores.yaml': 'scores: !!js/function "x"' },
      'scores.yaml:1  is not valid YAML',
    ],
    [
      'an alias of itself',
      { 'scores.yaml': 'scores: &a { b: *a }' },
      'nested too deeply, or an alias in it refers to itself',
    ],
    [
      'a NUL',
      { 'scores.yaml': 'scores: { a: { b: "\\0" } }' },
      'holds a character that cannot be stored',
    ],
    [
      'a policy that does not parse',
      { 'policies/a.cedar': '\nforbid (principal' },
      'policies/a.cedar:2  unexpected end of input',
    ],
    [
      'a file that is none',
      { 'plan.yaml': 'plans: []' },
      "plan.yaml  is not a file of a tenant's folder",
    ],
  ])('%s', (_, files, expected) => {
    expect(faults(files)).toContain(expected);
  });
});

describe('faults between files', () => {
  const owners = (text: string) => ({
    'owners.yaml': `owners:\n  - { id: ada, name: Ada, email: a@x.example, role: csm }\n  - ${text}\n`,
  });

  it.each([
    [
      'an unknown deputy',
      owners('{ id: bo, name: Bo, email: b@x.example, role: csm, deputy: eve }'),
      'owners.yaml:3  owners[1].deputy: `eve` is not an owner',
    ],
    [
      'a deputy of oneself',
      owners('{ id: bo, name: Bo, email: b@x.example, role: csm, deputy: bo }'),
      'owners[1].deputy: is the owner: name someone else',
    ],
    [
      'an absence backwards',
      owners(
        '{ id: bo, name: Bo, email: b@x.example, role: csm, absences: [{ from: 2026-02-02, to: 2026-02-01 }] }',
      ),
      'owners[1].absences[0]: ends before it begins',
    ],
    [
      'an owner twice',
      owners('{ id: ada, name: Bo, email: b@x.example, role: csm }'),
      'owners[1].id: `ada` is used twice',
    ],
    [
      'an unknown feature',
      { ...BOTH, 'plans.yaml': PLANS.replace('[sso]', '[sso, teleport]') },
      'plans.yaml:2  plans[0].features[1]: `teleport` is not a feature of telemetry.yaml',
    ],
    [
      'an unknown limit',
      { ...BOTH, 'plans.yaml': PLANS.replace('features:', 'limits: { seatz: 5 }, features:') },
      'plans[0].limits.seatz: is not a metric of telemetry.yaml: write `logins`',
    ],
    [
      'a feature below its rank',
      { ...BOTH, 'telemetry.yaml': TELEMETRY.replace('name: SSO', 'name: SSO, fromRank: 3') },
      '`sso` starts at rank 3 by telemetry.yaml, and this plan has rank 2',
    ],
    [
      'a feature that nobody sells',
      { ...BOTH, 'plans.yaml': PLANS.replace('[sso]', '[]') },
      'telemetry.yaml:4  features[0]: no plan includes `sso`',
    ],
    [
      'a plan twice',
      { ...BOTH, 'plans.yaml': PLANS.replace('id: basic', 'id: pro') },
      'plans.yaml:3  plans[1].id: `pro` is used twice',
    ],
    [
      'a price without a rate',
      { ...BOTH, 'plans.yaml': PLANS.replace('USD', 'CHF') },
      'plans[0].seatPrice: is in CHF, for which there is no rate',
    ],
    [
      'a rate of one’s own currency',
      { 'tenant.yaml': `${TENANT}rates: [{ from: USD, day: 2026-01-01, rate: "1" }]` },
      'is your own currency: remove this rate',
    ],
    [
      'two rates of a day',
      {
        'tenant.yaml': `${TENANT}rates: [{ from: EUR, day: 2026-01-01, rate: "1" }, { from: EUR, day: 2026-01-01, rate: "2" }]`,
      },
      'rates[1]: is a second rate from EUR on 2026-01-01',
    ],
    [
      'a threshold in another currency',
      { ...BOTH, 'approvals.yaml': 'thresholds: { growth: { money: 1.00 EUR, discount: 1% } }' },
      'thresholds.growth.money: must be in USD',
    ],
    [
      'a threshold of no tier',
      { ...BOTH, 'approvals.yaml': 'thresholds: { grwth: { money: 1.00 USD, discount: 1% } }' },
      'thresholds.grwth: is not the tier of any plan: write `growth`, `starter` or `*`',
    ],
  ])('%s', (_, files, expected) => {
    expect(faults(files)).toContain(expected);
  });

  it('are none in good files', () => {
    expect(
      faults({
        ...BOTH,
        ...owners('{ id: bo, name: Bo, email: b@x.example, role: csm, deputy: ada }'),
      }),
    ).toBe('none');
  });
});

describe('templates', () => {
  it.each([
    [
      'a slot without a type',
      template({ text: 'Hello {{contact.name}}' }),
      'text: uses `{{contact.name}}`, which has no type',
    ],
    [
      'a type without a slot',
      template({ slots: '{ seats: integer }' }),
      'slots.seats: is not used',
    ],
    [
      'a slot spelled with spaces',
      template({ text: '{{ seats }}', slots: '{ seats: integer }' }),
      'uses `{{ seats }}`',
    ],
    ['braces that close nothing', template({ text: 'Hello }} you' }), 'belongs to no slot'],
    [
      'marketing',
      template({ category: 'marketing' }),
      'templates/hi.yaml:2  category: marketing carries a way to unsubscribe and your postal address',
    ],
    [
      'another file name',
      template({ id: 'hello' }),
      'rename the file to `templates/hello.yaml` or `templates/hello.en.yaml`',
    ],
    ['a subject of two lines', template({ subject: '"a\\nBcc: x"' }), 'subject: must be one line'],
    ['no approval', template({}).replace(/approved.*/, ''), 'approved: is missing'],
  ])('with %s', (_, text, expected) => {
    expect(faults({ 'templates/hi.yaml': text })).toContain(expected);
  });

  it('may exist in several languages, once each', () => {
    const de = template({ language: 'de' });
    expect(faults({ 'templates/hi.yaml': template({}), 'templates/hi.de.yaml': de })).toBe('none');
    expect(faults({ 'templates/hi.yaml': de, 'templates/hi.de.yaml': de })).toContain(
      'second text of this id and language',
    );
  });
});

describe('against the loaded catalogues', () => {
  const known: KnownParts = {
    playbooks: [
      {
        id: 'seat-expansion',
        parameters: z.strictObject({ maxSeats: z.int().max(100).default(5) }),
        tools: ['offer_seats'],
      },
    ],
    scores: [
      {
        id: 'churn_risk',
        check: (settings) => ('weights' in settings ? ['weights: add up to 3'] : []),
      },
    ],
  };

  it.each([
    [
      'an unknown playbook',
      { 'playbooks.yaml': 'playbooks:\n  seats: {}' },
      'playbooks.yaml:2  playbooks.seats: is not a playbook of this build: write `seat-expansion`',
    ],
    [
      'a parameter out of bounds',
      { 'playbooks.yaml': 'playbooks:\n  seat-expansion:\n    parameters:\n      maxSeats: 500' },
      'playbooks.yaml:4  playbooks.seat-expansion.parameters.maxSeats: ',
    ],
    [
      'an unknown parameter',
      { 'playbooks.yaml': 'playbooks: { seat-expansion: { parameters: { maxSeatz: 5 } } }' },
      'maxSeatz',
    ],
    [
      'a ceiling of an unknown playbook',
      { 'autonomy.yaml': 'ceiling: { seats/offer_seats: auto }' },
      'is not a playbook of this build',
    ],
    [
      'a ceiling of an unknown action',
      { 'autonomy.yaml': 'ceiling: { seat-expansion/give_all: auto }' },
      '`seat-expansion` has no action `give_all`: write `offer_seats` or `*`',
    ],
    [
      'a score set wrongly',
      { 'scores.yaml': 'scores:\n  churn_risk: { weights: {} }' },
      'scores.yaml:2  scores.churn_risk: weights: add up to 3',
    ],
    [
      'an unknown score',
      { 'scores.yaml': 'scores: { happiness: {} }' },
      'is not a score of this build: write `churn_risk`',
    ],
  ])('%s', (_, files, expected) => {
    expect(faults(files, known)).toContain(expected);
    expect(faults(files)).toBe('none');
  });
});

describe('the report', () => {
  it('holds the faults of all files at once, in their order, ten of them shown', () => {
    const result = readTenantFiles({
      'tenant.yaml': TENANT.replace('USD', 'DOL'),
      'plans.yaml': `plans:\n${'  - { id: "?" }\n'.repeat(4)}`,
      'owners.yaml': 'owners: [{ id: a, name: A, email: a@x.example, role: csm, deputy: b }]',
      'policies/a.cedar': 'nonsense',
    });
    const found = result.ok ? [] : result.faults;
    const files = found.map(({ file }) => file);
    expect([...new Set(files)]).toEqual([
      'tenant.yaml',
      'plans.yaml',
      'owners.yaml',
      'policies/a.cedar',
    ]);
    const lines = describeFaults(found).split('\n');
    expect(lines).toHaveLength(11);
    expect(lines.at(-1)).toBe(`… and ${found.length - 10} more`);
    expect(lines.join('\n')).not.toMatch(/\bat .*\.ts:\d/);
  });
});

function template(
  differences: Partial<
    Record<'id' | 'category' | 'language' | 'subject' | 'text' | 'slots', string>
  >,
): string {
  const fields = {
    id: 'hi',
    category: 'service',
    language: 'en',
    subject: 'Hello',
    text: 'Hello',
    slots: '{}',
    ...differences,
  };
  return [
    ...Object.entries(fields).map(
      ([key, value]) => `${key}: ${key === 'text' ? JSON.stringify(value) : value}`,
    ),
    'approved: { by: Ada, at: 2026-01-01T00:00:00Z }',
  ].join('\n');
}
