import type { IncomingEvent } from '../domain/event.ts';
import { accountEvent, at, dayOf, type Scribe } from './scribe.ts';

/** Contacts, invites and wishes. */
export function* peopleEvents(scribe: Scribe): Generator<IncomingEvent> {
  const { account } = scribe;
  for (const contact of account.contacts) {
    yield accountEvent(
      scribe,
      'crm',
      'contact.changed',
      contact.id,
      at(scribe, account.signedUpDaysAgo),
      {
        contactId: contact.id,
        name: contact.name,
        email: `${contact.name.toLowerCase().replaceAll(/[^a-z]+/g, '.')}@${account.id}.example`,
        role: contact.role,
        consentContract: contact.consentContract ?? false,
        ...(contact.zone === undefined ? {} : { zone: contact.zone }),
        ...(contact.left === undefined ? {} : { left: contact.left }),
      },
    );
  }
  for (const [index, daysAgo] of (account.rejectedInvitesDaysAgo ?? []).entries()) {
    const inviteId = `inv_${account.id}_${index}`;
    const moment = at(scribe, daysAgo, 600 + index);
    yield accountEvent(scribe, 'product', 'invite.changed', inviteId, moment, {
      inviteId,
      outcome: 'rejected',
      reason: 'seat_limit',
      at: moment,
    });
  }
  for (const [index, interest] of (account.interests ?? []).entries()) {
    const interestId = `int_${account.id}_${index}`;
    yield accountEvent(
      scribe,
      'crm',
      'feature_interest.changed',
      interestId,
      at(scribe, interest.daysAgo),
      {
        interestId,
        feature: interest.feature,
        kind: interest.kind,
        on: dayOf(scribe, interest.daysAgo),
      },
    );
  }
}

/** Tickets and what was said in them. */
export function* supportEvents(scribe: Scribe): Generator<IncomingEvent> {
  const { account } = scribe;
  for (const [index, ticket] of (account.tickets ?? []).entries()) {
    const ticketId = `tick_${account.id}_${index}`;
    const openedAt = at(scribe, ticket.openedDaysAgo, 620);
    yield accountEvent(scribe, 'helpdesk', 'ticket.changed', ticketId, openedAt, {
      ticketId,
      channel: 'email',
      subject: ticket.subject,
      body: ticket.body,
      status: 'open',
      priority: ticket.priority ?? 'normal',
      openedAt,
      ...(ticket.seatsRequested === undefined ? {} : { seatsRequested: ticket.seatsRequested }),
    });
    yield accountEvent(scribe, 'helpdesk', 'conversation.changed', `${ticketId}_1`, openedAt, {
      messageId: `${ticketId}_1`,
      ticketId,
      from: 'customer',
      body: ticket.body,
      at: openedAt,
    });
    if (ticket.closedDaysAgo === undefined) continue;
    const closedAt = at(scribe, ticket.closedDaysAgo, 900);
    yield accountEvent(scribe, 'helpdesk', 'ticket.changed', `${ticketId}:closed`, closedAt, {
      ticketId,
      status: 'closed',
      closedAt,
      ...(ticket.satisfaction === undefined ? {} : { satisfaction: ticket.satisfaction }),
    });
  }
}

/** Touches, deletion requests and incidents: what the guards read. */
export function* guardEvents(scribe: Scribe): Generator<IncomingEvent> {
  const { account } = scribe;
  for (const [index, touch] of (account.touches ?? []).entries()) {
    const touchId = `touch_${account.id}_${index}`;
    const moment = at(scribe, touch.daysAgo, 840);
    yield accountEvent(scribe, 'crm', 'touch.changed', touchId, moment, {
      touchId,
      at: moment,
      channel: touch.channel,
      direction: 'out',
      by: touch.by,
      ...(touch.contactId === undefined ? {} : { contactId: touch.contactId }),
    });
  }
  if (account.deletionRequestedDaysAgo !== undefined) {
    const requestedAt = at(scribe, account.deletionRequestedDaysAgo);
    yield accountEvent(
      scribe,
      'privacy-desk',
      'deletion_request.changed',
      `del_${account.id}`,
      requestedAt,
      {
        requestId: `del_${account.id}`,
        status: 'received',
        requestedAt,
      },
    );
  }
  for (const [index, incident] of (account.incidents ?? []).entries()) {
    const startedAt = at(scribe, incident.startedDaysAgo, 5);
    const incidentId = `inc_${account.id}_${index}`;
    yield {
      eventId: `incident.changed:${incidentId}`,
      source: 'status-page',
      type: 'incident.changed',
      occurredAt: startedAt,
      trust: 'server',
      payload: {
        incidentId,
        title: incident.title,
        severity: incident.severity,
        status: incident.resolvedDaysAgo === undefined ? 'investigating' : 'resolved',
        startedAt,
        accounts: [account.id],
        ...(incident.resolvedDaysAgo === undefined
          ? {}
          : { resolvedAt: at(scribe, incident.resolvedDaysAgo) }),
      },
    };
  }
}
