import { z } from 'zod';
import type { Message } from '../../domain/proposal.ts';
import { convertibleSlots } from './slots.ts';
import { defineActTool } from './define.ts';
import { findTemplate, wordsArgument, writeLetter } from './message.ts';

const args = z.strictObject({
  /** Whom it counts as contact with; `null` where the account has nobody, and then nothing can be shown. */
  contactId: z.string().min(1).max(200).nullable(),
  templateId: z.string().min(1).max(100),
  words: wordsArgument,
  /** `account` shows it to everybody who is signed in to the account; for service messages alone. */
  audience: z.enum(['contact', 'account']).default('contact'),
});

const FORTNIGHT_HOURS = 14 * 24;

export default defineActTool({
  id: 'send_in_app_message',
  version: '1',
  title: 'Show a message in the product',
  description:
    'Shows one of the approved in-app templates within the product, at the moment the contact (or anybody of the ' +
    'account) uses it. Its slots are filled from facts alone. Fitting where the matter is at hand there: a limit that ' +
    'was hit, an invitation that failed.',
  args,
  port: 'in_app',
  maxFactAgeHours: 24 * 7,
  reads: [],
  compensation: 'it can be withdrawn at any time, and is then shown to nobody more',
  preview: ({ contactId, templateId, audience, words }, input) => {
    const slots = convertibleSlots(contactId, templateId, input);
    const request = {
      contactId,
      templateId,
      channel: 'in_app',
      slots: slots.values,
      words,
    } as const;
    const letter = writeLetter(request, input);
    const language = letter.message?.language ?? 'en';
    const template = findTemplate(templateId, 'in_app', language, input);
    const message: Message | null = letter.message && {
      ...letter.message,
      inApp: {
        audience,
        expiresInHours: template?.expiresInHours ?? FORTNIGHT_HOURS,
        action: template?.action ?? null,
      },
    };
    const forAll = audience === 'account' && letter.category !== 'service';
    return {
      summary: `show \`${templateId}\` in the product to ${
        audience === 'account'
          ? `everybody at ${input.accountName}`
          : (letter.recipient?.name ?? 'nobody')
      }`,
      port: 'in_app',
      outward: true,
      category: letter.category,
      recipient: letter.recipient,
      money: null,
      discountBasisPoints: 0,
      message,
      task: null,
      quoteHash: null,
      bound: slots.bound,
      problems: [
        ...letter.problems,
        ...(letter.category === 'marketing' ? ['marketing is not shown in the product'] : []),
        ...(forAll ? ['only a service message may be shown to everybody of the account'] : []),
      ],
    };
  },
});
