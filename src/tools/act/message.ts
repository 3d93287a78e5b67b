import { RetinueError } from '../../domain/errors.ts';
import { isForWords, MAX_WORDS, renderTemplate, type SlotValue } from '../../domain/message.ts';
import type { Category, Message, Recipient } from '../../domain/proposal.ts';
import type { Template } from '../../domain/tenant.ts';
import { z } from 'zod';
import type { Contact, PreviewInput } from './define.ts';
import { unsupported } from './message-truth.ts';

/** What a message tool shares with the others: to whom, in which words, and what stands in the way. */
export interface Letter {
  readonly recipient: Recipient | null;
  readonly message: Message | null;
  readonly category: Category;
  readonly problems: readonly string[];
}

export interface LetterRequest {
  readonly contactId: string | null;
  readonly templateId: string;
  /** `email` unless told. A text approved for one channel is not used in another. */
  readonly channel?: 'email' | 'in_app';
  /** Slots of the tool itself; those that every message may use are added. `null`: not known. */
  readonly slots: Readonly<Record<string, SlotValue | null>>;
  /** A paragraph for the slot that the template keeps for words of a model. */
  readonly words?: string | undefined;
}

/** The argument by which a tool takes such a paragraph. */
export const wordsArgument = z
  .string()
  .trim()
  .min(1)
  .max(MAX_WORDS)
  .optional()
  .describe(
    'A short paragraph of your own for the slot that the template keeps for it; leave it out where it keeps none. ' +
      'No figure, date, link or promise that the facts do not bear out.',
  );

/**
 * Renders a template for a contact of the account. Whatever is missing becomes a problem, never an empty word or an
 * invented address: without a contact there is no recipient, and the proposal is refused.
 */
export const writeLetter = (request: LetterRequest, input: PreviewInput): Letter => {
  const contact = findContact(request.contactId, input);
  const channel = request.channel ?? 'email';
  const template = findTemplate(request.templateId, channel, contact?.language ?? 'en', input);
  const problems = [
    ...(contact === null ? [recipientProblem(request.contactId)] : []),
    ...(template === null ? [templateProblem(request.templateId, channel)] : []),
    ...(channel === 'email' ? senderProblems(input) : []),
  ];
  const letter = {
    recipient: contact === null ? null : recipientOf(contact),
    category: template?.category ?? ('service' as const),
  };
  if (contact === null || template === null || problems.length > 0)
    return { ...letter, message: null, problems };
  const common = {
    'contact.name': contact.name,
    'account.name': input.accountName,
    'sender.name': senderName(input),
  };
  const slots = { ...common, ...request.slots };
  return { ...letter, ...withWords(request.words, template, slots, input) };
};

type Filled = { readonly message: Message | null; readonly problems: readonly string[] };

/** Words go into the slot that an approved text keeps for them, and only where they are true. */
const withWords = (
  words: string | undefined,
  template: Template,
  slots: LetterRequest['slots'],
  input: PreviewInput,
): Filled => {
  const [place] = Object.entries(template.slots).filter(([, type]) => isForWords(type));
  if (words === undefined)
    return fill(template, place === undefined ? slots : { ...slots, [place[0]]: '' });
  if (place === undefined) {
    return {
      message: null,
      problems: [`template \`${template.id}\` keeps no slot for words of its own`],
    };
  }
  const grounds = {
    facts: input.facts,
    slots,
    approvedText: `${template.subject}\n${template.text}`,
    language: template.language,
    linkDomains: input.config.contact.linkDomains ?? [],
  };
  const untrue = unsupported(words, grounds);
  const filled = fill(template, { ...slots, [place[0]]: words });
  // Number words are read in English alone: what else a model writes is read by a person.
  const slot = place[1] === 'free' && template.language === 'en' ? 'free' : 'prose';
  return {
    message: filled.message && { ...filled.message, words: { slot, text: words } },
    problems: [...filled.problems, ...untrue],
  };
};

/** Whoever owns the account signs; where nobody does, the house. */
const ownerName = ({ facts, config }: PreviewInput): string | null => {
  const owner = Object.hasOwn(facts, 'owner') ? facts['owner']?.value : null;
  return config.owners.find(({ id }) => id === owner)?.name ?? null;
};

const fill = (template: Template, slots: LetterRequest['slots']): Filled => {
  const known: Record<string, SlotValue> = {};
  const unknown: string[] = [];
  for (const slot of Object.keys(template.slots)) {
    const value = slots[slot] ?? null;
    if (value === null) unknown.push(slot);
    else known[slot] = value;
  }
  const problems = unknown.map(
    (slot) => `template \`${template.id}\` needs \`${slot}\`, which is not known`,
  );
  return problems.length > 0 ? { message: null, problems } : render(template, known);
};

const render = (template: Template, slots: Readonly<Record<string, SlotValue>>): Filled => {
  try {
    const { subject, text } = renderTemplate(template, slots);
    const { id: templateId, version: templateVersion, language } = template;
    const message = { templateId, templateVersion, language, subject, text };
    return { message, problems: [] };
  } catch (error) {
    if (!(error instanceof RetinueError)) throw error;
    return { message: null, problems: [error.message] };
  }
};

const findContact = (contactId: string | null, input: PreviewInput): Contact | null =>
  input.contacts.find((contact) => contact.id === contactId) ?? null;

const senderName = (input: PreviewInput): string =>
  ownerName(input) ?? input.config.contact.sender?.name ?? input.config.name;

const senderProblems = ({ config }: PreviewInput): string[] =>
  config.contact.sender === null
    ? ["no sender is named in the tenant's files (contact.sender)"]
    : [];

const templateProblem = (id: string, channel: string): string =>
  channel === 'email'
    ? `template \`${id}\` is not in the tenant's files`
    : `template \`${id}\` is not in the tenant's files with \`channel: ${channel}\``;

const recipientProblem = (contactId: string | null): string =>
  contactId === null
    ? 'no recipient: the account has no contact'
    : `no recipient: \`${contactId}\` is not a contact of the account`;

const recipientOf = (contact: Contact): Recipient => ({
  contactId: contact.id,
  email: contact.email,
  name: contact.name,
});

/** The template in the contact's language, else in English, else in whichever there is. */
export const findTemplate = (
  id: string,
  channel: 'email' | 'in_app',
  language: string,
  input: Pick<PreviewInput, 'config'>,
): Template | null => {
  const versions = input.config.templates.filter(
    (template) => template.id === id && (template.channel ?? 'email') === channel,
  );
  return (
    versions.find((template) => template.language === language) ??
    versions.find((template) => template.language === 'en') ??
    versions[0] ??
    null
  );
};
