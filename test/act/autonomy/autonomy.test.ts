import { beforeAll, describe, expect, it } from 'vitest';
import {
  listAutonomy,
  recordAutonomy,
  reportTrouble,
  rungInForce,
} from '../../../src/act/autonomy/autonomy.ts';
import { listLedger } from '../../../src/act/ledger/ledger.ts';
import type { Rung } from '../../../src/domain/decision.ts';
import type { JsonObject } from '../../../src/domain/json.ts';
import type { Principal } from '../../../src/domain/person.ts';
import { addHours, type Instant } from '../../../src/domain/time.ts';
import type { OpenDatabase } from '../../../src/platform/db/database.ts';
import { testDatabase } from '../../support/database.ts';
import { NOW, openHouse, type House } from '../settle/house.ts';

let database: OpenDatabase;
let houses = 0;
const house = (): Promise<House> => openHouse(database, `autonomy-${(houses += 1)}`);

beforeAll(async () => {
  database = await testDatabase();
});

const POST = { playbook: 'seat-expansion', action: 'offer_seats' };

const step = (
  home: House,
  rung: Rung,
  changes: { reason?: string; person?: Principal; now?: Instant; measured?: JsonObject } = {},
) =>
  home.tx((tx) =>
    recordAutonomy(tx, {
      ...POST,
      rung,
      reason: 'it did well',
      person: home.people.ada,
      config: home.config,
      now: NOW,
      ...changes,
    }),
  );

const inForce = (home: House) => home.tx((tx) => rungInForce(tx, { ...POST, config: home.config }));

const trouble = (
  home: House,
  subject: string,
  now: Instant = NOW,
  kind: 'complaint' | 'effect_unknown' = 'effect_unknown',
) => home.tx((tx) => reportTrouble(tx, { ...POST, kind, subject, now }));

describe('autonomy', () => {
  it('is to observe until somebody decides otherwise', async () => {
    expect(await inForce(await house())).toBe('observe');
  });

  it('moves by a recorded decision, labelled where nothing was measured', async () => {
    const home = await house();
    await step(home, 'approve');
    await step(home, 'auto', { measured: { accepted: 41, of: 44 } });
    expect(await inForce(home)).toBe('auto');
    expect(await home.tx((tx) => listAutonomy(tx))).toMatchObject([
      {
        ordinal: 2,
        previous: 'approve',
        rung: 'auto',
        measured: { accepted: 41, of: 44 },
        personId: home.people.ada.id,
      },
      { ordinal: 1, previous: 'observe', rung: 'approve', measured: null },
    ]);
    const entries = await home.tx((tx) => listLedger(tx, { kind: 'autonomy' }));
    expect(entries.map(({ body }) => body['results'])).toEqual([
      'without measured results',
      'measured',
    ]);
  });

  it('is a matter of one playbook and action', async () => {
    const home = await house();
    await step(home, 'auto');
    expect(
      await home.tx((tx) =>
        rungInForce(tx, { playbook: 'seat-expansion', action: 'open_task', config: home.config }),
      ),
    ).toBe('observe');
  });

  it('never rises above the ceiling in the files, nor stays above one that was lowered', async () => {
    const home = await house();
    home.config = { ...home.config, ceiling: { '*': 'auto', 'seat-expansion': 'approve' } };
    await expect(step(home, 'auto')).rejects.toMatchObject({ code: 'autonomy_above_ceiling' });
    await step(home, 'approve');
    home.config = { ...home.config, ceiling: { '*': 'draft' } };
    expect(await inForce(home)).toBe('draft');
  });

  it('is decided by an admin with a reason', async () => {
    const home = await house();
    await expect(step(home, 'draft', { person: home.people.ben })).rejects.toMatchObject({
      code: 'auth.not_allowed',
    });
    await expect(step(home, 'draft', { reason: ' ' })).rejects.toMatchObject({
      code: 'reason_required',
    });
    const other = await house();
    await expect(step(home, 'draft', { person: other.people.ada })).rejects.toMatchObject({
      code: 'auth.not_allowed',
    });
    expect(await inForce(home)).toBe('observe');
  });

  it('steps down by itself when it is enough, and says why', async () => {
    const home = await house();
    await step(home, 'auto');
    expect(await trouble(home, 'a1', addHours(NOW, 1))).toBeNull();
    expect(await trouble(home, 'a1', addHours(NOW, 2))).toBeNull();
    expect(await trouble(home, 'a2', addHours(NOW, 3))).toMatchObject({
      previous: 'auto',
      rung: 'approve',
      personId: null,
    });
    expect(await inForce(home)).toBe('approve');
  });

  it('forgets what lies a week back, or before the last decision', async () => {
    const home = await house();
    await step(home, 'auto');
    await trouble(home, 'a1', addHours(NOW, 1));
    expect(await trouble(home, 'a2', addHours(NOW, 24 * 8))).toBeNull();
    await step(home, 'auto_with_undo', { now: addHours(NOW, 24 * 8 + 1) });
    expect(await trouble(home, 'a3', addHours(NOW, 24 * 8 + 2))).toBeNull();
    expect(await inForce(home)).toBe('auto_with_undo');
  });

  it('has nowhere to step down from where nothing was decided', async () => {
    const home = await house();
    expect(await trouble(home, 'a1', NOW, 'complaint')).toBeNull();
    expect(await home.count('autonomy_decisions')).toBe(0);
  });

  it('is never raised by anything but a person, whoever writes the row', async () => {
    const home = await house();
    const insert = `insert into autonomy_decisions (tenant_id, ordinal, playbook, action, rung, previous, reason, person_id, at)
      values ($1, 1, 'p', 'a', 'auto', 'observe', 'x', null, $2)`;
    await expect(home.tx((tx) => tx.query(insert, [home.tenantId, NOW]))).rejects.toMatchObject({
      code: '23514',
    });
  });
});
