import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { ExternalRef, IncomingEvent } from '../domain/event.ts';
import { inputError } from '../domain/errors.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { Machine } from '../domain/person.ts';
import type { Instant } from '../domain/time.ts';
import { currentConfig } from '../platform/config/store.ts';
import type { TenantTx } from '../platform/db/database.ts';
import { acceptEvents } from '../sense/events/accept.ts';
import { findAccount } from '../sense/identity/find-account.ts';
import { instant } from '../sense/state/fields.ts';
import { defineRoute, type Services } from './define.ts';
import { noParams } from './schemas.ts';

/**
 * What the reports of other systems (incidents, deletion requests, touches) have in common: they feed the guards, so
 * they come from server keys, once each, and a heartbeat says "I am here, and there is nothing to report".
 */

const reportEnvelope = {
  eventId: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('sent again with the same id, nothing happens twice; else the Idempotency-Key'),
  occurredAt: instant.optional().describe('when it became so; now unless told'),
};

const heartbeatShape = z
  .strictObject({ heartbeat: z.literal(true), eventId: reportEnvelope.eventId })
  .describe('nothing to report, but the source is there: the guard that rests on it stays fresh');

export const accountField = z
  .string()
  .min(1)
  .max(300)
  .describe('our account id, its id in a connected system, or its name');

const reportReceipt = z.object({
  accepted: z.number().int(),
  duplicates: z.number().int(),
  eventId: z.string(),
});

type Fields = Readonly<Record<string, Json | undefined>>;

interface ReportDefinition {
  readonly id: string;
  readonly path: `/${string}`;
  readonly summary: string;
  /** What is reported: its events are `<subject>.changed` and `<subject>.heartbeat`. */
  readonly subject: string;
  /** A field `account` names whom it is about; without one the report is about the tenant as a whole. */
  readonly fields: z.core.$ZodLooseShape;
  /** Fills in what is known by the moment of receipt. */
  readonly complete?: (fields: Fields, now: Instant) => Fields;
}

/** One kind of report: the route that takes it, or a heartbeat, and the event that it becomes. */
export const defineReport = (definition: ReportDefinition) => {
  const { subject, fields, complete, ...route } = definition;
  return defineRoute({
    ...route,
    method: 'post',
    access: { kind: 'key', right: 'ingest', trust: 'server' },
    params: noParams,
    query: noParams,
    body: z.union([heartbeatShape, z.strictObject({ ...reportEnvelope, ...fields })]),
    status: 202,
    response: reportReceipt,
    handle: async ({ services, caller, body, idempotencyKey }) => {
      const { eventId = idempotencyKey ?? randomUUID(), ...told } = body;
      if ('heartbeat' in told) {
        const beat = { type: `${subject}.heartbeat`, occurredAt: services.now(), payload: {} };
        return acceptReport(services, caller, { ...beat, eventId });
      }
      const read: Fields = told;
      const { account, occurredAt, ...payload } = complete?.(read, services.now()) ?? read;
      return acceptReport(services, caller, {
        type: `${subject}.changed`,
        eventId,
        occurredAt: (occurredAt as Instant | undefined) ?? services.now(),
        payload: withoutUndefined(payload),
        account: account as string | undefined,
      });
    },
  });
};

interface Report {
  readonly type: string;
  readonly eventId: string;
  readonly occurredAt: Instant;
  readonly payload: JsonObject;
  /** As its sender names it. */
  readonly account?: string | undefined;
}

/** Accepts one report. Throws `account_not_found`, or `invalid_report` with the reason that quarantine would give. */
const acceptReport = async (
  services: Services,
  key: Machine,
  { account, ...report }: Report,
): Promise<z.infer<typeof reportReceipt>> => {
  const now = services.now();
  const result = await services.db.withTenant(key.tenantId, async (tx) => {
    const event: IncomingEvent = {
      ...report,
      source: `key/${key.keyId}`,
      trust: 'server',
      ...(account === undefined ? {} : { ref: await refOf(tx, account) }),
    };
    const { entities } = services.parts;
    const outcome = await acceptEvents(tx, [event], {
      now,
      entities,
      config: await currentConfig(tx),
    });
    const [refused] = outcome.quarantined;
    // Thrown inside the transaction: a sender that waits for the answer corrects it, nothing is kept.
    if (refused !== undefined) throw inputError('invalid_report', refused.reason);
    return outcome;
  });
  if (result.accountIds.length > 0) {
    await services.wake.runLine(key.tenantId, result.accountIds, 'report');
  }
  return {
    accepted: result.accepted,
    duplicates: result.duplicates,
    eventId: report.eventId,
  };
};

const withoutUndefined = (fields: Fields): JsonObject =>
  Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, Json] => entry[1] !== undefined),
  );

const refOf = async (tx: TenantTx, account: string): Promise<ExternalRef> => {
  const found = await findAccount(tx, account);
  if (found !== null) return { source: 'retinue', externalId: found.accountId };
  throw inputError('account_not_found', `there is no account \`${account}\`; import it first`);
};
