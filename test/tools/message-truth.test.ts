import { describe, expect, test } from 'vitest';
import sendTemplate from '../../src/tools/act/send-template.ts';
import { unsupported, type Grounds } from '../../src/tools/act/message-truth.ts';
import { config, fact, facts, previewInput } from '../fixtures/account.ts';

const grounds = (changes: Partial<Grounds> = {}): Grounds => ({
  facts: facts({
    seats: 50,
    rejected_invites: 12,
    mrr: { minor: 245_000, currency: 'USD' },
    usage_change: { ...fact(-2_250), unit: 'basis_points' },
    renewals: [{ contractId: 'c-1', renewsOn: '2026-10-13', days: 60 }],
    hearsay: { ...fact(77), trustedValue: null },
  }),
  slots: { seats: 5, 'total.monthly': { minor: 24_500, currency: 'USD' }, discount: 2_000 },
  approvedText: 'Hello. Reply within two business days and we will call you.',
  language: 'en',
  linkDomains: ['docs.lumenboard.example'],
  ...changes,
});

test.each([
  'twelve invites were turned away, and you have fifty seats',
  '12 invites; usage fell by 22.5 %',
  'five seats come to $245.00, beside the $2,450 of today',
  'your contract renews on October 13, 2026, in 60 days',
  'it renews on 13/10/2026',
  'twenty percent',
  'we will call you within two business days',
  'see https://docs.lumenboard.example/seats',
  'Is there anything that stands in your way?',
])('lets through what is borne out: %s', (text) =>
  expect(unsupported(text, grounds())).toEqual([]),
);

test.each([
  ['you lost 13 invites', '13'],
  ['usage fell by 23 %', '23 %'],
  ['for €245', '€245'],
  ['for $24.50', '$24.50'],
  ['renews on October 14', 'October 14'],
  ['call me tomorrow', 'tomorrow'],
  ['seventy-seven people', 'seventy-seven'],
  ['half the price', 'half'],
  ['at https://docs.lumenboard.example.evil.test/x', 'https://docs.lumenboard.example.evil.test/x'],
  ["we'll make this right", "we'll make"],
  ['a full refund', 'refund'],
])('names what is not: %s', (text, named) => {
  const found = unsupported(text, grounds());
  expect(found.length).toBeGreaterThan(0);
  expect(found.join(' ')).toContain(`\`${named}\``);
});

describe('a message with words of its own', () => {
  const template = (slot: 'prose' | 'free' | null, language = 'en') => ({
    ...config,
    templates: config.templates.map((one) =>
      one.id === 'check-in' && slot !== null
        ? { ...one, language, text: `${one.text}\n\n{{note}}`, slots: { ...one.slots, note: slot } }
        : one,
    ),
  });
  const preview = (words: string | undefined, slot: 'prose' | 'free' | null, language?: string) =>
    sendTemplate.preview(
      { contactId: 'harbor-dana', templateId: 'check-in', words },
      previewInput({ owner: 'maya-ortiz', seats: 50 }, { config: template(slot, language) }),
    );

  test('carries them where the approved text keeps a slot, and says of which kind', () => {
    const { message, problems } = preview('Your fifty seats are in use.', 'free');
    expect(problems).toEqual([]);
    expect(message?.text).toContain('Your fifty seats are in use.');
    expect(message?.words).toEqual({ slot: 'free', text: 'Your fifty seats are in use.' });
  });

  test('is refused with the mismatch named where they are not true', () => {
    expect(preview('Your forty seats are in use.', 'free').problems.join()).toContain('`forty`');
  });

  test('is refused where the approved text keeps no slot for them', () => {
    expect(preview('Anything.', null).problems.join()).toContain('keeps no slot for words');
  });

  test('leaves no gap and counts as none where they are left out', () => {
    const { message, problems } = preview(undefined, 'free');
    expect(problems).toEqual([]);
    expect(message?.words).toBeUndefined();
    expect(message?.text).not.toMatch(/\n{3}/);
  });

  test('in another language is read by a person, whatever the template says', () => {
    expect(preview('Alles gut?', 'free', 'de').message?.words?.slot).toBe('prose');
  });
});
