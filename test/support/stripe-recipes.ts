import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Stripe from 'stripe';
import { isCovered, WRITE_KEY } from './stripe-server.ts';

/** A request of a recipe, as Stripe's command-line tool keeps them: `${name:path.to.field}` stands for an earlier answer. */
interface Step {
  readonly name: string;
  readonly path: string;
  readonly method: 'get' | 'post' | 'delete';
  readonly params?: Readonly<Record<string, unknown>>;
  readonly expected_error_type?: string;
}

export interface Recipe {
  readonly name: string;
  readonly steps: readonly Step[];
}

/** Ours, for where Stripe's are not at hand: a customer who pays, one who cannot, one who asks for the money back. */
const OWN: readonly Recipe[] = [
  {
    name: 'own: a subscription that is paid, changed and ended',
    steps: [
      {
        name: 'customer',
        path: '/v1/customers',
        method: 'post',
        params: {
          name: 'Initech',
          email: 'pay@initech.example',
          payment_method: 'pm_card_visa',
          invoice_settings: { default_payment_method: 'pm_card_visa' },
        },
      },
      { name: 'product', path: '/v1/products', method: 'post', params: { name: 'Growth' } },
      {
        name: 'price',
        path: '/v1/prices',
        method: 'post',
        params: {
          product: '${product:id}',
          unit_amount: 4900,
          currency: 'usd',
          recurring: { interval: 'month' },
        },
      },
      {
        name: 'subscription',
        path: '/v1/subscriptions',
        method: 'post',
        params: { customer: '${customer:id}', items: [{ price: '${price:id}', quantity: 12 }] },
      },
      {
        name: 'trial',
        path: '/v1/subscriptions',
        method: 'post',
        params: {
          customer: '${customer:id}',
          trial_period_days: 2,
          items: [{ price: '${price:id}' }],
        },
      },
      { name: 'ended', path: '/v1/subscriptions/${subscription:id}', method: 'delete' },
    ],
  },
  {
    name: 'own: an invoice that cannot be collected',
    steps: [
      { name: 'customer', path: '/v1/customers', method: 'post', params: { name: 'Hooli' } },
      {
        name: 'method',
        path: '/v1/payment_methods/pm_card_chargeCustomerFail/attach',
        method: 'post',
        params: { customer: '${customer:id}' },
      },
      {
        name: 'item',
        path: '/v1/invoiceitems',
        method: 'post',
        params: { amount: 2000, currency: 'usd', customer: '${customer:id}' },
      },
      {
        name: 'invoice',
        path: '/v1/invoices',
        method: 'post',
        params: { customer: '${customer:id}' },
      },
      {
        name: 'pay',
        path: '/v1/invoices/${invoice:id}/pay',
        method: 'post',
        params: { payment_method: '${method:id}' },
        expected_error_type: 'card_error',
      },
    ],
  },
  {
    name: 'own: a payment that is refunded, and one that is disputed',
    steps: [
      { name: 'customer', path: '/v1/customers', method: 'post', params: { name: 'Umbrella' } },
      {
        name: 'intent',
        path: '/v1/payment_intents',
        method: 'post',
        params: {
          amount: 100,
          currency: 'usd',
          customer: '${customer:id}',
          payment_method: 'pm_card_visa',
          confirm: true,
        },
      },
      {
        name: 'refund',
        path: '/v1/refunds',
        method: 'post',
        params: { payment_intent: '${intent:id}' },
      },
      {
        name: 'disputed',
        path: '/v1/payment_intents',
        method: 'post',
        params: {
          amount: 900,
          currency: 'usd',
          customer: '${customer:id}',
          payment_method: 'pm_card_createDispute',
          confirm: true,
        },
      },
    ],
  },
];

/** Our own recipes, and those of Stripe's command-line tool where the folder is there. */
export const recipes = (folder: string): Recipe[] => [
  ...OWN,
  ...(existsSync(folder) ? readdirSync(folder) : [])
    .filter((name) => name.endsWith('.json'))
    .map((name) => {
      const { fixtures } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as {
        readonly fixtures: readonly Step[];
      };
      return { name: name.replace('.json', ''), steps: fixtures };
    }),
];

/** Whether the wire-level server knows every call of it. */
export const isRunnable = ({ steps }: Recipe): boolean =>
  steps.every(({ path }) => isCovered(path.replaceAll(/\$\{[^}]+\}/g, 'x')));

/** Runs a recipe by Stripe's own client, and checks that what should fail fails as it should. */
export const runRecipe = async (url: string, { name, steps }: Recipe): Promise<void> => {
  const { hostname, port } = new URL(url);
  const client = new Stripe(WRITE_KEY, {
    host: hostname,
    port: Number(port),
    protocol: 'http',
    maxNetworkRetries: 0,
    telemetry: false,
  });
  const answers: Record<string, unknown> = {};
  for (const step of steps) {
    const path = filled(step.path, answers) as string;
    const params = filled(step.params ?? {}, answers) as Record<string, unknown>;
    const expected = step.expected_error_type ?? '';
    try {
      answers[step.name] = await send(client, step.method, path, params);
      if (expected !== '')
        throw new Error(`${name}: ${step.name} should have failed with ${expected}`);
    } catch (error) {
      if (!(error instanceof Stripe.errors.StripeError) || error.rawType !== expected) throw error;
    }
  }
};

const send = (
  client: Stripe,
  method: Step['method'],
  path: string,
  params: Record<string, unknown>,
) => {
  if (method === 'post') return client.rawRequest('POST', path, params);
  const query = new URLSearchParams(
    Object.entries(params).map(([key, value]) => [key, String(value)] as [string, string]),
  );
  return client.rawRequest(
    method.toUpperCase(),
    query.size === 0 ? path : `${path}?${query.toString()}`,
  );
};

const filled = (value: unknown, answers: Readonly<Record<string, unknown>>): unknown => {
  if (typeof value === 'string') {
    return value.replaceAll(/\$\{(\w+):([^}]+)\}/g, (_, name: string, path: string) =>
      String(reach(answers[name], path)),
    );
  }
  if (Array.isArray(value)) return value.map((each) => filled(each, answers));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, filled(each, answers)]),
  );
};

const reach = (value: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], value);
