import type { Effect } from '../../src/connectors/define.ts';

/** An e-mail as the outbox hands it to a port. */
export const anEmail = (over: Partial<Effect> = {}): Effect => ({
  key: 'case-1/offer/contact-1',
  tenantId: 'acme',
  accountId: 'acct-1',
  actionId: 'act-1',
  message: {
    templateId: 'seat-offer',
    templateVersion: '3',
    language: 'en',
    subject: 'Seats for Café Noir — naïve ✓',
    text: 'Hello Zoë,\n\n5 seats for €245.00 a month.\n.\nA line that begins with a dot: .hidden\n\n— Ana\n',
  },
  recipient: { contactId: 'contact-1', email: 'zoe@customer.example', name: 'Zoë Brandt, CFO' },
  sender: { name: 'Ana Ruiz', email: 'success@vendor.example' },
  task: null,
  ...over,
});
