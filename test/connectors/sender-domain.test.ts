import { describe, expect, test } from 'vitest';
import { checkSenderDomain, type TxtResolver } from '../../src/connectors/email/sender-domain.ts';

const KEY = { domain: 'vendor.example', selector: 'r1' };

const dns = (records: Readonly<Record<string, readonly string[] | 'silent'>>): TxtResolver => ({
  resolveTxt: async (name) => {
    const found = records[name];
    if (found === 'silent') throw Object.assign(new Error('no'), { code: 'ETIMEOUT' });
    if (found === undefined) throw Object.assign(new Error('no'), { code: 'ENOTFOUND' });
    // As DNS cuts long texts.
    return found.map((text) => [text.slice(0, 8), text.slice(8)]);
  },
});

const states = async (
  records: Parameters<typeof dns>[0],
  key: typeof KEY | null = KEY,
  domain = 'vendor.example',
) =>
  Object.fromEntries(
    (await checkSenderDomain(domain, key, dns(records))).map(({ about, state }) => [about, state]),
  );

const WELL = {
  'vendor.example': ['some-verification=1', 'v=spf1 include:_spf.host.example -all'],
  'r1._domainkey.vendor.example': ['v=DKIM1; k=rsa; p=MIIB'],
  '_dmarc.vendor.example': ['v=DMARC1; p=quarantine; rua=mailto:d@vendor.example'],
};

describe('what a sender’s domain tells receivers', () => {
  test.each([
    ['all is well', WELL, { SPF: 'good', DKIM: 'good', DMARC: 'good' }],
    ['nothing is published', {}, { SPF: 'bad', DKIM: 'bad', DMARC: 'bad' }],
    [
      'two SPF records',
      { ...WELL, 'vendor.example': ['v=spf1 -all', 'v=spf1 ~all'] },
      { SPF: 'bad' },
    ],
    ['anybody may send', { ...WELL, 'vendor.example': ['v=spf1 +all'] }, { SPF: 'bad' }],
    [
      'the key was withdrawn',
      { ...WELL, 'r1._domainkey.vendor.example': ['v=DKIM1; p='] },
      { DKIM: 'bad' },
    ],
    [
      'a policy of none',
      { ...WELL, '_dmarc.vendor.example': ['v=DMARC1; p=none'] },
      { DMARC: 'warn' },
    ],
    ['DNS is silent', { ...WELL, 'vendor.example': 'silent' as const }, { SPF: 'warn' }],
  ])('%s', async (_, records, expected) => {
    expect(await states(records)).toMatchObject(expected);
  });

  test('a domain goes by the DMARC of the one above it, and another’s signature does not count', async () => {
    expect(await states(WELL, KEY, 'mail.vendor.example')).toMatchObject({
      DMARC: 'good',
      DKIM: 'good',
    });
    expect(await states(WELL, KEY, 'elsewhere.example')).toMatchObject({ DKIM: 'bad' });
  });

  test('it says what it cannot know', async () => {
    const [spf, dkim] = await checkSenderDomain('vendor.example', null, dns(WELL));
    expect(spf?.text).toContain('cannot be told from here');
    expect(dkim).toMatchObject({
      state: 'warn',
      text: expect.stringContaining('cannot be told from here') as string,
    });
  });
});
