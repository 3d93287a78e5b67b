import { fileURLToPath } from 'node:url';
import { recordAutonomy } from '../act/autonomy/autonomy.ts';
import { buildOf } from '../act/releases/build.ts';
import { ensureRelease } from '../act/releases/move.ts';
import { configError } from '../domain/errors.ts';
import type { Person } from '../domain/person.ts';
import type { TenantConfig } from '../domain/tenant.ts';
import type { Instant } from '../domain/time.ts';
import { readKnowledgeFolder } from '../knowledge/read-folder.ts';
import { saveDocuments } from '../knowledge/save-documents.ts';
import type { Parts } from '../parts.ts';
import { createPerson } from '../platform/auth/people.ts';
import { describeFaults } from '../platform/config/fault.ts';
import { readTenantFolder } from '../platform/config/read-folder.ts';
import { applyConfig, currentConfig } from '../platform/config/store.ts';
import type { Database, TenantTx } from '../platform/db/database.ts';
import { loadCatalogue } from '../platform/catalogue.ts';
import { createTenant } from '../platform/tenant-store.ts';
import { acceptEvents } from '../sense/events/accept.ts';
import { sampleCompany } from './company.ts';
import type { Story } from './define.ts';
import { loadCompany, type LoadOptions } from './load.ts';
import { SAMPLE_ADMIN, SAMPLE_AUTONOMY, SAMPLE_COLLEAGUES } from './people.ts';
import type { PriceList } from './scribe.ts';
import { beginSampleLoad, finishSampleLoad } from './store.ts';

export const SAMPLE_TENANT = 'lumenboard';

const FOLDER = fileURLToPath(new URL(`../../tenants/${SAMPLE_TENANT}`, import.meta.url));

/** Pages of its help centre, and what is known not to work. */
export const KNOWLEDGE = fileURLToPath(new URL('./knowledge/', import.meta.url));

/** Fixes the holdout arms of the sample: one with which every planted account is treated, found by trying. */
const SALT = 'lumenboard-79';

export const readStories = async (): Promise<readonly Story[]> =>
  loadCatalogue<Story>(new URL('./stories/', import.meta.url));

export interface InstalledSample {
  readonly tenantId: string;
  readonly anchor: Instant;
  /** False when it was there already. */
  readonly loaded: boolean;
  readonly accounts: number;
}

/**
 * Makes the sample company a live tenant: its configuration, people, recorded decisions on autonomy, and 180 days of
 * events that end on the day of the first load. A load that was cut off goes on; a finished one is left alone.
 * Throws `sample.config` when its folder was edited into something that does not hold.
 */
export const installSample = async (
  db: Database,
  parts: Parts,
  now: Instant,
  onProgress?: LoadOptions['onProgress'],
): Promise<InstalledSample> => {
  const { anchor, finishedAt, config } = await db.withTenant(SAMPLE_TENANT, async (tx) => {
    await setUp(tx, parts, now);
    return { ...(await beginSampleLoad(tx, now)), config: await currentConfig(tx) };
  });
  const company = sampleCompany(await readStories());
  const installed = { tenantId: SAMPLE_TENANT, anchor, accounts: company.length };
  if (finishedAt !== null) return { ...installed, loaded: false };
  const events = await loadCompany({
    anchor,
    zone: config.zone,
    prices: pricesOf(config),
    company,
    accept: (batch) =>
      db.withTenant(SAMPLE_TENANT, (tx) =>
        acceptEvents(tx, batch, { now, entities: parts.entities, config }),
      ),
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  await db.withTenant(SAMPLE_TENANT, (tx) => finishSampleLoad(tx, events, now));
  return { ...installed, loaded: true };
};

const setUp = async (tx: TenantTx, parts: Parts, now: Instant): Promise<void> => {
  const created = await createTenant(tx, { name: 'Lumenboard', isSample: true, salt: SALT, now });
  if (!created) return;
  const folder = await readTenantFolder(FOLDER, parts);
  if (!folder.ok) throw configError('sample.config', describeFaults(folder.faults));
  await applyConfig(tx, { files: folder.files, config: folder.config, by: 'sample', now });
  await ensureRelease(tx, buildOf(parts), now);
  const { documents } = await readKnowledgeFolder(KNOWLEDGE, 'product');
  await saveDocuments(tx, { origin: 'folder:help-centre', documents, by: 'sample', now });
  const admin = await makePeople(tx, now);
  const config = await currentConfig(tx);
  for (const [playbook, action, rung] of SAMPLE_AUTONOMY) {
    const reason = 'demonstration: lets the sample company show every way a proposal can end';
    await recordAutonomy(tx, { playbook, action, rung, reason, person: admin, config, now });
  }
};

const makePeople = async (tx: TenantTx, now: Instant): Promise<Person> => {
  const admin = await createPerson(tx, { ...SAMPLE_ADMIN, by: 'local', now });
  for (const colleague of SAMPLE_COLLEAGUES) {
    await createPerson(tx, { ...colleague, by: admin, now });
  }
  return admin;
};

const pricesOf = (config: TenantConfig): PriceList => {
  const price = (planId: string): number => {
    const plan = config.plans.find((one) => one.id === planId);
    if (plan?.seatPrice === undefined || plan.seatPrice === null) {
      throw configError(
        'sample.config',
        `plans.yaml gives no seat price for \`${planId}\`: add one`,
      );
    }
    return plan.seatPrice.minor;
  };
  return {
    seatPriceMinor: {
      starter: price('starter'),
      growth: price('growth'),
      enterprise: price('enterprise'),
    },
  };
};
