import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { renderTemplate, type SlotValue } from '../../../src/domain/message.ts';
import type { TenantConfig } from '../../../src/domain/tenant.ts';
import { describeFaults } from '../../../src/platform/config/fault.ts';
import { readTenantFolder } from '../../../src/platform/config/read-folder.ts';
import churnSave from '../../../src/playbooks/churn-save.ts';
import renewalRunway from '../../../src/playbooks/renewal-runway.ts';
import requestedContact from '../../../src/playbooks/requested-contact.ts';
import requestedOffer from '../../../src/playbooks/requested-offer.ts';
import requestedSave from '../../../src/playbooks/requested-save.ts';
import seatExpansion from '../../../src/playbooks/seat-expansion.ts';
import { loadPackagedPolicies } from '../../../src/policies/load.ts';
import { checkPolicies } from '../../../src/policies/prepare.ts';
import { SAMPLE_AUTONOMY } from '../../../src/sample/people.ts';
import { RUNGS } from '../../../src/domain/decision.ts';

const folder = fileURLToPath(new URL('../../../tenants/lumenboard/', import.meta.url));
const playbooks = [
  ...[churnSave, renewalRunway, seatExpansion],
  ...[requestedContact, requestedOffer, requestedSave],
];
let config: TenantConfig;

beforeAll(async () => {
  const result = await readTenantFolder(folder, { playbooks });
  if (!result.ok) throw new Error(describeFaults(result.faults));
  config = result.config;
});

describe('the sample company’s folder', () => {
  it('has policies that join the packaged ones', async () => {
    const actions = ['offer_seats', 'offer_save_discount', 'send_template', 'open_task'];
    const faults = checkPolicies(await loadPackagedPolicies(), {
      tenantFiles: config.policies,
      actions,
    });
    expect(faults).toEqual([]);
  });

  it('shows every setting: no file of the folder is left out', async () => {
    expect((await readdir(folder)).sort()).toEqual([
      'approvals.yaml',
      'autonomy.yaml',
      'deals.yaml',
      'guards.yaml',
      'identity.yaml',
      'models.yaml',
      'owners.yaml',
      'plans.yaml',
      'playbooks.yaml',
      'policies',
      'scores.yaml',
      'telemetry.yaml',
      'templates',
      'tenant.yaml',
    ]);
  });

  it('points editors to a schema that exists', async () => {
    const files = (await readdir(folder, { recursive: true })).filter((name) =>
      name.endsWith('.yaml'),
    );
    for (const file of files) {
      const [line = ''] = (await readFile(join(folder, file), 'utf8')).split('\n');
      const schema = /^# yaml-language-server: \$schema=(\S+)$/.exec(line)?.[1] ?? '';
      await expect(
        readFile(new URL(schema, pathToFileURL(join(folder, file))), 'utf8'),
        file,
      ).resolves.toContain('Retinue');
    }
  });

  it('leaves room for what its admin decided', () => {
    for (const [playbook, action, rung] of SAMPLE_AUTONOMY) {
      const ceiling = config.ceiling[`${playbook}/${action}`] ?? config.ceiling['*'] ?? 'observe';
      expect(RUNGS.indexOf(ceiling), `${playbook}/${action}`).toBeGreaterThanOrEqual(
        RUNGS.indexOf(rung),
      );
    }
  });

  it('prices its plans and sets a threshold for every tier', () => {
    expect(config.plans.map(({ id, seatPrice }) => [id, seatPrice?.minor])).toEqual([
      ['starter', 1900],
      ['growth', 4900],
      ['enterprise', 7900],
    ]);
    for (const { tier } of config.plans) expect(config.approvals.thresholds).toHaveProperty(tier);
  });

  it('writes to nobody but .example addresses', () => {
    const addresses = [
      config.contact.sender?.email ?? '',
      ...config.owners.map(({ email }) => email),
    ];
    expect(addresses.filter((address) => !address.endsWith('.example'))).toEqual([]);
  });

  const values: Readonly<Record<string, SlotValue>> = {
    'contact.name': 'Dana Reyes',
    'account.name': 'Harbor & Pine',
    'sender.name': 'Lumenboard',
    'plan.name': 'Growth',
    seats: 5,
    'seat.price': { minor: 4900, currency: 'USD' },
    'total.monthly': { minor: 24_500, currency: 'USD' },
    discount: 2000,
    months: 3,
    'renewal.day': '2026-06-30',
  };

  it.each([
    ['seat-offer', 'We can add 5 seats to your Growth plan, at the price you know: $49.00 a seat'],
    ['save-discount', 'we offer you 20% off your plan for the next 3 months'],
    ['check-in', 'Hello Dana Reyes,'],
    ['renewal-conversation', 'your contract for Harbor & Pine renews on June 30, 2026'],
  ])('renders %s', (id, expected) => {
    const template = config.templates.find((one) => one.id === id);
    if (template === undefined) throw new Error(`no template ${id}`);
    const slots = Object.fromEntries(
      Object.keys(template.slots).map((slot) => [slot, values[slot] ?? '']),
    );
    const { subject, text } = renderTemplate(template, slots);
    expect(text.replaceAll('\n', ' ')).toContain(expected);
    expect(subject + text).not.toMatch(/[{}]/);
  });
});
