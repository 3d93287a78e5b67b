/**
 * A worker that dies: runs the line over a tenant and kills its own process, as `kill -9` would, right after the given
 * commit of the rounds.
 */
import { LIVE } from '../../src/domain/case.ts';
import { runLine } from '../../src/jobs/run-line.ts';
import { loadParts } from '../../src/parts.ts';
import { openDatabase } from '../../src/platform/db/open.ts';
import { ANCHOR } from '../fixtures/company.ts';
import { mortal } from '../fixtures/mortal.ts';

const [place = '', tenantId = '', killAt = ''] = process.argv.slice(2);

let inRounds = false;
let commits = 0;

const db = await openDatabase(place.startsWith('postgres') ? { url: place } : { dataDir: place });
const doomed = mortal(db, () => {
  if (!inRounds) return;
  commits += 1;
  if (commits === Number(killAt)) process.kill(process.pid, 'SIGKILL');
});
await runLine({
  models: null,
  db: doomed,
  tenantId,
  world: LIVE,
  now: ANCHOR,
  reason: 'test',
  parts: await loadParts(),
  onProgress: ({ label }) => {
    inRounds ||= label === 'rounds';
  },
});
await db.close();
