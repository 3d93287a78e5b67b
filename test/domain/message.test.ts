import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderTemplate, type SlotValue } from '../../src/domain/message.ts';
import type { Template } from '../../src/domain/tenant.ts';

const template = (over: Partial<Template> = {}): Template => ({
  id: 'offer',
  version: '1',
  category: 'contract',
  language: 'en',
  subject: 'Seats for {{account.name}}',
  text: 'Hello {{contact.name}},\n{{seats}} seats for {{ total.monthly }} from {{start}}, {{off}} off.',
  slots: {
    'account.name': 'text',
    'contact.name': 'text',
    seats: 'integer',
    'total.monthly': 'money',
    start: 'day',
    off: 'percent',
  },
  approvedBy: 'dana',
  approvedAt: '2026-01-01T00:00:00.000Z',
  ...over,
});

const slots: Record<string, SlotValue> = {
  'account.name': 'Northwind',
  'contact.name': 'Ana Ruiz',
  seats: 1200,
  'total.monthly': { minor: 123_450, currency: 'USD' },
  start: '2026-03-01',
  off: 1250,
};

const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return `${(error as { code: string }).code}: ${(error as Error).message}`;
  }
  return 'no error';
};

describe('renderTemplate', () => {
  it('fills typed slots in the language of the template', () => {
    expect(renderTemplate(template(), slots)).toEqual({
      subject: 'Seats for Northwind',
      text: 'Hello Ana Ruiz,\n1,200 seats for $1,234.50 from March 1, 2026, 12.5% off.',
    });
    const german = renderTemplate(template({ language: 'de' }), slots).text;
    expect(german).toContain('1.200 seats');
    expect(german).toContain('1. März 2026');
    expect(german.replaceAll('\u00a0', ' ')).toContain('1.234,50 $');
    expect(german.replaceAll('\u00a0', ' ')).toContain('12,5 % off');
  });

  it('counts minor units of the currency, not always cents', () => {
    const yen = renderTemplate(template(), {
      ...slots,
      'total.monthly': { minor: 5000, currency: 'JPY' },
    });
    expect(yen.text).toContain('¥5,000');
  });

  it.each([
    ['missing', { seats: undefined }, 'slot_missing: slot `seats`'],
    ['extra', { bonus: 'x' }, 'slot_unknown: slot `bonus`'],
    ['text for an integer', { seats: '12' }, 'slot_type: slot `seats`'],
    ['a fraction for an integer', { seats: 1.5 }, 'slot_type: slot `seats`'],
    ['a number for money', { 'total.monthly': 99 }, 'slot_type: slot `total.monthly`'],
    ['a number for text', { 'contact.name': 4 }, 'slot_type: slot `contact.name`'],
    ['empty text', { 'contact.name': '  ' }, 'slot_type: slot `contact.name`'],
    ['an impossible day', { start: '2026-02-30' }, 'slot_type: slot `start`'],
    ['a moment for a day', { start: '2026-03-01T00:00:00Z' }, 'slot_type: slot `start`'],
    [
      'a header',
      { 'account.name': 'A\r\nBcc: all@example.com' },
      'slot_unsafe: slot `account.name`',
    ],
    ['a line separator', { 'contact.name': 'A\u2028B' }, 'slot_unsafe: slot `contact.name`'],
    ['reversed text', { 'contact.name': 'A\u202eB' }, 'slot_unsafe: slot `contact.name`'],
    ['mark-up', { 'contact.name': '<b>Ana</b>' }, 'slot_unsafe: slot `contact.name`'],
    ['a link', { 'contact.name': 'Ana https://evil.example' }, 'slot_unsafe: slot `contact.name`'],
    ['a paragraph', { 'contact.name': 'a'.repeat(201) }, 'slot_unsafe: slot `contact.name`'],
  ])('refuses %s and names the slot', (_, change, expected) => {
    const changed = Object.fromEntries(
      Object.entries({ ...slots, ...change }).filter(([, value]) => value !== undefined),
    ) as Record<string, SlotValue>;
    expect(codeOf(() => renderTemplate(template(), changed))).toContain(expected);
  });

  it('refuses undeclared slots and a subject of two lines', () => {
    expect(codeOf(() => renderTemplate(template({ text: '{{nobody}}' }), slots))).toContain(
      'template_slot_undeclared',
    );
    expect(codeOf(() => renderTemplate(template({ subject: 'a\nb' }), slots))).toContain(
      'template_unsafe',
    );
  });

  it('never reads a value as template text', () => {
    const said = renderTemplate(template(), { ...slots, 'contact.name': '{{seats}} $& $1' });
    expect(said.text).toContain('Hello {{seats}} $& $1,');
  });

  it('lets no value make a second line of the subject', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (name) => {
        let rendered: { readonly subject: string };
        try {
          rendered = renderTemplate(template(), { ...slots, 'account.name': name });
        } catch {
          return;
        }
        const { subject } = rendered;
        expect(subject).not.toMatch(/[\r\n\0]/);
        expect(subject).toBe(`Seats for ${name}`);
      }),
    );
  });
});
