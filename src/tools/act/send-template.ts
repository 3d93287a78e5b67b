import { z } from 'zod';
import { convertibleSlots } from './slots.ts';
import { defineActTool } from './define.ts';
import { wordsArgument, writeLetter } from './message.ts';

const args = z.strictObject({
  /** A contact of the account; `null` where it has none, and then nothing can be sent. */
  contactId: z.string().min(1).max(200).nullable(),
  templateId: z.string().min(1).max(100),
  words: wordsArgument,
});

export default defineActTool({
  id: 'send_template',
  version: '1',
  title: 'Send a template',
  description:
    'Sends one of the approved templates by e-mail to a contact of the account. Its slots are filled from facts alone.',
  args,
  port: 'email',
  maxFactAgeHours: 24 * 14,
  reads: [],
  compensation: 'none once it is sent; it can be recalled while it is held',
  preview: ({ contactId, templateId, words }, input) => {
    const slots = convertibleSlots(contactId, templateId, input);
    const letter = writeLetter({ contactId, templateId, slots: slots.values, words }, input);
    return {
      summary: `send \`${templateId}\` to ${letter.recipient?.name ?? 'nobody'} at ${input.accountName}`,
      port: 'email',
      outward: true,
      category: letter.category,
      recipient: letter.recipient,
      money: null,
      discountBasisPoints: 0,
      message: letter.message,
      task: null,
      quoteHash: null,
      bound: slots.bound,
      problems: letter.problems,
    };
  },
});
