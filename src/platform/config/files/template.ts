import { z } from 'zod';
import { identifier, instant, text } from '../fields.ts';

const SLOT = /^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$/;

/** Line breaks and other controls, and marks that reorder text: none belongs into a header. */
const CONTROL = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

export const templateFile = z.strictObject({
  id: identifier.describe(
    'The file’s name: `<id>.yaml`, or `<id>.<language>.yaml` for another language.',
  ),
  category: z
    .enum(['service', 'contract', 'marketing'])
    .describe(
      'service: about the service they use. contract: about terms and prices, needs consent. marketing: needs consent, and `contact.unsubscribe` in tenant.yaml.',
    ),
  language: z
    .string()
    .regex(/^[a-z]{2}$/, 'write two small letters, such as `en`')
    .default('en'),
  channel: z
    .enum(['email', 'in_app'])
    .optional()
    .describe('in_app: shown within the product by the widget. email unless told.'),
  action: z
    .strictObject({
      label: text.max(40),
      url: z
        .string()
        .regex(
          /^(https:\/\/[^\s"'<>\\]+|\/(?![/\\])[^\s"'<>\\]*)$/,
          'write an https:// address, or a path of your product such as /settings/seats',
        ),
    })
    .optional()
    .describe('Of an in-app message: its button.'),
  expiresInHours: z
    .number()
    .int()
    .min(1)
    .max(24 * 90)
    .optional()
    .describe('Of an in-app message: how long it is shown; 14 days unless told.'),
  subject: text.refine(
    (line) => !CONTROL.test(line),
    'must be one line without control characters',
  ),
  text: z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(10_000)
    .describe('The message. {{slots}} are filled from facts; a model words at most one of them.'),
  slots: z
    .record(
      z.string().regex(SLOT, 'name a slot like `contact.name`'),
      z.enum(['text', 'integer', 'money', 'day', 'percent', 'prose', 'free']),
    )
    .refine(
      (slots) =>
        Object.values(slots).filter((type) => type === 'prose' || type === 'free').length <= 1,
      'only one slot may be for words of a model (`prose` or `free`)',
    )
    .default({})
    .describe(
      'Every slot used above, with its type. At most one takes a paragraph that a model words: `prose` is always read by a person before it goes; `free` may go unread where the case has read no text of outsiders.',
    ),
  approved: z
    .strictObject({ by: text.describe('Who read and approved this text.'), at: instant })
    .describe('A text without an approval is not sent.'),
});

export type TemplateFile = z.infer<typeof templateFile>;
