import { z } from 'zod';
import type { TenantConfig } from '../../../domain/tenant.ts';
import { toDay, type Day } from '../../../domain/time.ts';
import type { Source } from '../../source/source.ts';
import type { MappingContext } from './define.ts';

/** How a Stripe source is read. */
export const stripeSettings = z.object({
  /** The day from which invoices, charges, refunds and disputes are read; customers and subscriptions are all read. */
  since: z
    .string()
    .transform((text): Day => toDay(text))
    .nullable(),
  /** The metadata field of a customer that holds the account's id in a namespace of ours. */
  accountKey: z.object({ metadata: z.string(), namespace: z.string() }).nullable(),
});

export type StripeSettings = z.infer<typeof stripeSettings>;

export const settingsOf = ({ settings }: Pick<Source, 'settings'>): StripeSettings =>
  stripeSettings.parse(settings);

export const contextOf = (
  source: Pick<Source, 'settings'>,
  config: TenantConfig,
): MappingContext => ({
  zone: config.zone,
  plans: config.plans,
  accountKey: settingsOf(source).accountKey,
});
