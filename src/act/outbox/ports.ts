import {
  isLive,
  type Connector,
  type ConnectorSettings,
  type Port,
} from '../../connectors/define.ts';
import type { World } from '../../domain/case.ts';
import { tasksPort } from '../tasks/port.ts';
import { withBreaker } from './breaker.ts';
import type { OutboxPort, WorldPorts } from './port.ts';

/**
 * The ports of a world. Only for the live world are connectors opened; every other gets recording ports in their place,
 * whatever is configured. Human tasks open in the world that asks for them.
 */
export const portsFor = (
  world: World,
  parts: { readonly connectors: readonly Connector[]; readonly settings: ConnectorSettings },
): WorldPorts => {
  const outside: OutboxPort[] = isLive(world)
    ? parts.connectors.map((connector) => guarded(connector.open(world, parts.settings)))
    : parts.connectors.map(({ id }) => recordingPort(id, world));
  const ports: readonly OutboxPort[] = [...outside, tasksPort];
  return {
    world,
    byId: new Map(ports.map((port) => [port.id, port])),
    close: async () => {
      for (const port of ports) await port.close();
    },
  };
};

/** Our own database is no outside system that could be down by itself. */
const guarded = (port: OutboxPort): OutboxPort =>
  port.guarantee === 'transactional' ? port : withBreaker(port);

/** Reaches nobody: its receipt says what the row would have been. */
export const recordingPort = (id: string, world: World): Port => ({
  id,
  guarantee: 'idempotent',
  describe: `recording only (${world.kind} world)`,
  perform: async (effect) =>
    effect.deal === undefined && (effect.message === null || effect.recipient === null)
      ? { outcome: 'refused', reason: 'there is no message or no recipient' }
      : { outcome: 'done', receipt: { note: `not sent: ${world.kind} world` } },
  close: async () => undefined,
});
