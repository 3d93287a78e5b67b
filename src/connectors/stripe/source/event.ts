import { z } from 'zod';
import { id, seconds, text } from './shapes.ts';

const object = z.record(z.string(), z.json());

/** An event with the object as it stood, as webhooks and the list of events have it. */
const snapshotEvent = z.looseObject({
  id,
  object: z.literal('event'),
  type: z.string().min(1).max(200),
  created: seconds,
  livemode: z.boolean(),
  api_version: text,
  /** The connected account that it is of, where there is one. */
  account: text,
  data: z.looseObject({ object, previous_attributes: object.nullish() }),
});

/** An event without its object, of which only some say anything themselves. */
const thinEvent = z.looseObject({
  id,
  object: z.literal('v2.core.event'),
  type: z.string().min(1).max(200),
  created: z.iso.datetime({ offset: true }),
  livemode: z.boolean(),
  context: text,
});

export const stripeEvent = z.discriminatedUnion('object', [snapshotEvent, thinEvent]);

export type StripeEvent = z.infer<typeof stripeEvent>;
