import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import ipaddr from 'ipaddr.js';
import type { DkimKey } from './connectors/email/compose.ts';
import { configError, inputError } from './domain/errors.ts';
import type { EmbedderSettings } from './knowledge/embedders/embedders.ts';
import type { LanguageModels } from './language-models/define.ts';
import { languageModelsOf } from './language-models/openai-compatible.ts';
import { pathFrom, textFrom, wordsFrom, type Environment } from './platform/environment.ts';

/** How the live world reaches the outside. */
export interface Outside {
  readonly dataDir: string;
  /** Without one, messages are kept as files. */
  readonly smtpUrl?: string | undefined;
  /** Signs what goes out; without one, nobody does, or the mail server does. */
  readonly dkim?: DkimKey | undefined;
  /** A folder with one Maildir for each tenant, named after it, whose mail is read. */
  readonly maildir?: string | undefined;
  /** Ranges of our own network that webhooks may be sent to (`10.2.0.0/16`); none unless told. */
  readonly webhookPrivateRanges?: readonly string[];
  /** Proxies in front of us: addresses and ranges, `loopback`, whose `X-Forwarded-For` is believed; none unless told. */
  readonly trustedProxies?: readonly string[];
  /** Seals other systems' secrets in the database; without one, a file in the data folder does. */
  readonly secretKey?: string | undefined;
  /** Where secrets are that are kept by reference; the process's own unless told. */
  readonly environment?: Environment | undefined;
  /** Another address for Stripe's API: a proxy, or a server of one's own for tests. */
  readonly stripeUrl?: string | undefined;
  /** What texts are embedded with; the packaged model unless told. */
  readonly embeddings?: EmbedderSettings;
  /** What agents reason with; without any, everything is decided by rules. */
  readonly models?: LanguageModels | null;
}

/** What rounds reason with. */
export interface Minds {
  /** `null`: rules decide. */
  readonly models: LanguageModels | null;
  /** What questions to the knowledge base are embedded with; the packaged model unless told. */
  readonly embeddings?: EmbedderSettings | undefined;
}

/** Of a world that reaches nobody, where there is no outside, rules decide. */
export const mindsOf = (outside: Outside | null): Minds => ({
  models: outside?.models ?? null,
  embeddings: outside?.embeddings,
});

/**
 * What the environment says of the outside: the one place that reads it. Throws `invalid_dkim`, `invalid_trusted_proxy`, and
 * `dkim_key_unreadable` of the family `config`.
 */
export const readOutside = (dataDir: string, environment: Environment): Outside => {
  const text = (name: string) => textFrom(environment, name) ?? undefined;
  const service = { baseUrl: text('OPENAI_BASE_URL'), apiKey: text('OPENAI_API_KEY') };
  return {
    dataDir,
    smtpUrl: text('SMTP_URL'),
    dkim: dkimFrom(environment),
    maildir: pathFrom(environment, 'RETINUE_MAILDIR') ?? undefined,
    webhookPrivateRanges: wordsFrom(environment, 'RETINUE_WEBHOOK_PRIVATE'),
    trustedProxies: trustedProxiesFrom(environment),
    secretKey: text('RETINUE_SECRET_KEY'),
    stripeUrl: text('STRIPE_API_URL'),
    embeddings: { ...service, model: text('RETINUE_EMBEDDINGS_MODEL') },
    models: languageModelsOf({ ...service, model: text('RETINUE_MODEL') }),
  };
};

const trustedProxiesFrom = (environment: Environment): readonly string[] => {
  const proxies = wordsFrom(environment, 'RETINUE_TRUSTED_PROXIES');
  const unknown = proxies.find(
    (proxy) => proxy !== 'loopback' && !ipaddr.isValid(proxy) && !ipaddr.isValidCIDR(proxy),
  );
  if (unknown === undefined) return proxies;
  throw inputError(
    'invalid_trusted_proxy',
    `RETINUE_TRUSTED_PROXIES \`${unknown}\` is neither an address, nor a range such as 10.2.0.0/16, nor \`loopback\``,
  );
};

const dkimFrom = (environment: Environment): DkimKey | undefined => {
  const [domain, selector, keyFile] = ['DOMAIN', 'SELECTOR', 'KEY_FILE'].map((name) =>
    textFrom(environment, `DKIM_${name}`),
  );
  if ([domain, selector, keyFile].every((value) => value === null)) return undefined;
  if (domain && selector && keyFile)
    return { domain, selector, privateKey: readKey(resolve(keyFile)) };
  throw inputError(
    'invalid_dkim',
    'to sign mail set all of DKIM_DOMAIN, DKIM_SELECTOR and DKIM_KEY_FILE (a private key in PEM), or none',
  );
};

const readKey = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw configError(
      'dkim_key_unreadable',
      `cannot read DKIM_KEY_FILE \`${path}\`: check its name`,
    );
  }
};
