import DKIM from 'nodemailer/lib/dkim';
import MailComposer from 'nodemailer/lib/mail-composer';
import { Temporal } from 'temporal-polyfill';
import { digest } from '../../domain/identifiers.ts';
import type { Instant } from '../../domain/time.ts';
import type { Message } from '../../domain/proposal.ts';
import type { Effect } from '../define.ts';

/** A message ready for the wire. */
export interface Composed {
  readonly raw: Buffer;
  readonly messageId: string;
  readonly from: string;
  readonly to: string;
}

/** A key with which the tenant's domain signs, as its DNS publishes it under `<selector>._domainkey.<domain>`. */
export interface DkimKey {
  readonly domain: string;
  readonly selector: string;
  /** In PEM. */
  readonly privateKey: string;
}

/** Says why an effect is not a message that can be sent, in words for a person. */
export interface NotSendable {
  readonly problem: string;
}

const ADDRESS = /^[^\s@<>"(),:;\\]+@[^\s@<>"(),:;\\]+$/;

/**
 * Builds the message: plain text in UTF-8, from the account owner's name where one is given, to one recipient. The
 * Message-ID derives from the business key and the date is `now`, so the same effect is the same message. Marketing
 * carries one-click unsubscribe (RFC 8058) and the sender's postal address; any other letter is to one person and no
 * list. Signed by DKIM where a key is given.
 */
export const compose = async (
  effect: Effect,
  now: Instant,
  dkim: DkimKey | null = null,
): Promise<Composed | NotSendable> => {
  const { message, recipient, sender } = effect;
  if (message === null) return { problem: 'there is no message' };
  if (recipient === null) return { problem: 'there is no recipient' };
  if (sender === null)
    return { problem: 'there is no sender: set `contact.sender` in the tenant’s files' };
  if (!ADDRESS.test(recipient.email)) return { problem: 'the recipient’s address is malformed' };
  if (!ADDRESS.test(sender.email)) return { problem: 'the sender’s address is malformed' };
  const messageId = messageIdOf(effect, sender.email);
  const composer = new MailComposer({
    from: { name: oneLine(sender.name), address: sender.email },
    to: { name: oneLine(recipient.name), address: recipient.email },
    subject: oneLine(message.subject),
    text: effect.unsubscribe === undefined ? message.text : withFooter(message, effect.unsubscribe),
    ...(sender.replyTo === undefined ? {} : { replyTo: [...sender.replyTo] }),
    messageId,
    headers: {
      Date: internetDate(now),
      'X-Retinue-Action': effect.actionId,
      'X-Retinue-Template': `${message.templateId}@${message.templateVersion}`,
      'Content-Language': message.language,
      'Auto-Submitted': 'auto-generated',
      ...(effect.unsubscribe === undefined ? {} : oneClick(effect.unsubscribe.url)),
    },
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const raw = await composer.compile().build();
  const signed = dkim === null ? raw : await sign(raw, dkim);
  return { raw: signed, messageId, from: sender.email, to: recipient.email };
};

/** The header itself stays one line: mailbox providers look for it. */
const oneClick = (url: string) => ({
  'List-Unsubscribe': { prepared: true, value: `<${url}>` },
  'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
});

/** By language; what is not here is English. */
const FOOTERS: Readonly<Record<string, string>> = {
  de: 'Keine solchen Nachrichten mehr',
  en: 'No more messages like this',
  es: 'No recibir más mensajes como este',
  fr: 'Ne plus recevoir de messages comme celui-ci',
  it: 'Non ricevere più messaggi come questo',
  nl: 'Geen berichten meer zoals dit',
  pt: 'Não receber mais mensagens como esta',
};

/** Below the mark that mail programs know as the beginning of a signature (RFC 3676). */
const withFooter = (
  { text, language }: Message,
  { url, postalAddress }: NonNullable<Effect['unsubscribe']>,
): string =>
  [
    text.trimEnd(),
    '',
    '-- ',
    oneLine(postalAddress),
    `${FOOTERS[language] ?? FOOTERS['en'] ?? ''}: ${url}`,
    '',
  ].join('\n');

/** RFC 8058 wants both headers of an unsubscribe under the signature. */
const SIGNED = [
  ...['From', 'Reply-To', 'Subject', 'Date', 'Message-ID', 'To', 'MIME-Version', 'Content-Type'],
  ...['Content-Transfer-Encoding', 'Content-Language', 'List-Unsubscribe', 'List-Unsubscribe-Post'],
].join(':');

const sign = async (raw: Buffer, { domain, selector, privateKey }: DkimKey): Promise<Buffer> => {
  const signer = new DKIM({
    ...{ domainName: domain, keySelector: selector, privateKey },
    headerFieldNames: SIGNED,
  });
  const chunks: Buffer[] = [];
  for await (const chunk of signer.sign(raw)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

/** `<digest of tenant and business key @ the sender's domain>`. */
export const messageIdOf = (
  effect: Pick<Effect, 'tenantId' | 'key'>,
  senderEmail: string,
): string =>
  `<${digest([effect.tenantId, effect.key]).slice(0, 40)}@${senderEmail.slice(senderEmail.lastIndexOf('@') + 1)}>`;

const oneLine = (text: string): string => text.replace(/\p{Cc}+/gu, ' ').trim();

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** RFC 5322: `Sat, 21 Nov 2026 23:02:00 +0000`. */
const internetDate = (at: Instant): string => {
  const utc = Temporal.Instant.from(at).toZonedDateTimeISO('UTC');
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${WEEKDAYS[utc.dayOfWeek - 1] ?? ''}, ${two(utc.day)} ${MONTHS[utc.month - 1] ?? ''} ${utc.year}`;
  return `${day} ${two(utc.hour)}:${two(utc.minute)}:${two(utc.second)} +0000`;
};
