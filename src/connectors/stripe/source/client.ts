import type Stripe from 'stripe';
import { z } from 'zod';
import { configError, outsideError } from '../../../domain/errors.ts';
import type { JsonObject } from '../../../domain/json.ts';
import { fromEpochMilliseconds, type Instant } from '../../../domain/time.ts';
import { API_VERSION } from './versions.ts';

const TIMEOUT_MS = 30_000;
const RETRIES = 3;

/** Reads of Stripe's API by one key. Nothing here changes anything there. */
export interface StripeApi {
  /** One page of a list. */
  readonly list: (path: string, query?: Query) => Promise<Listed>;
  /** One object. */
  readonly get: (path: string) => Promise<JsonObject>;
  /** Whether a write of nothing, to an object that does not exist, is refused for want of rights. */
  readonly mayWrite: (path: string) => Promise<boolean>;
}

export type Query = Readonly<Record<string, string | number | undefined>>;

export interface Listed {
  readonly objects: readonly JsonObject[];
  readonly hasMore: boolean;
  /** By Stripe's clock, to the second: what happens there later is newer than what was read. */
  readonly readAt: Instant;
}

const page = z.looseObject({
  object: z.literal('list'),
  data: z.array(z.record(z.string(), z.json())),
  has_more: z.boolean(),
});

/**
 * Opens Stripe's own client, in the API version that this build was made with. `url` replaces Stripe's address.
 * Its calls throw `stripe_key_refused`, `stripe_not_permitted`, `stripe_gone` (no such object), `stripe_failed`.
 */
export const openStripe = async (options: {
  readonly key: string;
  readonly url: string | null;
  readonly now: () => Instant;
  /** For who cannot wait: 30 seconds, tried three times more, unless told. */
  readonly patience?: { readonly timeoutMilliseconds: number; readonly retries: number };
}): Promise<StripeApi> => {
  const { default: StripeClient } = await import('stripe');
  const client = new StripeClient(options.key, {
    ...addressOf(options.url),
    apiVersion: API_VERSION,
    timeout: options.patience?.timeoutMilliseconds ?? TIMEOUT_MS,
    maxNetworkRetries: options.patience?.retries ?? RETRIES,
    telemetry: false,
    appInfo: { name: 'Retinue' },
  });
  const send = async (method: 'GET' | 'POST', path: string): Promise<unknown> => {
    try {
      return await client.rawRequest(method, path);
    } catch (error) {
      throw asOurs(error, StripeClient, path);
    }
  };
  return {
    list: async (path, query = {}) => {
      const answer = await send('GET', withQuery(path, query));
      const { data, has_more: hasMore } = page.parse(answer);
      const { date } = (answer as Stripe.Response<object>).lastResponse.headers;
      return { objects: data, hasMore, readAt: secondOf(date) ?? options.now() };
    },
    get: async (path) => z.record(z.string(), z.json()).parse(await send('GET', path)),
    mayWrite: async (path) => {
      try {
        await send('POST', path);
        return true;
      } catch (error) {
        if (codeOf(error) === 'stripe_not_permitted') return false;
        if (codeOf(error) === 'stripe_gone') return true;
        throw error;
      }
    },
  };
};

export const codeOf = (error: unknown): string | null =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;

const addressOf = (url: string | null) => {
  if (url === null) return {};
  if (!URL.canParse(url)) {
    throw configError(
      'invalid_stripe_url',
      'STRIPE_API_URL is not a URL; leave it unset for Stripe',
    );
  }
  const { hostname, port, protocol } = new URL(url);
  const scheme = protocol === 'http:' ? ('http' as const) : ('https' as const);
  return {
    host: hostname,
    port: port === '' ? (scheme === 'http' ? 80 : 443) : Number(port),
    protocol: scheme,
  };
};

const withQuery = (path: string, query: Query): string => {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]],
  );
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`;
};

const secondOf = (date: string | undefined): Instant | null => {
  const milliseconds = Date.parse(date ?? '');
  return Number.isNaN(milliseconds) ? null : fromEpochMilliseconds(milliseconds);
};

const asOurs = (error: unknown, { errors }: typeof Stripe, path: string): unknown => {
  if (error instanceof errors.StripeAuthenticationError) {
    return configError(
      'stripe_key_refused',
      'Stripe refuses the key: it is mistyped, deleted or expired; make a new one and connect again',
    );
  }
  if (error instanceof errors.StripePermissionError) {
    return configError('stripe_not_permitted', `the key may not do this: ${error.message}`);
  }
  if (error instanceof errors.StripeInvalidRequestError) {
    const gone = error.code === 'resource_missing' || error.statusCode === 404;
    return outsideError(
      gone ? 'stripe_gone' : 'stripe_failed',
      `Stripe answers ${path.split('?')[0] ?? path}: ${error.message}`,
      error,
    );
  }
  if (error instanceof errors.StripeError) {
    return outsideError(
      'stripe_failed',
      `Stripe did not answer as it should: ${error.message}`,
      error,
    );
  }
  return error;
};
