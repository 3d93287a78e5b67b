import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readMail } from '../../src/connectors/email/inbound.ts';
import { answer, bounce, complaint } from './bounces.ts';

const OURS = Buffer.from(
  'From: success@vendor.example\r\nMessage-ID: <ours@vendor.example>\r\nX-Retinue-Action: act-1\r\n\r\nHello\r\n',
);
const ABOUT = { messageIds: ['<ours@vendor.example>'], actionId: 'act-1' };

describe('mail that comes back', () => {
  test.each([
    ['5.1.1', true],
    ['5.1.10', true],
    ['5.0.0', true],
    ['5.2.1', true],
    ['5.4.4', true],
    ['5.2.2', false],
    ['5.7.1', false],
    ['4.4.7', false],
  ])('a bounce of %s lasts: %s', async (status, lasting) => {
    expect(await readMail(bounce(OURS, { status }))).toMatchObject({
      meaning: { kind: 'bounced', status, lasting },
      about: ABOUT,
    });
  });

  test('a mere delay is no bounce, and praise is no complaint', async () => {
    expect((await readMail(bounce(OURS, { action: 'delayed' }))).meaning.kind).toBe('other');
    expect((await readMail(complaint(OURS, 'not-spam'))).meaning.kind).toBe('other');
    expect(await readMail(complaint(OURS))).toMatchObject({
      meaning: { kind: 'complained' },
      about: ABOUT,
    });
  });

  test('an answer names what it answers first', async () => {
    expect(await readMail(answer('<ours@vendor.example>'))).toMatchObject({
      meaning: { kind: 'replied', from: 'Zoe@customer.example' },
      about: { messageIds: ['<ours@vendor.example>', '<a@b>'], actionId: null },
    });
  });

  test.each([
    { 'Auto-Submitted': 'auto-replied' },
    { 'Auto-Submitted': 'auto-generated; by=vacation' },
    { Precedence: 'auto_reply' },
    { 'X-Autoreply': 'yes' },
    { 'Return-Path': '<>' },
    { From: 'no-reply@customer.example' },
  ])('a machine that answers is no answer: %j', async (headers) => {
    expect((await readMail(answer('<ours@vendor.example>', headers))).meaning.kind).toBe(
      'automatic',
    );
  });

  test('a person who says so is not taken for a machine', async () => {
    const mail = await readMail(answer(null, { 'Auto-Submitted': 'no' }));
    expect(mail.meaning.kind).toBe('replied');
  });

  test('whatever comes is read, and the same is the same', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (raw) => {
        expect((await readMail(raw)).digest).toBe((await readMail(raw)).digest);
      }),
      { numRuns: 50 },
    );
  });
});
