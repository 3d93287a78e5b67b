/**
 * One of several workers over one PostgreSQL, as `retinue start` runs them: ticks until nothing is due. It can be told to
 * end itself by kill -9, or to stand still (SIGSTOP) until somebody wakes it, right after a commit.
 */
import { writeSync } from 'node:fs';
import { LIVE } from '../../src/domain/case.ts';
import type { Instant } from '../../src/domain/time.ts';
import { tickTenant } from '../../src/jobs/line/tick-tenant.ts';
import { loadParts } from '../../src/parts.ts';
import { openDatabase } from '../../src/platform/db/open.ts';
import { mortal } from '../fixtures/mortal.ts';

export interface WorkerOrders {
  readonly url: string;
  readonly tenantId: string;
  readonly now: Instant;
  readonly dataDir: string;
  /** The commit, counted from 1, and what happens right after it. */
  readonly after: { readonly commit: number; readonly signal: 'SIGKILL' | 'SIGSTOP' } | null;
}

const orders = JSON.parse(process.argv[2] ?? '') as WorkerOrders;
const { url, tenantId, now, dataDir, after } = orders;

let commits = 0;
const committed = (): void => {
  commits += 1;
  if (commits !== after?.commit) return;
  writeSync(1, `${after.signal}\n`);
  process.kill(process.pid, after.signal);
};

const opened = await openDatabase({ url });
const db = mortal(opened, committed);
const parts = await loadParts();
const report = await tickTenant({ db, tenantId, world: LIVE, now, parts, outside: { dataDir } });
writeSync(1, `${JSON.stringify(report.rounds)}\n`);
await opened.close();
