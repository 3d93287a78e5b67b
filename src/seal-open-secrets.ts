import { sealInAppKeys } from './act/in-app/keys.ts';
import { record } from './act/ledger/ledger.ts';
import { sealEndpoints } from './act/webhooks/secrets.ts';
import { openSecrets } from './connectors/source/secrets.ts';
import { LIVE } from './domain/case.ts';
import { configError, RetinueError } from './domain/errors.ts';
import type { System } from './system.ts';
import { log } from './platform/log.ts';
import { listTenants } from './platform/tenant-store.ts';

/**
 * Seals what earlier versions kept open: signing secrets of webhooks, keys of in-app messages. At each start; where
 * everything is sealed it changes nothing. Throws `secrets_key_missing` where something stands open and no key is set.
 */
export const sealOpenSecrets = async ({
  db,
  outside,
  clock,
}: Pick<System, 'db' | 'outside' | 'clock'>): Promise<void> => {
  const { vault } = openSecrets(db, outside);
  for (const { id } of await listTenants(db)) {
    try {
      await db.withTenant(id, async (tx) => {
        const count = (await sealEndpoints(tx, vault)) + (await sealInAppKeys(tx, vault));
        if (count === 0) return;
        const entry = { kind: 'secret.sealed', subjects: {}, body: { count } };
        await record(tx, { world: LIVE.id, ...entry, at: clock.now() });
        log.info({ tenantId: id, count }, 'sealed secrets that stood open');
      });
    } catch (error) {
      throw explained(error);
    }
  }
};

const explained = (error: unknown): unknown =>
  error instanceof RetinueError && error.code === 'secrets_key_missing'
    ? configError(
        error.code,
        'secrets of webhooks or in-app messages stand open in the database and cannot be sealed: set RETINUE_SECRET_KEY to 32 random bytes (`openssl rand -base64 32`), the same for every process, and start again',
      )
    : error;
