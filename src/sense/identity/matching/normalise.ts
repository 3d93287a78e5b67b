import { digest } from '../../../domain/identifiers.ts';

/** Legal forms say nothing about which company it is: at the end of a name they are left out. */
const LEGAL_FORMS = new Set(
  (
    'inc incorporated llc llp lp ltd limited plc corp corporation co company gmbh mbh ag kg kgaa ug se sa sas sarl srl ' +
    'spa bv nv oy oyj ab as asa aps pty pte kk sro spzoo doo kft zrt'
  ).split(' '),
);

/**
 * A company's name as two systems may both write it: without case, accents, punctuation, a leading article and legal
 * forms at the end. Empty when nothing else is left.
 */
export const normalName = (name: string): string => {
  const words = name
    .normalize('NFKD')
    .replaceAll(/\p{Mark}/gu, '')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replaceAll('&', ' and ')
    .replaceAll(/['’.]/g, '')
    .split(/[^\p{Letter}\p{Number}]+/u)
    .filter((word) => word !== '');
  while (words.length > 1 && LEGAL_FORMS.has(words.at(-1) ?? '')) words.pop();
  if (words.length > 1 && words[0] === 'the') words.shift();
  return words.join(' ');
};

/** `https://www.Acme.com/about`, `acme.com` → `acme.com`; `null` when it is no domain. */
export const normalDomain = (text: string): string | null => {
  const host = text
    .trim()
    .toLowerCase()
    .replace(/^[a-z][a-z0-9+.-]*:\/\//, '')
    .replace(/^www\./, '')
    .replace(/[/:?#].*$/, '')
    .replace(/\.$/, '');
  return /^[\p{Letter}\p{Number}-]+(\.[\p{Letter}\p{Number}-]+)+$/u.test(host) ? host : null;
};

export const domainOfAddress = (email: string): string | null =>
  normalDomain(email.slice(email.lastIndexOf('@') + 1));

/** An address is compared, never shown: its digest is all that matching keeps. */
export const addressDigest = (email: string): string =>
  digest(email.trim().toLowerCase()).slice(0, 32);

/** Where anyone has an address: such a domain is nobody's. */
const FREE_MAIL = new Set(
  (
    'gmail.com googlemail.com outlook.com hotmail.com hotmail.co.uk hotmail.fr live.com msn.com yahoo.com yahoo.co.uk ' +
    'yahoo.co.jp yahoo.fr yahoo.de ymail.com icloud.com me.com mac.com aol.com proton.me protonmail.com pm.me gmx.de ' +
    'gmx.net gmx.at gmx.com web.de t-online.de freenet.de mail.com mail.ru yandex.ru yandex.com qq.com 163.com 126.com ' +
    'naver.com orange.fr wanadoo.fr free.fr laposte.net libero.it zoho.com fastmail.com hey.com comcast.net verizon.net ' +
    'att.net btinternet.com'
  ).split(' '),
);

export const tellsApart = (domain: string, ignored: readonly string[]): boolean =>
  !FREE_MAIL.has(domain) && !ignored.includes(domain);
