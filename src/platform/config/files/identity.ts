import { z } from 'zod';
import { MATCH_KINDS } from '../../../domain/identity.ts';
import { identifier, percent, text } from '../fields.ts';

const namespace = text.max(200).describe('A namespace of ids, such as `crm` or `stripe`.');

const pattern = text
  .max(200)
  .regex(/^[^*]*\*?$/, 'write a namespace; `*` may stand at its end')
  .describe('A namespace of ids; with `*` at its end all that begin so.');

const rule = z
  .strictObject({
    id: identifier.describe('Its name in reports. Ids that it placed bear it.'),
    from: pattern.describe('The ids that it places, such as `stripe`; `*` at the end for more.'),
    to: pattern
      .default('*')
      .describe('The ids by which it knows accounts, such as `crm`. Default: of any other system.'),
    by: z
      .enum(MATCH_KINDS)
      .describe(
        'external_id: both systems use one id. key: a record carries the other system’s id. domain, email: of contacts and records. name: but for case, accents and legal forms.',
      ),
    key: identifier.optional().describe('Of `by: key`: which of the record’s `keys`.'),
    heldBy: z
      .enum(['from', 'to'])
      .optional()
      .describe('Of `by: key`: which record carries it (default: the one to be placed).'),
    certainty: z
      .enum(['certain', 'likely'])
      .default('likely')
      .describe('certain: bound at once. likely: suggested to a person.'),
  })
  .refine(({ by, key }) => (by === 'key') === (key !== undefined), {
    error: '`key` belongs to `by: key`, and to it alone',
    path: ['key'],
  });

const order = z.array(namespace).min(1, 'name at least one system');

export const identityFile = z.strictObject({
  accountsFrom: z
    .array(pattern)
    .default([])
    .describe(
      'Systems whose account records make accounts. Records of others wait until they are matched. Default: all make them.',
    ),
  rules: z
    .array(rule)
    .default([])
    .describe('How to tell whose an id is, the most believed first. None ever guesses.'),
  ignoreDomains: z
    .array(text.toLowerCase())
    .default([])
    .describe('Domains that tell nobody apart, beside those of free mail: your resellers’ …'),
  truth: z
    .record(z.string(), order)
    .default({})
    .describe(
      'Whom to believe where systems differ, the most believed first: `account.ownerId: [crm, stripe]` for a field of the account record, `subscription: [stripe]` for all records of a kind. Default: the newest word.',
    ),
  arrTolerance: percent
    .default(0)
    .describe('How far an account’s ARR may be from finance’s figure and still tie out.'),
});
