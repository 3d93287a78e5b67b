import { resolve } from 'node:path';
import { inputError } from '../domain/errors.ts';
import { readOutside, type Outside } from '../outside.ts';
import { textFrom, type Environment } from '../platform/environment.ts';

/** What the global options and the environment say, options first. */
export interface Settings {
  readonly dataDir: string;
  readonly databaseUrl: string | null;
  /** A server elsewhere, over the same PostgreSQL. */
  readonly serverUrl: string | null;
  /** How the live world reaches the outside. */
  readonly outside: Outside;
  readonly tenant: string | null;
  readonly world: string | null;
  readonly json: boolean;
  readonly debug: boolean;
}

export interface GlobalOptions {
  readonly dataDir?: string | undefined;
  readonly tenant?: string | undefined;
  readonly world?: string | undefined;
  readonly json?: boolean | undefined;
}

const DEFAULT_DATA_DIR = '.retinue';

/** Throws `invalid_database_url`, `invalid_server_url` or an error of `readOutside`. */
export const readSettings = (options: GlobalOptions, environment: Environment): Settings => {
  const dataDir = resolve(
    options.dataDir ?? textFrom(environment, 'RETINUE_DATA_DIR') ?? DEFAULT_DATA_DIR,
  );
  return {
    dataDir,
    databaseUrl: databaseUrl(environment),
    serverUrl: serverUrl(environment),
    outside: readOutside(dataDir, environment),
    tenant: options.tenant ?? null,
    world: options.world ?? null,
    json: options.json === true,
    debug: textFrom(environment, 'RETINUE_DEBUG') !== null,
  };
};

const databaseUrl = (environment: Environment): string | null => {
  const url = textFrom(environment, 'DATABASE_URL');
  if (url === null || /^postgres(ql)?:\/\//.test(url)) return url;
  throw inputError(
    'invalid_database_url',
    'DATABASE_URL must look like postgres://user:password@host:5432/name; unset it for the embedded database',
  );
};

const serverUrl = (environment: Environment): string | null => {
  const url = textFrom(environment, 'RETINUE_URL');
  if (url === null || URL.canParse(url)) return url;
  throw inputError(
    'invalid_server_url',
    `RETINUE_URL \`${url}\` is not a URL; it looks like http://127.0.0.1:4180`,
  );
};
