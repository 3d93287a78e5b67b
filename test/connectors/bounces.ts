/** Mail that comes back, as mail servers write it. */

const lines = (...all: readonly string[]): Buffer => Buffer.from(all.join('\r\n'));

const headOf = (raw: Buffer): string => raw.toString().split('\r\n\r\n')[0] ?? '';

/** RFC 3464. */
export const bounce = (
  original: Buffer,
  options: { readonly status?: string; readonly action?: string; readonly to?: string } = {},
): Buffer =>
  lines(
    'From: Mail Delivery Subsystem <MAILER-DAEMON@mx.customer.example>',
    'To: success@vendor.example',
    'Subject: Undelivered Mail Returned to Sender',
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status;',
    '\tboundary="=_b"',
    '',
    '--=_b',
    'Content-Type: text/plain; charset=us-ascii',
    '',
    'I am sorry to have to inform you …',
    '--=_b',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mx.customer.example',
    '',
    `Final-Recipient: rfc822; ${options.to ?? 'zoe@customer.example'}`,
    `Action: ${options.action ?? 'failed'}`,
    `Status: ${options.status ?? '5.1.1'} (no such user)`,
    'Diagnostic-Code: smtp; 550 5.1.1 no such',
    ' user here',
    '',
    '--=_b',
    'Content-Type: text/rfc822-headers',
    '',
    headOf(original),
    '',
    '--=_b--',
    '',
  );

/** RFC 5965. */
export const complaint = (original: Buffer, type = 'abuse'): Buffer =>
  lines(
    'From: <feedback@mailbox.example>',
    'To: success@vendor.example',
    'Subject: complaint',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=feedback-report; boundary="=_f"',
    '',
    '--=_f',
    'Content-Type: text/plain',
    '',
    'This is an email abuse report.',
    '--=_f',
    'Content-Type: message/feedback-report',
    '',
    `Feedback-Type: ${type}`,
    'User-Agent: SomeGenerator/1.0',
    'Version: 1',
    '',
    '--=_f',
    'Content-Type: message/rfc822',
    '',
    original.toString(),
    '--=_f--',
    '',
  );

export const answer = (
  messageId: string | null,
  headers: Readonly<Record<string, string>> = {},
): Buffer =>
  lines(
    ...Object.entries({
      From: 'Zoë <Zoe@customer.example>',
      To: 'success@vendor.example',
      Subject: 'Re: Seats',
      'Message-ID': '<their-own@customer.example>',
      ...(messageId === null ? {} : { 'In-Reply-To': messageId, References: `<a@b> ${messageId}` }),
      ...headers,
    }).map(([name, value]) => `${name}: ${value}`),
    '',
    'Yes please, but let us talk first.',
    '',
  );
