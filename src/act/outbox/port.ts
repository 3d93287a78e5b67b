import type { Port, TransactionalPort } from '../../connectors/define.ts';
import type { World } from '../../domain/case.ts';

export type OutboxPort = Port | TransactionalPort;

/** The ports of one world. Rows of another world are never handed to them. */
export interface WorldPorts {
  readonly world: World;
  readonly byId: ReadonlyMap<string, OutboxPort>;
  readonly close: () => Promise<void>;
}
