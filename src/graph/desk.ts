import type { Instant } from '../domain/time.ts';
import type { AssessedSituation } from '../sense/assess.ts';

/**
 * What one invocation of a round works with and nobody stores: business time, and the epoch of the lease under which
 * it may write. The situation gathered is kept for the proposals made from it a moment later.
 */
export class Desk {
  readonly now: Instant;
  readonly epoch: number;
  situation: AssessedSituation | null = null;

  constructor(now: Instant, epoch: number) {
    this.now = now;
    this.epoch = epoch;
  }

  /** A tracer writes down whatever a run has at hand: of an account nothing of this may leave. */
  toJSON(): object {
    return {};
  }
}
