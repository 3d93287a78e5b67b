import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { digest } from '../../domain/identifiers.ts';
import type { Machine } from '../../domain/person.ts';
import { toInstant, type Instant } from '../../domain/time.ts';
import { defineResource, defineRoute, type Services } from '../define.ts';
import { noParams } from '../schemas.ts';
import { receive, type Receipt } from './receive.ts';
import type { Arrival } from './segment.ts';

const KILOBYTE = 1024;

const access = { kind: 'key', right: 'ingest' } as const;

/** As Segment answers; the counts are ours. `success` is about the request: a bad member is quarantined. */
const receiptShape = z.object({
  success: z.literal(true),
  accepted: z.number().int(),
  duplicates: z.number().int(),
  quarantined: z.array(z.object({ messageId: z.string(), reason: z.string() })),
});

const message = z
  .record(z.string(), z.unknown())
  .describe('a message as Segment’s HTTP tracking API takes it');

const single = (
  type: 'track' | 'identify' | 'group' | 'page' | 'screen' | 'alias',
  summary: string,
) =>
  defineRoute({
    id: type,
    method: 'post',
    path: `/v1/${type}`,
    summary,
    access,
    params: noParams,
    query: noParams,
    body: message,
    limitBytes: 64 * KILOBYTE,
    response: receiptShape,
    handle: async ({ services, caller, body, idempotencyKey }) =>
      take(services, caller, [{ ...body, type }], body['sentAt'], idempotencyKey),
  });

const batch = defineRoute({
  id: 'batch',
  method: 'post',
  path: '/v1/batch',
  summary: 'Many messages at once; a bad one is quarantined, the others count',
  access,
  params: noParams,
  query: noParams,
  body: z.looseObject({
    batch: z.array(message).min(1).max(2500),
    sentAt: z.unknown().optional(),
  }),
  limitBytes: 1024 * KILOBYTE,
  response: receiptShape,
  handle: async ({ services, caller, body, idempotencyKey }) =>
    take(services, caller, body.batch, body.sentAt, idempotencyKey),
});

const take = async (
  services: Services,
  key: Machine,
  messages: readonly Record<string, unknown>[],
  sentAt: unknown,
  idempotencyKey: string | null,
): Promise<Receipt> => {
  const batch = {
    source: `key/${key.keyId}`,
    trust: key.trust,
    receivedAt: services.now(),
    sentAt: instantOf(sentAt),
  };
  const arrivals = messages.map((each, index) => ({
    message: each,
    arrival: {
      ...batch,
      fallbackId: () => nameOf(each, index, idempotencyKey),
    } satisfies Arrival,
  }));
  return receive(services, key.tenantId, arrivals);
};

const moment = z.iso.datetime({ offset: true });

const instantOf = (value: unknown): Instant | null => {
  const told = moment.safeParse(value);
  return told.success ? toInstant(told.data) : null;
};

/**
 * A name for a message that brings none. Sent again under one Idempotency-Key, or with a moment of its own, it is
 * recognised; two messages without either are two.
 */
const nameOf = (
  each: Record<string, unknown>,
  index: number,
  idempotencyKey: string | null,
): string => {
  if (idempotencyKey !== null) return `${idempotencyKey}:${String(index)}`;
  const dated = 'timestamp' in each || 'originalTimestamp' in each;
  return dated ? `body:${digest({ ...each, sentAt: null })}` : randomUUID();
};

export default defineResource({
  id: 'ingest',
  title: 'Product telemetry, in the format of Segment’s HTTP tracking API',
  routes: [
    single('track', 'Something a user did'),
    single('identify', 'Who a user is, and which account they belong to'),
    single('group', 'Which account a user belongs to, and what is known of it'),
    single('page', 'A page that a user saw'),
    single('screen', 'A screen that a user saw'),
    single('alias', 'Two ids of one user'),
    batch,
  ],
});
