import { z } from 'zod';
import { digest } from '../../domain/identifiers.ts';
import { times, type Money } from '../../domain/money.ts';
import type { Preview } from '../../domain/proposal.ts';
import type { Plan } from '../../domain/tenant.ts';
import { planOf } from './commercial.ts';
import { defineActTool, type PreviewInput } from './define.ts';
import { writeLetter, type Letter } from './message.ts';

const args = z.strictObject({
  /** A contact of the account; `null` where it has none, and then nothing can be offered. */
  contactId: z.string().min(1).max(200).nullable(),
  seats: z.int().min(1).max(100),
});

/** A quote with every operand it was worked out from. */
interface Quote {
  readonly plan: Plan;
  readonly seatPrice: Money;
  readonly total: Money;
  readonly hash: string;
}

export default defineActTool({
  id: 'offer_seats',
  version: '1',
  title: 'Offer seats',
  description:
    'Offers a few more seats by e-mail at the list price of the plan that the account is on. No proration is quoted; ' +
    'the price is seats × the list price of a seat for one month.',
  args,
  port: 'email',
  // A billing month: plan and seats are restated with every invoice period.
  maxFactAgeHours: 24 * 35,
  reads: ['plan', 'seats'],
  compensation:
    'none once it is sent; it can be recalled while it is held, and an offer may be withdrawn by a person',
  preview: ({ contactId, seats }, input) => {
    const plan = planOf(input);
    const quote = quoteSeats(plan, seats);
    const slots = slotsOf(quote, seats);
    const letter = writeLetter({ contactId, templateId: 'seat-offer', slots }, input);
    const common = {
      summary: summaryOf(seats, plan, letter),
      port: 'email',
      outward: true,
      category: letter.category,
      recipient: letter.recipient,
      discountBasisPoints: 0,
      task: null,
      bound: boundFacts(input),
    } as const;
    return quote === null
      ? { ...common, ...unquoted(plan, letter) }
      : {
          ...common,
          money: quote.total,
          message: letter.message,
          quoteHash: quote.hash,
          problems: letter.problems,
        };
  },
});

const summaryOf = (seats: number, plan: Plan | null, { recipient }: Letter): string =>
  `offer ${seats} ${seats === 1 ? 'seat' : 'seats'} on ${plan?.name ?? 'an unknown plan'} to ${recipient?.name ?? 'nobody'}`;

const boundFacts = ({ facts }: PreviewInput): Preview['bound'] =>
  Object.fromEntries(['plan', 'seats'].map((id) => [id, facts[id]?.trustedValue ?? null]));

/** Without a price nothing is offered; that the template's figures are missing says nothing more. */
const unquoted = (plan: Plan | null, letter: Letter) => ({
  money: null,
  message: null,
  quoteHash: null,
  problems: [
    priceProblem(plan),
    ...letter.problems.filter((problem) => !problem.includes('needs `')),
  ],
});

/** Seats × the list price of one seat for one month. `null` where the plan or its price is not known. */
const quoteSeats = (plan: Plan | null, seats: number): Quote | null => {
  const seatPrice = plan?.seatPrice ?? null;
  if (plan === null || seatPrice === null) return null;
  const total = times(seatPrice, seats);
  const { minor: priceMinor, currency } = seatPrice;
  const hash = digest({ planId: plan.id, seats, priceMinor, currency, totalMinor: total.minor });
  return { plan, seatPrice, total, hash };
};

const slotsOf = (quote: Quote | null, seats: number) => ({
  'plan.name': quote?.plan.name ?? null,
  seats,
  'seat.price': quote?.seatPrice ?? null,
  'total.monthly': quote?.total ?? null,
});

const priceProblem = (plan: Plan | null): string =>
  plan === null
    ? 'the plan of the account is not known from a trusted source, or is not in plans.yaml'
    : `the list price of a seat on \`${plan.id}\` is not known (plans.yaml)`;
