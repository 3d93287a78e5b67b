import { accessRecord } from '../api/access-record.ts';
import type { Wake } from '../api/define.ts';
import { loadResources } from '../api/resources.ts';
import { webhookSender } from '../connectors/webhooks/sender.ts';
import { openSecrets } from '../connectors/source/secrets.ts';
import type { Machine, Principal } from '../domain/person.ts';
import type { Client } from '../platform/http/define.ts';
import { embeddersFor } from '../knowledge/embedders/embedders.ts';
import { localClient } from '../platform/http/local-client.ts';
import type { System } from '../system.ts';

/** The API within this process, for a command that opens the database itself. */
export const openLocalClient = async (options: {
  readonly system: System;
  readonly describe: string;
  readonly caller: Principal | null;
  readonly tenantId: string;
  readonly wake: Wake;
}): Promise<Client> => {
  const { db, parts, clock, outside } = options.system;
  const kept = accessRecord({ db, now: () => clock.now() });
  return localClient({
    describe: options.describe,
    resources: await loadResources(),
    services: {
      ...{ db, parts, now: () => clock.now(), wake: options.wake },
      models: outside.models ?? null,
      webhooks: webhookSender({ privateRanges: outside.webhookPrivateRanges ?? [] }),
      ...{ printLoginLink: null, answerCommand: null, uploads: null },
      secrets: openSecrets(db, outside),
      accessRecord: kept,
      embedders: embeddersFor(outside.embeddings),
    },
    accessRecord: kept,
    caller: readerOf(options.caller, options.tenantId),
  });
};

/** Who opens the database may read it, signed in or not; deciding takes a person. */
export const readerOf = (caller: Principal | null, tenantId: string): Principal =>
  caller?.tenantId === tenantId ? caller : reader(tenantId);

const reader = (tenantId: string): Machine => ({
  kind: 'machine',
  keyId: 'local',
  tenantId,
  name: 'whoever opens the database',
  scopes: ['read'],
  trust: 'server',
});
