import type { Outside } from '../outside.ts';
import type { Parts } from '../parts.ts';
import type { Clock } from '../platform/clock.ts';
import type { OpenDatabase } from '../platform/db/database.ts';
import type { QueuedJob } from '../platform/queue.ts';

/** What a job works with; the queue adds `signal` and `send` for each run. */
export interface JobContext {
  readonly db: OpenDatabase;
  readonly clock: Clock;
  readonly parts: Parts;
  readonly outside: Outside;
}

/** A job that a worker does when it is due or asked for. One file a member. */
export type Job = QueuedJob<JobContext>;

/** Jobs run at least once: a job looks in our own tables for what is due, and the second time finds nothing. */
export const defineJob = (job: Job): Job => job;
