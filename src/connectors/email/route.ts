import type { ConnectorSettings } from '../define.ts';

export type MailRoute =
  | { readonly kind: 'smtp'; readonly url: string }
  | { readonly kind: 'folder'; readonly because: string };

/**
 * Where a tenant's e-mail goes. The sample company's people do not exist and its texts are examples: it is sent by SMTP
 * to a server on this machine or not at all, whatever is configured. Pure.
 */
export const mailRoute = (settings: Pick<ConnectorSettings, 'smtpUrl' | 'isSample'>): MailRoute => {
  if (settings.smtpUrl === undefined || settings.smtpUrl === '') {
    return { kind: 'folder', because: 'SMTP_URL is not set' };
  }
  if (settings.isSample && !isLoopback(new URL(settings.smtpUrl).hostname)) {
    return {
      kind: 'folder',
      because: 'the sample company is sent by SMTP to a server on this machine only',
    };
  }
  return { kind: 'smtp', url: settings.smtpUrl };
};

/** By the name alone: `localhost`, 127.0.0.0/8 and `::1`. A name that merely resolves to loopback is not taken. */
export const isLoopback = (host: string): boolean => {
  const name = host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
  return name === 'localhost' || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name);
};
