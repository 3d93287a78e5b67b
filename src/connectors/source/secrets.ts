import { configError } from '../../domain/errors.ts';
import type { Database } from '../../platform/db/database.ts';
import { openVault, type Vault } from '../../platform/secrets/vault.ts';
import type { KeptSecret, SourceSecret } from './source.ts';

/** The environment of the process that reads a source; `process.env` fits. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What secrets are read with. */
export interface Secrets {
  readonly vault: Vault;
  readonly environment: Environment;
}

/** The secrets of this installation: sealed ones by its key, others from the environment it runs in. */
export const openSecrets = (
  { kind }: Pick<Database, 'kind'>,
  outside: {
    readonly dataDir: string;
    readonly secretKey?: string | undefined;
    readonly environment?: Environment | undefined;
  },
): Secrets => ({
  vault: openVault({
    secretKey: outside.secretKey ?? null,
    // The folder of an embedded database is this process's own; what others share needs a key that others have too.
    keyFolder: kind === 'embedded' ? outside.dataDir : null,
  }),
  environment: outside.environment ?? process.env,
});

const aboutOf = (tenantId: string, { sourceId, purpose, secretId }: SecretPlace): string =>
  [tenantId, sourceId, purpose, secretId].join(' ');

type SecretPlace = Pick<SourceSecret, 'sourceId' | 'purpose' | 'secretId'>;

/** Seals a secret for its row. Errors are those of the vault. */
export const sealFor = async (
  vault: Vault,
  tenantId: string,
  place: SecretPlace,
  secret: string,
): Promise<KeptSecret> => ({
  kind: 'sealed',
  sealed: await vault.seal(secret, aboutOf(tenantId, place)),
});

/** The text of a secret. Throws `secret_not_set` where its variable is not, and what the vault throws. */
export const readSecret = async (
  { vault, environment }: Secrets,
  tenantId: string,
  secret: SourceSecret,
): Promise<string> => {
  if (secret.kept.kind === 'sealed') {
    return vault.open(secret.kept.sealed, aboutOf(tenantId, secret));
  }
  return fromEnvironment(environment, secret.kept.name);
};

/** Throws `secret_not_set`. */
export const fromEnvironment = (environment: Environment, name: string): string => {
  const text = environment[name]?.trim() ?? '';
  if (text !== '') return text;
  throw configError(
    'secret_not_set',
    `the environment variable ${name} is not set where Retinue runs: set it and start Retinue again`,
  );
};
