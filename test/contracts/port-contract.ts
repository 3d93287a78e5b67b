import { expect, it } from 'vitest';
import type { Effect, Port } from '../../src/connectors/define.ts';
import type { Instant } from '../../src/domain/time.ts';

const NOW: Instant = '2026-03-02T09:30:00.000Z';

export interface Subject {
  readonly port: Port;
  /** How often the effect with this key is to be seen on the other side. */
  readonly count: (effect: Effect) => Promise<number>;
}

/** What every port owes the outbox. Run it on each, real and recording. */
export const portContract = (open: () => Promise<Subject>, effect: () => Effect): void => {
  const perform = (port: Port, what: Effect) =>
    port.perform(what, NOW, new AbortController().signal);

  it('performs an effect once and gives a receipt', async () => {
    const { port, count } = await open();
    const result = await perform(port, effect());
    expect(result.outcome).toBe('done');
    expect(result.outcome === 'done' && Object.keys(result.receipt).length).toBeGreaterThan(0);
    expect(await count(effect())).toBe(1);
  });

  it('keeps its promise about repeats', async () => {
    const { port, count } = await open();
    if (port.guarantee !== 'at_most_once') {
      await perform(port, effect());
      expect((await perform(port, effect())).outcome).toBe('done');
      expect(await count(effect())).toBe(1);
    } else {
      expect(port.lookUp).toBeUndefined();
    }
  });

  it('answers what happened when it can be asked', async () => {
    const { port } = await open();
    if (port.guarantee === 'queryable') expect(port.lookUp).toBeDefined();
    if (port.lookUp === undefined) return;
    expect(await port.lookUp(effect().key)).toBeNull();
    await perform(port, effect());
    expect((await port.lookUp(effect().key))?.outcome).toBe('done');
    expect(await port.lookUp(`${effect().key}x`)).toBeNull();
  });

  it('refuses what can never be carried out, with a reason', async () => {
    const { port, count } = await open();
    const broken = { ...effect(), message: null, task: null };
    const result = await perform(port, broken);
    expect(result).toMatchObject({
      outcome: 'refused',
      reason: expect.stringMatching(/\w/) as string,
    });
    expect(await count(broken)).toBe(0);
  });

  it('says what it is, for people', async () => {
    const { port } = await open();
    expect(port.describe).toMatch(/\S+ \S+/);
  });
};
