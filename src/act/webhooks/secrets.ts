import type { TenantTx } from '../../platform/db/database.ts';
import { openText, sealText, standsOpen } from '../../platform/secrets/sealed-text.ts';
import type { Vault } from '../../platform/secrets/vault.ts';
import type { EndpointSecrets } from './endpoint.ts';
import { endpointSecrets, openSecretsLeft, replaceSecrets } from './endpoint-store.ts';

const aboutOf = (tenantId: string, endpointId: string): string =>
  `${tenantId} webhook ${endpointId}`;

export const sealSecret = (
  vault: Vault,
  tenantId: string,
  endpointId: string,
  secret: string,
): Promise<string> => sealText(vault, secret, aboutOf(tenantId, endpointId));

/** What an endpoint's requests are signed with, in clear; `null` where there is no such endpoint. */
export const openedSecrets = async (
  tx: TenantTx,
  vault: Vault,
  id: string,
): Promise<EndpointSecrets | null> => {
  const held = await endpointSecrets(tx, id);
  if (held === null) return null;
  const open = (stored: string) => openText(vault, stored, aboutOf(tx.tenantId, id));
  const { secret, previousSecret, previousUntil } = held;
  return {
    secret: await open(secret),
    previousSecret: previousSecret === null ? null : await open(previousSecret),
    previousUntil,
  };
};

/** Seals what was written open; run again, it finds nothing. Returns how many secrets it sealed. */
export const sealEndpoints = async (tx: TenantTx, vault: Vault): Promise<number> => {
  let sealed = 0;
  for (const { id, secret, previousSecret } of await openSecretsLeft(tx)) {
    const seal = async (stored: string): Promise<string> => {
      if (!standsOpen(stored)) return stored;
      sealed += 1;
      return sealSecret(vault, tx.tenantId, id, stored);
    };
    await replaceSecrets(tx, id, {
      secret: await seal(secret),
      previousSecret: previousSecret === null ? null : await seal(previousSecret),
    });
  }
  return sealed;
};
