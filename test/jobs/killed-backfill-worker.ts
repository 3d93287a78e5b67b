/** Reads a source on, in a process of its own that may be killed at any moment. */
import { openSecrets } from '../../src/connectors/source/secrets.ts';
import type { Instant } from '../../src/domain/time.ts';
import { readSource } from '../../src/jobs/sources/read-source.ts';
import { loadParts } from '../../src/parts.ts';
import { fixedClock } from '../../src/platform/clock.ts';
import { openDatabase } from '../../src/platform/db/open.ts';

const [place = '', tenantId = '', sourceId = '', stripeUrl = '', secretKey = '', now = ''] =
  process.argv.slice(2);

const db = await openDatabase(place.startsWith('postgres') ? { url: place } : { dataDir: place });
const secrets = openSecrets(db, { dataDir: '/nonexistent', secretKey });
const clock = fixedClock(now as Instant);
const parts = await loadParts();
await readSource({ db, parts, clock, secrets, stripeUrl }, tenantId, sourceId, 'backfill');
await db.close();
