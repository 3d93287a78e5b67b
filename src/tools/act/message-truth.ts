import { claimsIn, matchesDay, type Claim } from '../../domain/claims/claims.ts';
import { decimalOf } from '../../domain/claims/decimal.ts';
import type { Facts } from '../../domain/fact.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { SlotValue } from '../../domain/message.ts';
import type { Money } from '../../domain/money.ts';
import type { Day } from '../../domain/time.ts';
import { readMoney } from './commercial.ts';

/** What words of a model may rest on: facts by the word of server sources, the tool's own values, an approved text. */
export interface Grounds {
  readonly facts: Facts;
  /** What the tool worked out for the typed slots of the template. */
  readonly slots: Readonly<Record<string, SlotValue | null>>;
  readonly approvedText: string;
  readonly language: string;
  /** Links may lead there and to what lies under it; nowhere where there is none. */
  readonly linkDomains: readonly string[];
}

/**
 * The claims of a text that nothing bears out, each in words that name it. Every figure, amount, share and date must be
 * a fact, a value of the tool or stand in the approved text; a link must lead to an allowed domain; the words of a
 * promise must stand in the approved text.
 */
export const unsupported = (text: string, grounds: Grounds): string[] => {
  const evidence = evidenceOf(grounds);
  return claimsIn(text, [grounds.language])
    .filter((claim) => !isBorneOut(claim, evidence, grounds))
    .map(mismatch);
};

interface Evidence {
  readonly figures: Set<string>;
  readonly shares: Set<string>;
  readonly amounts: Set<string>;
  readonly days: Set<Day>;
  readonly approved: readonly Claim[];
}

const evidenceOf = ({ facts, slots, approvedText, language }: Grounds): Evidence => {
  const evidence: Evidence = {
    figures: new Set(),
    shares: new Set(),
    amounts: new Set(),
    days: new Set(),
    approved: claimsIn(approvedText, [language]),
  };
  for (const { trustedValue, unit } of Object.values(facts)) collect(trustedValue, unit, evidence);
  for (const [name, value] of Object.entries(slots)) {
    const unit = name === 'discount' ? 'basis_points' : '';
    if (value !== null) collect(typeof value === 'object' ? { ...value } : value, unit, evidence);
  }
  return evidence;
};

const collect = (value: Json, unit: string, evidence: Evidence): void => {
  const amount = readMoney(value);
  if (amount !== null) evidence.amounts.add(amountKey(amount));
  else if (typeof value === 'number') {
    if (unit === 'basis_points') evidence.shares.add(decimalOf(value, -2));
    else evidence.figures.add(decimalOf(value));
  } else if (typeof value === 'string') {
    if (/^\d{4}-\d{2}-\d{2}/.test(value)) evidence.days.add(value.slice(0, 10) as Day);
  } else if (Array.isArray(value)) value.forEach((entry: Json) => collect(entry, unit, evidence));
  else if (value !== null && typeof value === 'object')
    Object.values(value as JsonObject).forEach((entry) => collect(entry, unit, evidence));
};

/** Minor units by the currency's own number of decimals. */
const amountKey = ({ minor, currency }: Money): string => {
  const decimals =
    new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions()
      .maximumFractionDigits ?? 2;
  return `${decimalOf(minor, -decimals)} ${currency}`;
};

const isBorneOut = (
  claim: Claim,
  evidence: Evidence,
  { linkDomains, approvedText }: Grounds,
): boolean => {
  switch (claim.kind) {
    case 'figure':
      return claim.readings.some((one) => evidence.figures.has(one)) || isApproved(claim, evidence);
    case 'share':
      return claim.readings.some((one) => evidence.shares.has(one)) || isApproved(claim, evidence);
    case 'amount':
      return (
        claim.readings.some((one) =>
          claim.currencies.some((code) => evidence.amounts.has(`${one} ${code}`)),
        ) || isApproved(claim, evidence)
      );
    case 'date':
      return (
        claim.readings.some((one) => [...evidence.days].some((day) => matchesDay(one, day))) ||
        isApproved(claim, evidence)
      );
    case 'link':
      return linkDomains.some((domain) => isWithin(claim.host, domain.toLowerCase()));
    case 'promise':
      return approvedText.toLowerCase().includes(claim.text.toLowerCase());
  }
};

/** The very same claim stands in the approved text. */
const isApproved = (claim: Claim, { approved }: Evidence): boolean =>
  approved.some(
    ({ kind, text }) => kind === claim.kind && text.toLowerCase() === claim.text.toLowerCase(),
  );

const isWithin = (host: string, domain: string): boolean =>
  host === domain || host.endsWith(`.${domain}`);

const WORDS: Readonly<Record<Claim['kind'], string>> = {
  figure: 'a figure',
  share: 'a share',
  amount: 'an amount',
  date: 'a date or time',
  link: 'a link',
  promise: 'a promise',
};

const mismatch = ({ kind, text }: Claim): string =>
  kind === 'link'
    ? `the words lead to \`${text}\`, which is on no domain that the tenant allows (contact.linkDomains)`
    : `the words say \`${text}\`, ${WORDS[kind]} that no fact, tool or approved text bears out`;
