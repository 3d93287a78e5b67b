import { receiveMail, type MailTaken } from '../../act/mail/receive.ts';
import { readMail } from '../../connectors/email/inbound.ts';
import type { Instant } from '../../domain/time.ts';
import type { Parts } from '../../parts.ts';
import { currentConfig } from '../../platform/config/store.ts';
import type { Database } from '../../platform/db/database.ts';
import { acceptEvents } from '../../sense/events/accept.ts';

/** Takes one mail as it came, however it came, with all that follows from it in one transaction. */
export const takeMail = async (
  db: Database,
  input: {
    readonly tenantId: string;
    readonly raw: Uint8Array;
    readonly parts: Pick<Parts, 'entities'>;
    readonly now: Instant;
  },
): Promise<MailTaken> => {
  const { now, parts } = input;
  const mail = await readMail(input.raw);
  return db.withTenant(input.tenantId, async (tx) => {
    const config = await currentConfig(tx);
    return receiveMail(tx, mail, {
      ...{ config, now },
      accept: async (events) => {
        await acceptEvents(tx, events, { now, entities: parts.entities, config });
      },
    });
  });
};
