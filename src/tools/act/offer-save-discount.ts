import { z } from 'zod';
import { digest } from '../../domain/identifiers.ts';
import { share, type Money } from '../../domain/money.ts';
import { trustedMoney } from './commercial.ts';
import { defineActTool } from './define.ts';
import { writeLetter } from './message.ts';

const args = z.strictObject({
  /** A contact of the account; `null` where it has none, and then nothing can be offered. */
  contactId: z.string().min(1).max(200).nullable(),
  basisPoints: z.int().min(100).max(3000),
  months: z.int().min(1).max(12),
});

export default defineActTool({
  id: 'offer_save_discount',
  version: '1',
  title: 'Offer a save discount',
  description:
    'Offers a discount by e-mail for some months to an account that is about to leave. A person applies it in the ' +
    'billing system once the customer accepts; nothing is charged differently by this offer.',
  args,
  port: 'email',
  maxFactAgeHours: 24 * 35,
  // S2: what a browser reports may raise a risk, and never alone gives money away.
  reads: ['mrr', 'churn_risk_supported'],
  compensation: 'none once it is sent; it can be recalled while it is held',
  preview: ({ contactId, basisPoints, months }, input) => {
    const mrr = trustedMoney(input.facts['mrr']);
    const forgone = mrr === null ? null : share(mrr, basisPoints);
    const slots = { discount: basisPoints, months };
    const letter = writeLetter({ contactId, templateId: 'save-discount', slots }, input);
    const who = letter.recipient?.name ?? 'nobody';
    return {
      summary: `offer ${basisPoints / 100} % off for ${months} months to ${who}; a person applies it`,
      port: 'email',
      outward: true,
      category: letter.category,
      recipient: letter.recipient,
      money: forgone,
      discountBasisPoints: basisPoints,
      message: letter.message,
      task: null,
      quoteHash:
        mrr === null || forgone === null ? null : hashOf(mrr, forgone, basisPoints, months),
      bound: { mrr: input.facts['mrr']?.trustedValue ?? null },
      problems: [
        ...(mrr === null
          ? ['the monthly revenue of the account is not known from a trusted source']
          : []),
        ...letter.problems,
      ],
    };
  },
});

const hashOf = (mrr: Money, forgone: Money, basisPoints: number, months: number): string =>
  digest({
    mrrMinor: mrr.minor,
    currency: mrr.currency,
    basisPoints,
    months,
    forgoneMinor: forgone.minor,
  });
