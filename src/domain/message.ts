import { Temporal } from 'temporal-polyfill';
import { configError, inputError, type RetinueError } from './errors.ts';
import { formatMoney, type Money } from './money.ts';
import type { Template } from './tenant.ts';

/** By the slot's type: text → string, integer → number, money → `Money`, day → `Day`, percent → basis points. */
export type SlotValue = string | number | Money;

type SlotType = Template['slots'][string];

/** Types of slots that take words which no template approved. */
export const isForWords = (type: SlotType): type is 'prose' | 'free' =>
  type === 'prose' || type === 'free';

const PLACEHOLDER = /\{\{\s*([a-z0-9_.-]+)\s*\}\}/gi;

/** Longest text a slot may carry: a name or a title, never a paragraph. */
const MAX_TEXT = 200;

/** Words of a model: a paragraph. */
export const MAX_WORDS = 600;

/**
 * Fills an approved text. Every declared slot needs one value of its type, and nothing else is taken. Values are
 * formatted in the template's language and are never read as template text, mark-up, links or headers.
 *
 * Throws input errors that name the slot: `slot_missing`, `slot_unknown`, `slot_type`, `slot_unsafe`; and config errors
 * of the template itself: `template_slot_undeclared`, `template_unsafe`.
 */
export const renderTemplate = (
  template: Template,
  slots: Readonly<Record<string, SlotValue>>,
): { readonly subject: string; readonly text: string } => {
  checkTemplate(template);
  const unknown = Object.keys(slots).find((name) => !Object.hasOwn(template.slots, name));
  if (unknown !== undefined)
    throw slotError('slot_unknown', template, unknown, 'is not one of its slots');
  const filled = new Map(
    Object.entries(template.slots).map(([name, type]) => [name, fill(template, name, type, slots)]),
  );
  const write = (text: string) =>
    text.replace(PLACEHOLDER, (_, name: string) => filled.get(name) ?? '');
  // A slot for words that is left empty leaves no gap behind.
  const text = write(template.text).replaceAll(/\n{3,}/g, '\n\n');
  return { subject: write(template.subject), text };
};

/** What is wrong with a template whatever its slots hold. For `config check` too. */
const checkTemplate = (template: Template): void => {
  if (isUnsafeHeader(template.subject)) {
    throw configError(
      'template_unsafe',
      `the subject of template \`${template.id}\` must be one plain line`,
    );
  }
  for (const [, name = ''] of template.subject.matchAll(PLACEHOLDER)) {
    const type = Object.hasOwn(template.slots, name) ? template.slots[name] : undefined;
    if (type === undefined || !isForWords(type)) continue;
    throw configError(
      'template_unsafe',
      `the subject of template \`${template.id}\` may not take words of a model`,
    );
  }
  for (const [, name = ''] of `${template.subject}\n${template.text}`.matchAll(PLACEHOLDER)) {
    if (Object.hasOwn(template.slots, name)) continue;
    throw configError(
      'template_slot_undeclared',
      `template \`${template.id}\` uses \`${name}\` without declaring it under \`slots\``,
    );
  }
};

const fill = (
  template: Template,
  name: string,
  type: SlotType,
  slots: Readonly<Record<string, SlotValue>>,
): string => {
  const value = Object.hasOwn(slots, name) ? slots[name] : isForWords(type) ? '' : undefined;
  if (value === undefined)
    throw slotError('slot_missing', template, name, `needs a value of type ${type}`);
  const text = format(type, value, template.language);
  if (text === null) throw slotError('slot_type', template, name, `is not of type ${type}`);
  const objection =
    type === 'text' ? objectionTo(text) : isForWords(type) ? wordsObjection(text) : null;
  if (objection !== null) throw slotError('slot_unsafe', template, name, objection);
  return text;
};

/** The value in words of the language, or `null` when it is not of the type. */
const format = (type: SlotType, value: SlotValue, language: string): string | null => {
  if (isForWords(type)) return typeof value === 'string' ? value.trim() : null;
  switch (type) {
    case 'text':
      return typeof value === 'string' && value.trim() !== '' ? value : null;
    case 'integer':
      return Number.isSafeInteger(value)
        ? new Intl.NumberFormat(language).format(value as number)
        : null;
    case 'percent':
      return Number.isSafeInteger(value) ? formatPercent(value as number, language) : null;
    case 'money':
      return typeof value === 'object' && Number.isSafeInteger(value.minor)
        ? formatMoney(value, language)
        : null;
    case 'day':
      return typeof value === 'string' ? formatDay(value, language) : null;
  }
};

const formatPercent = (basisPoints: number, language: string): string =>
  new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 2 }).format(
    basisPoints / 10_000,
  );

const formatDay = (day: string, language: string): string | null => {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return null;
  try {
    return Temporal.PlainDate.from(day, { overflow: 'reject' }).toLocaleString(language, {
      dateStyle: 'long',
    });
  } catch {
    return null;
  }
};

/** Line breaks and other controls, and marks that reorder text so that it reads as something else. */
const isUnsafeHeader = (text: string): boolean =>
  /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/u.test(text);

/**
 * Names come from the customer's own systems and may be chosen by anyone: a text that could break a header, carry
 * mark-up or turn our message into somebody's link is refused, not cleaned.
 */
const objectionTo = (text: string): string | null => {
  if (text.length > MAX_TEXT) return `is longer than ${MAX_TEXT} characters`;
  if (isUnsafeHeader(text)) return 'carries a line break or a control character';
  if (/[<>]/.test(text)) return 'carries mark-up';
  if (/\w:\/\/|\bwww\.|mailto:/i.test(text)) return 'carries a link';
  return null;
};

/** Whether the words are true is for the tool that takes them; here they may only do no harm to the message. */
const wordsObjection = (text: string): string | null => {
  if (text.length > MAX_WORDS) return `is longer than ${MAX_WORDS} characters`;
  if (isUnsafeHeader(text.replaceAll('\n', ' '))) return 'carries a control character';
  return /[<>]/.test(text) ? 'carries mark-up' : null;
};

const slotError = (code: string, template: Template, slot: string, what: string): RetinueError =>
  inputError(code, `slot \`${slot}\` of template \`${template.id}\` ${what}`, {
    slot,
    template: template.id,
  });
