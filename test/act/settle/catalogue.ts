import { z } from 'zod';
import type { PlaybookClass } from '../../../src/domain/case.ts';
import { digest } from '../../../src/domain/identifiers.ts';
import type { Preview } from '../../../src/domain/proposal.ts';
import { definePlaybook, type Playbook } from '../../../src/playbooks/define.ts';
import { defineActTool, type ActTool, type PreviewInput } from '../../../src/tools/act/define.ts';

/** Small tools and playbooks of the real shapes, so that these tests do not move when the real ones do. */
const letter = (
  { contacts, config }: PreviewInput,
  contactId: string,
  templateId: string,
): Preview => {
  const contact = contacts.find(({ id }) => id === contactId);
  const template = config.templates.find(({ id }) => id === templateId);
  return {
    summary: `${templateId} to ${contact?.name ?? 'nobody'}`,
    port: 'email',
    outward: true,
    category: template?.category ?? 'service',
    recipient:
      contact === undefined ? null : { contactId, email: contact.email, name: contact.name },
    money: null,
    discountBasisPoints: 0,
    message:
      template === undefined || contact === undefined
        ? null
        : {
            templateId,
            templateVersion: template.version,
            language: template.language,
            subject: template.subject,
            text: template.text.replace('{{contact.name}}', contact.name),
          },
    task: null,
    quoteHash: null,
    bound: {},
    problems:
      contact === undefined
        ? [`no recipient: \`${contactId}\` is not a contact of the account`]
        : [],
  };
};

const priceOf = (input: PreviewInput) =>
  input.config.plans.find(({ id }) => id === input.facts['plan']?.trustedValue)?.seatPrice ?? null;

const offerSeats = defineActTool({
  id: 'offer_seats',
  version: '1',
  title: 'Offer seats',
  description: 'Offers seats.',
  args: z.strictObject({ contactId: z.string().max(200), seats: z.int().min(1).max(100) }),
  port: 'email',
  maxFactAgeHours: 24,
  reads: ['plan', 'seats'],
  compensation: 'none',
  preview: ({ contactId, seats }, input) => {
    const price = priceOf(input);
    const base = letter(input, contactId, 'seat-offer');
    return {
      ...base,
      money: price === null ? null : { ...price, minor: price.minor * seats },
      quoteHash: price === null ? null : digest({ ...price, seats }),
      bound: { seats: input.facts['seats']?.trustedValue ?? null },
      problems: [...base.problems, ...(price === null ? ['the list price is not known'] : [])],
    };
  },
});

const offerDiscount = defineActTool({
  id: 'offer_save_discount',
  version: '1',
  title: 'Offer a discount',
  description: 'Offers a discount.',
  args: z.strictObject({ contactId: z.string().max(200), basisPoints: z.int().min(100).max(3000) }),
  port: 'email',
  maxFactAgeHours: 48,
  reads: ['seats'],
  compensation: 'none',
  preview: ({ contactId, basisPoints }, input) => ({
    ...letter(input, contactId, 'save-discount'),
    discountBasisPoints: basisPoints,
    money: { minor: basisPoints, currency: 'USD' },
  }),
});

const sendTemplate = defineActTool({
  id: 'send_template',
  version: '1',
  title: 'Send a template',
  description: 'Sends a template.',
  args: z.strictObject({ contactId: z.string().max(200), templateId: z.string().max(100) }),
  port: 'email',
  maxFactAgeHours: 24,
  reads: [],
  compensation: 'none',
  preview: ({ contactId, templateId }, input) => letter(input, contactId, templateId),
});

const openTask = defineActTool({
  id: 'open_task',
  version: '1',
  title: 'Open a task',
  description: 'Opens a task.',
  args: z.strictObject({ kind: z.string().min(1).max(50) }),
  port: 'tasks',
  maxFactAgeHours: 24,
  reads: [],
  compensation: 'the task is closed',
  preview: ({ kind }, input) => ({
    summary: `task ${kind}`,
    port: 'tasks',
    outward: false,
    category: 'internal',
    recipient: null,
    money: null,
    discountBasisPoints: 0,
    message: null,
    task: {
      kind,
      title: `${kind} for ${input.accountName}`,
      assignee: 'dana',
      dueBusinessDays: 2,
      reason: 'because',
      draft: '',
    },
    quoteHash: null,
    bound: {},
    problems: [],
  }),
});

export const TOOLS = [offerSeats, offerDiscount, sendTemplate, openTask] as readonly ActTool[];

const playbook = (id: string, of: PlaybookClass, reliesOn: Playbook['reliesOn'] = {}): Playbook =>
  definePlaybook<unknown>({
    id,
    title: id,
    covers: [],
    agent: 'cs',
    class: of,
    story: '',
    parameters: z.unknown(),
    holdout: 0,
    tools: TOOLS.map((tool) => tool.id),
    reliesOn,
    when: () => [],
    clears: () => null,
    plan: () => ({ proposals: [], nextLookAt: null }),
    measure: { outcome: '', withinDays: 1 },
  });

export const PLAYBOOKS: readonly Playbook[] = [
  playbook('seat-expansion', 'sell', { seats: 'exact', rejected_invites: 5 }),
  playbook('churn-save', 'save', { churn_risk_supported: 15 }),
  playbook('dunning', 'collect'),
  playbook('notice', 'comply'),
  playbook('tips', 'inform'),
];
