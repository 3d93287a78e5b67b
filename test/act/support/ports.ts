import { newCircuit, withBreaker } from '../../../src/act/outbox/breaker.ts';
import type { OutboxPort, WorldPorts } from '../../../src/act/outbox/port.ts';
import { tasksPort } from '../../../src/act/tasks/port.ts';
import type { Effect, EffectResult, Guarantee, Port } from '../../../src/connectors/define.ts';
import { LIVE, type World } from '../../../src/domain/case.ts';

export interface FakePort extends Port {
  /** Effects that happened on the other side, by key; an idempotent port has each once. */
  readonly happened: string[];
  /** Every call, in order. */
  readonly calls: Effect[];
  readonly lookUps: string[];
}

/**
 * The other side of a port, in memory, with the guarantee asked for: it really deduplicates by key, or really does not.
 * `answers` are given in turn; the last one stays. `done` happens; `unknown-done` happens and nobody hears of it.
 */
export const fakePort = (
  guarantee: Guarantee,
  ...answers: ('done' | 'retry' | 'refused' | 'bounced' | 'unknown' | 'unknown-done' | 'throw')[]
): FakePort => {
  const happened: string[] = [];
  const calls: Effect[] = [];
  const lookUps: string[] = [];
  const happen = (key: string) => {
    if (guarantee === 'at_most_once' || !happened.includes(key)) happened.push(key);
  };
  const perform = async (effect: Effect): Promise<EffectResult> => {
    const answer = answers[Math.min(calls.length, answers.length - 1)] ?? 'done';
    calls.push(effect);
    if (answer === 'done' || answer === 'unknown-done') happen(effect.key);
    switch (answer) {
      case 'done':
        return { outcome: 'done', receipt: { number: String(calls.length) } };
      case 'throw':
        throw new Error('the port broke');
      case 'bounced':
        return { outcome: 'refused', reason: '550 5.1.1 no such user', suppress: true };
      case 'unknown-done':
        return { outcome: 'unknown', reason: 'no word' };
      case 'retry':
      case 'refused':
      case 'unknown':
        return { outcome: answer, reason: `${answer} it is` };
    }
  };
  return {
    id: 'email',
    guarantee,
    describe: `in memory, ${guarantee}`,
    perform,
    ...(guarantee === 'queryable'
      ? {
          lookUp: async (key: string): Promise<EffectResult | null> => {
            lookUps.push(key);
            return happened.includes(key) ? { outcome: 'done', receipt: { found: 'yes' } } : null;
          },
        }
      : {}),
    close: async () => undefined,
    happened,
    calls,
    lookUps,
  };
};

export const worldPorts = (email: Port, world: World = LIVE): WorldPorts => ({
  world,
  byId: new Map<string, OutboxPort>([
    ['email', email],
    ['tasks', tasksPort],
  ]),
  close: async () => undefined,
});

/** With a circuit of its own. */
export const guarded = (port: Port, options: Parameters<typeof newCircuit>[0]): Port =>
  withBreaker(port, newCircuit(options));
