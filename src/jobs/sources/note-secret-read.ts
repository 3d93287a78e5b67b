import { noteAccess } from '../../act/ledger/note.ts';
import type { SourceSecret } from '../../connectors/source/source.ts';
import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';

/** That a secret was opened to read a source: once a day each, since some are needed every minute. */
export const noteSecretRead = (
  tx: TenantTx,
  { sourceId, secretId }: Pick<SourceSecret, 'sourceId' | 'secretId'>,
  at: Instant,
): Promise<void> =>
  noteAccess(
    tx,
    {
      ...{ kind: 'secret.read', subjects: {}, body: { sourceId, secretId } },
      ...{ per: 'day', written: 'at_once' },
    },
    at,
  );
