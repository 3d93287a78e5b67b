import PostalMime, { type Email } from 'postal-mime';
import { digest } from '../../domain/identifiers.ts';

/** How a report names the message of ours that it is about. */
export interface Correlation {
  /** Message-IDs with their angle brackets, the likeliest first. */
  readonly messageIds: readonly string[];
  /** From our own header, where the report returns the original's. */
  readonly actionId: string | null;
}

/**
 * What a mail means to us. `bounced`: it will not arrive (RFC 3464, `failed`), `lasting` where the address itself is at
 * fault; `complained`: its recipient called it spam (RFC 5965); `replied`: somebody wrote back; `automatic`: a machine
 * did (RFC 3834), which is no answer; `other`: none of these.
 */
export type MailMeaning =
  | { readonly kind: 'bounced'; readonly lasting: boolean; readonly status: string }
  | { readonly kind: 'complained' }
  | { readonly kind: 'replied'; readonly from: string }
  | { readonly kind: 'automatic' }
  | { readonly kind: 'other' };

export interface InboundMail {
  /** The same mail, handed in again, has the same. */
  readonly digest: string;
  readonly meaning: MailMeaning;
  readonly about: Correlation;
}

/** Reads a mail as it came over the wire. Its text is not kept. Nothing is thrown: what is no mail is `other`. */
export const readMail = async (raw: Uint8Array): Promise<InboundMail> => {
  const email = await PostalMime.parse(raw, {
    forceRfc822Attachments: true,
    attachmentEncoding: 'utf8',
  });
  const meaning = meaningOf(email);
  return {
    digest: digest(Buffer.from(raw).toString('base64')),
    meaning,
    about: isReport(meaning) ? correlationOf(originalOf(email)) : threadOf(email),
  };
};

const isReport = ({ kind }: MailMeaning): boolean => kind === 'bounced' || kind === 'complained';

const meaningOf = (email: Email): MailMeaning => {
  const delivery = partOf(email, 'message/delivery-status');
  if (delivery !== null) return deliveryOf(delivery);
  const feedback = partOf(email, 'message/feedback-report');
  if (feedback !== null) {
    // `not-spam` and the like are no complaints.
    const type = fieldsOf(feedback).get('feedback-type')?.toLowerCase();
    return type === 'abuse' || type === 'fraud' ? { kind: 'complained' } : { kind: 'other' };
  }
  if (isAutomatic(email)) return { kind: 'automatic' };
  const from = email.from?.address ?? '';
  return from === '' ? { kind: 'other' } : { kind: 'replied', from };
};

const partOf = (email: Email, type: string): string | null => {
  const part = email.attachments.find(({ mimeType }) => mimeType.toLowerCase() === type);
  return typeof part?.content === 'string' ? part.content : null;
};

/** Headers or fields of a report, in small letters, folded lines joined; of a repeated one the last. */
const fieldsOf = (block: string): Map<string, string> => {
  const unfolded = block.replaceAll(/\r?\n(?=[ \t])/g, ' ');
  const fields = new Map<string, string>();
  for (const line of unfolded.split(/\r?\n/)) {
    const at = line.indexOf(':');
    if (at > 0) fields.set(line.slice(0, at).trim().toLowerCase(), line.slice(at + 1).trim());
  }
  return fields;
};

const BLANK_LINE = /\r?\n[ \t]*\r?\n/;

/** One message of ours has one recipient, so one failed recipient says it. */
const deliveryOf = (report: string): MailMeaning => {
  const recipients = report.split(BLANK_LINE).map(fieldsOf);
  const failed = recipients.find((fields) => fields.get('action')?.toLowerCase() === 'failed');
  if (failed === undefined) return { kind: 'other' };
  const status = /\d\.\d{1,3}\.\d{1,3}/.exec(failed.get('status') ?? '')?.[0] ?? '5.0.0';
  return { kind: 'bounced', status, lasting: isLasting(status) };
};

/** RFC 3463: permanent, and neither a full or closed mailbox nor a matter of policy or of this one message. */
const isLasting = (status: string): boolean => /^5\.(?!2\.[2-4]$|3\.|6\.|7\.)/.test(status);

/** RFC 3834, and what programs did before it. */
const isAutomatic = ({ headers, from }: Email): boolean => {
  const header = (name: string) =>
    headers.find(({ key }) => key === name)?.value.toLowerCase() ?? '';
  const submitted = header('auto-submitted');
  return (
    (submitted !== '' && !submitted.startsWith('no')) ||
    /^(bulk|junk|list|auto_reply)/.test(header('precedence')) ||
    header('x-autoreply') !== '' ||
    header('x-autorespond') !== '' ||
    header('return-path') === '<>' ||
    /^(mailer-daemon|postmaster|no-?reply)@/i.test(from?.address ?? '')
  );
};

/** The headers of the message that a report returns, whole or in part. */
const originalOf = (email: Email): Map<string, string> => {
  const original =
    partOf(email, 'message/rfc822') ??
    partOf(email, 'text/rfc822-headers') ??
    partOf(email, 'message/rfc822-headers');
  return fieldsOf((original ?? '').trimStart().split(BLANK_LINE)[0] ?? '');
};

const idsIn = (text: string | undefined): string[] => text?.match(/<[^<>\s]+>/g) ?? [];

const correlationOf = (headers: ReadonlyMap<string, string>): Correlation => ({
  messageIds: idsIn(headers.get('message-id')),
  actionId: headers.get('x-retinue-action') ?? null,
});

/** The message that is answered comes first, then the rest of its thread, the newest first. */
const threadOf = (email: Email): Correlation => ({
  messageIds: [...new Set([...idsIn(email.inReplyTo), ...idsIn(email.references).reverse()])],
  actionId: null,
});
