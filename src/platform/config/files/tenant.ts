import { z } from 'zod';
import { currency, day, hour, percent, rate, text, wholeNumber, zone } from '../fields.ts';

const quietHours = z
  .strictObject({
    from: hour.describe('First quiet hour of the day, such as 18.'),
    to: hour.describe('First hour in which messages go out again, such as 8.'),
  })
  .default({ from: 18, to: 8 })
  .describe(
    'Local hours in which nothing is sent, by the recipient’s zone if known, else yours. The same hour twice means none.',
  );

const contact = z.strictObject({
  perContactAndWeek: wholeNumber
    .default(1)
    .describe('Known contacts that one person may get in any 7 days, by whoever made them.'),
  perAccountAndWeek: wholeNumber
    .default(2)
    .describe('Known contacts that one account may get in any 7 days, by whoever made them.'),
  quietHours,
  weekdaysOnly: z.boolean().default(true).describe('Send on Monday to Friday only.'),
  sender: z
    .strictObject({ name: text, email: z.email('is not an e-mail address') })
    .optional()
    .describe('Whom messages come from. Without it no message can be sent.'),
  replyTo: z
    .email('is not an e-mail address')
    .optional()
    .describe(
      'An address whose mail Retinue reads: answers go there as well as to the account’s owner.',
    ),
  linkDomains: z
    .array(
      z
        .string()
        .regex(
          /^([a-z0-9-]+\.)+[a-z0-9-]+$/,
          'write a domain in small letters, such as docs.acme.example',
        ),
    )
    .optional()
    .describe('Links in words that a model wrote lead there, or below, and nowhere else.'),
  unsubscribe: z
    .strictObject({
      url: z
        .url({ protocol: /^https$/, error: 'must be an address like https://retinue.acme.example' })
        .describe('Where this server is reached from outside: links to unsubscribe lead there.'),
      postalAddress: text.describe('Your postal address, which the law wants in advertising.'),
    })
    .optional()
    .describe('Marketing messages need both.'),
});

const conversionRate = z.strictObject({
  from: currency.describe('The foreign currency.'),
  day: day.describe('The day from which the rate holds.'),
  rate: rate.describe('What one unit of it is worth in your currency, as text: "1.0842".'),
});

const brake = z.strictObject({
  tiers: percent
    .prefault('20%')
    .describe('Accounts that change a tier in one run; more than that stops outward work.'),
  facts: percent
    .prefault('15%')
    .describe(
      'Facts that move in one run, of all accounts together; more than that stops outward work.',
    ),
  minAccounts: wholeNumber
    .min(1, 'must be at least 1')
    .default(10)
    .describe('Fewer accounts than these never do, whatever their share.'),
  liftByNormalRun: z
    .boolean()
    .default(false)
    .describe('true: a later run that looks like the one before lifts it. false: an admin does.'),
});

export const tenantFile = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'use small letters, digits, `-` and `_`, at most 63')
    .describe('Short name of your company in commands and keys. It cannot be changed later.'),
  name: text.describe('Name of your company as customers know it.'),
  currency: currency.describe('Reporting currency. Money thresholds are in it.'),
  zone: zone.describe('Zone in which days are counted, an IANA name.'),
  suspended: z.boolean().default(false).describe('true stops every action; nothing is sent.'),
  rates: z
    .array(conversionRate)
    .default([])
    .describe('Exchange rates into your currency, needed where a price is in another one.'),
  holidays: z
    .array(day)
    .default([])
    .describe('Days on which no task falls due, and which sudden drops are not looked for on.'),
  contact: contact.prefault({}).describe('When and how often customers may be contacted.'),
  subscriptions: z
    .strictObject({
      overlap: z
        .enum(['latest', 'concurrent'])
        .default('latest')
        .describe('Overlapping subscriptions of an account: the latest replaces, or all count.'),
    })
    .prefault({})
    .describe('How the subscriptions of your sources are to be read.'),
  outbox: z
    .strictObject({
      holdSeconds: wholeNumber
        .max(604_800, 'must not be above a week (604800)')
        .default(300)
        .describe('How long an outward message waits, so that a person can pull it back.'),
      maxPerHour: wholeNumber
        .min(1, 'must be at least 1')
        .default(60)
        .describe('Messages of one playbook and template in an hour; what exceeds it waits.'),
    })
    .prefault({})
    .describe('How messages go out.'),
  brake: brake
    .prefault({})
    .describe('When so much moves at once that an input is suspected and nothing goes out.'),
});

export type TenantFile = z.infer<typeof tenantFile>;
