import type { SlotValue } from '../../domain/message.ts';
import type { Fact } from '../../domain/fact.ts';
import type { Json } from '../../domain/json.ts';
import { dayIn } from '../../domain/time.ts';
import { planOf, readMoney, renewalsOf } from './commercial.ts';
import type { PreviewInput } from './define.ts';

/** Values for the slots that any template may use, and the facts that they were taken from. */
export interface ConvertibleSlots {
  readonly values: Readonly<Record<string, SlotValue | null>>;
  readonly bound: Readonly<Record<string, Json>>;
}

/**
 * Slots that a template may ask for without a tool of its own: the contact's role, the plan's name, days, and any fact
 * by `fact.<id>`, always at its trusted value. What is not known stays out, and the template is refused for it.
 */
export const convertibleSlots = (
  contactId: string | null,
  templateId: string,
  input: PreviewInput,
): ConvertibleSlots => {
  const wanted = wantedFacts(templateId, input);
  const facts = wanted.map((id) => [`fact.${id}`, slotValue(input.facts[id])] as const);
  return {
    values: {
      'contact.role':
        input.contacts.find((contact) => contact.id === contactId)?.role.replaceAll('_', ' ') ??
        null,
      'plan.name': planOf(input)?.name ?? null,
      today: dayIn(input.config.zone, input.now),
      'renewal.day': renewalsOf(input.facts)[0]?.renewsOn ?? null,
      ...Object.fromEntries(facts),
    },
    bound: Object.fromEntries(wanted.map((id) => [id, input.facts[id]?.trustedValue ?? null])),
  };
};

const wantedFacts = (templateId: string, input: PreviewInput): string[] => {
  const slots = input.config.templates
    .filter((template) => template.id === templateId)
    .flatMap((template) => Object.keys(template.slots));
  return [
    ...new Set(
      slots.flatMap((slot) => (slot.startsWith('fact.') ? [slot.slice('fact.'.length)] : [])),
    ),
  ];
};

/** Only what a template can show: a text, a number or an amount of money. */
const slotValue = (fact: Fact | undefined): SlotValue | null => {
  const value = fact?.trustedValue ?? null;
  if (typeof value === 'string' || typeof value === 'number') return value;
  return readMoney(value);
};
