import type { World } from '../../domain/case.ts';
import type { IncomingEvent } from '../../domain/event.ts';
import type { TenantConfig } from '../../domain/tenant.ts';
import type { Day, Instant } from '../../domain/time.ts';
import type { OpenDatabase, TenantTx } from '../../platform/db/database.ts';
import type { Minds } from '../../outside.ts';
import type { Parts } from '../../parts.ts';
import { acceptEvents } from '../../sense/events/accept.ts';

export interface Progress {
  readonly label: string;
  readonly done: number;
  readonly total?: number;
}

/** What the line is asked to run over. A world that is not live asks no model. */
export interface LineRequest extends Minds {
  readonly db: OpenDatabase;
  readonly tenantId: string;
  readonly world: World;
  readonly now: Instant;
  /** For a back-dated run, the day at whose end it stands. */
  readonly asOf?: Day | undefined;
  /** Only these accounts; every one when left out. */
  readonly accountIds?: readonly string[] | undefined;
  /** `daily`, `import`, `ingest`, `as-of`, `start` … */
  readonly reason: string;
  readonly parts: Parts;
  readonly onProgress?: ((step: Progress) => void) | undefined;
}

/** A run under way. */
export interface LineRun extends LineRequest {
  /** Renews the lease, and stops a run that was taken over by another. */
  readonly stillHeld: () => Promise<void>;
}

/** Takes what became of tasks as events. Only the live world has any: a shadow's doings are no facts. */
export const acceptFor =
  (
    tx: TenantTx,
    { parts, now, world }: Pick<LineRequest, 'parts' | 'now' | 'world'>,
    config: TenantConfig,
  ) =>
  async (events: readonly IncomingEvent[]): Promise<void> => {
    if (world.kind !== 'live') return;
    await acceptEvents(tx, events, { now, entities: parts.entities, config });
  };
