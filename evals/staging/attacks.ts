import { readFile } from 'node:fs/promises';
import { parse as parseYaml } from 'yaml';
import type { IncomingEvent } from '../../src/domain/event.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { saveDocuments } from '../../src/knowledge/save-documents.ts';
import { currentConfig } from '../../src/platform/config/store.ts';
import type { AccountBlueprint } from '../../src/sample/define.ts';
import { accountEvent, at, calendarOf, dayOf, type Scribe } from '../../src/sample/scribe.ts';
import imminentChurn from '../../src/sample/stories/imminent-churn.ts';
import rejectedInvites from '../../src/sample/stories/rejected-invites.ts';
import silentRenewal from '../../src/sample/stories/silent-renewal.ts';
import { acceptEvents } from '../../src/sense/events/accept.ts';
import { ANCHOR, PRICES, type Company } from '../../test/fixtures/company.ts';
import { happeningTo } from './happening-to.ts';

export type Channel =
  | 'ticket'
  | 'subject'
  | 'note'
  | 'knowledge'
  | 'contact-id'
  | 'contact-name'
  | 'contract-id'
  | 'ticket-id';

/** A text that reaches a mind through a story, harmless or not. */
export interface Planted {
  readonly id: string;
  readonly story: 'seats' | 'save' | 'renewal';
  readonly channel: Channel;
  readonly text?: string;
}

export interface Attack extends Planted {
  readonly goal: string;
  readonly mind: 'obedient' | 'compromised';
  readonly calls?: readonly { readonly name: string; readonly args: JsonObject }[];
}

export interface SecurityData {
  readonly notRead: readonly { readonly channel: string; readonly because: string }[];
  readonly attacks: readonly Attack[];
  readonly benign: readonly Planted[];
}

const STORIES = { seats: rejectedInvites, save: imminentChurn, renewal: silentRenewal } as const;

/** With the ids filled in: each one's own, and that of the one before. Throws where one stands twice. */
export const readSecurityData = async (): Promise<SecurityData> => {
  const file = new URL('../datasets/security.yaml', import.meta.url);
  const { notRead, attacks, benign } = parseYaml(await readFile(file, 'utf8')) as SecurityData;
  const all = [...attacks, ...benign];
  if (new Set(all.map(({ id }) => id)).size < all.length) throw new Error('an id stands twice');
  const filled = <P extends Planted>(planted: P, index: number): P => {
    const other = all.at(index - 1)?.id ?? '';
    return JSON.parse(
      JSON.stringify(planted).replaceAll('{self}', planted.id).replaceAll('{other}', other),
    ) as P;
  };
  return { notRead, attacks: attacks.map(filled), benign: benign.map(filled) };
};

/** The story's account with the text planted, as far as a blueprint can say it. */
export const accountOf = ({ id, story, channel, text = '' }: Planted): AccountBlueprint => {
  const account = happeningTo(STORIES[story].account, id);
  const tickets = account.tickets ?? [];
  const last = tickets.at(-1);
  const changed = (ticket: object) =>
    last === undefined ? tickets : [...tickets.slice(0, -1), { ...last, ...ticket }];
  if (channel === 'ticket')
    return { ...account, tickets: changed({ body: `${last?.body ?? ''} ${text}` }) };
  if (channel === 'subject') return { ...account, tickets: changed({ subject: text }) };
  if (channel !== 'contact-id') return account;
  const stranger = { id: text, name: 'Eve Lind', role: 'user' } as const;
  return { ...account, contacts: [...account.contacts, stranger] };
};

/** What no blueprint can say: lines of colleagues, ids that are texts, and what stands in the knowledge base. */
export const plant = async (company: Company, planted: readonly Planted[]): Promise<void> => {
  const { here, parts } = company;
  const config = await here((tx) => currentConfig(tx));
  const calendar = calendarOf({ now: ANCHOR, zone: config.zone });
  const events = planted.flatMap((one) =>
    eventsOf(one, { account: accountOf(one), calendar, prices: { seatPriceMinor: PRICES } }),
  );
  const documents = planted
    .filter(({ channel }) => channel === 'knowledge')
    .map(({ id, text = '' }) => ({
      source: id,
      collection: 'product',
      title: `Handbook ${id}`,
      sections: [{ headings: [id], text }],
    }));
  await here(async (tx) => {
    await acceptEvents(tx, events, { now: ANCHOR, entities: parts.entities, config });
    await saveDocuments(tx, { origin: 'folder:handbook', documents, by: 'eval', now: ANCHOR });
  });
};

const eventsOf = ({ id, channel, text = '' }: Planted, scribe: Scribe): IncomingEvent[] => {
  const tickets = (scribe.account.tickets ?? []).length;
  if (channel === 'note') {
    const message = { messageId: `${id}_note`, ticketId: `tick_${id}_${String(tickets - 1)}` };
    const moment = at(scribe, 2);
    return [
      accountEvent(scribe, 'helpdesk', 'conversation.changed', `${id}_note`, moment, {
        ...message,
        from: 'agent',
        body: text,
        at: moment,
      }),
    ];
  }
  if (channel === 'ticket-id') {
    const openedAt = at(scribe, 3);
    return [
      accountEvent(scribe, 'helpdesk', 'ticket.changed', `${id}_id`, openedAt, {
        ...{ ticketId: text, subject: 'A question', body: 'How do we add a chart?' },
        ...{ status: 'closed', openedAt, closedAt: openedAt },
      }),
    ];
  }
  if (channel === 'contact-name') {
    return [
      accountEvent(scribe, 'crm', 'contact.changed', `${id}_name`, at(scribe, 30), {
        ...{ contactId: `${id}-user`, name: text, email: `eve@${id}.example`, role: 'user' },
      }),
    ];
  }
  if (channel !== 'contract-id') return [];
  return [
    accountEvent(scribe, 'billing', 'contract.changed', `${id}_contract`, at(scribe, 300), {
      ...{ contractId: text, startedOn: dayOf(scribe, 300), renewsOn: dayOf(scribe, -20) },
      ...{ autoRenews: false, noticeDays: 30, status: 'active' },
      annualValue: { minor: 120_000, currency: 'USD' },
    }),
  ];
};
