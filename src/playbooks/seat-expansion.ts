import { z } from 'zod';
import { definePlaybook, type PastStep, type Situation } from './define.ts';
import { expansionSignals, seatsWanted, type ExpansionSignal } from './expansion-signals.ts';
import { arrOf, contactFor, hasLeft, trustedNumber } from './reading.ts';
import {
  dealSteps,
  findContactStep,
  inDays,
  lookAgainIn,
  stillToDo,
  taskStep,
  toolStep,
  type PlannedStep,
} from './steps.ts';

const parameters = z.strictObject({
  /** Share of the seat limit from which seats are short. */
  nearLimitBasisPoints: z.int().min(5000).max(10_000).default(9000),
  /** Distinct signals that make a cluster. */
  minSignals: z.int().min(2).max(5).default(2),
  /** The most seats offered at once. */
  maxSeats: z.int().min(1).max(100).default(50),
  taskBusinessDays: z.int().min(0).max(30).default(2),
  /** What was in the way (a guard, a cap) is tried again after so many days. */
  lookAgainDays: z.int().min(1).max(90).default(7),
});

type Parameters = z.infer<typeof parameters>;

/** An open case lasts a little below the threshold at which it opened, so that it does not flap. */
const SLACK_BASIS_POINTS = 500;

/** Who decides about seats, the likeliest first. */
const BUYERS = ['budget_owner', 'champion', 'admin', 'executive'];

/** Who sees to seats in the product, the likeliest first. */
const ADMINS = ['admin', 'champion', 'budget_owner', 'executive'];

/** The text that tells of failed invitations where they fail. A tenant without it tells nobody so. */
const SEATS_FULL = 'seats-full';

export default definePlaybook<Parameters>({
  id: 'seat-expansion',
  title: 'Seats at the price of the current tier',
  covers: ['C5'],
  agent: 'sales',
  class: 'sell',
  story:
    'A customer hits its 50-seat limit, 12 invitations fail, and it asks support for a few more seats. Support replies ' +
    'with the upgrade page. It wanted 5 seats and sees a 60 % price increase, and starts to look at competitors.',
  parameters,
  holdout: 1000,
  tools: ['open_task', 'send_in_app_message', 'offer_seats', 'track_deal'],
  reliesOn: { plan: 'exact', seats: 'exact', seat_price: 'exact' },
  when: (situation, { nearLimitBasisPoints, minSignals }) => {
    if (hasLeft(situation)) return [];
    const signals = expansionSignals(situation.facts, nearLimitBasisPoints);
    if (signals.length < minSignals) return [];
    return [
      {
        subject: 'account',
        period: situation.today,
        urgency: Math.min(90, 40 + 10 * signals.length),
        arrAtRisk: arrOf(situation),
        reasons: signals.map(({ input, text }) => ({ input, text })),
      },
    ];
  },
  clears: (_case, situation, { nearLimitBasisPoints, minSignals }) => {
    if (hasLeft(situation)) return 'the account has left';
    const signals = expansionSignals(situation.facts, nearLimitBasisPoints - SLACK_BASIS_POINTS);
    return signals.length < minSignals ? 'the expansion signals no longer cluster' : null;
  },
  plan: (_case, situation, past, given) => {
    const proposals = stillToDo(stepsFor(situation, given, past), past);
    const days = lookAgainIn(situation, proposals, 'offer-seats', given.lookAgainDays);
    return { proposals, nextLookAt: inDays(situation, days) };
  },
  measure: { outcome: 'seats bought', withinDays: 30 },
});

/** Sales is told first; then seats are offered at the current tier's price, before anybody speaks of another tier. */
const stepsFor = (
  situation: Situation,
  given: Parameters,
  past: readonly PastStep[],
): PlannedStep[] => {
  const signals = expansionSignals(situation.facts, given.nearLimitBasisPoints);
  return [
    tellSales(signals, given),
    ...tellAdmin(situation),
    ...offer(situation, signals, given),
    ...trackDeal(situation, given, past),
  ];
};

const tellSales = (signals: readonly ExpansionSignal[], given: Parameters): PlannedStep =>
  taskStep(
    'tell-sales',
    {
      kind: 'tell_sales',
      dueBusinessDays: given.taskBusinessDays,
      cites: ['plan', 'seats', 'arr'],
      remarks: signals.map(({ text }) => text),
    },
    `expansion signals came together: ${signals.map(({ text }) => text).join('; ')}`,
    true,
  );

/** At the moment when an invitation fails its sender is in the product, and wonders why. */
const tellAdmin = ({ facts, config }: Situation): PlannedStep[] => {
  const rejected = trustedNumber(facts, 'rejected_invites') ?? 0;
  const contactId = contactFor(facts, ADMINS);
  const isWritten = config.templates.some(
    ({ id, channel }) => id === SEATS_FULL && channel === 'in_app',
  );
  if (rejected === 0 || contactId === null || !isWritten) return [];
  return [
    toolStep(
      'tell-admin',
      'send_in_app_message',
      { contactId, templateId: SEATS_FULL, audience: 'contact' },
      `${rejected} ${rejected === 1 ? 'invitation' : 'invitations'} failed for want of seats`,
    ),
  ];
};

const trackDeal = (
  situation: Situation,
  given: Parameters,
  past: readonly PastStep[],
): PlannedStep[] => {
  const wanted = seatsWanted(situation.facts);
  if (wanted === null) return [];
  return dealSteps(situation, past, {
    deal: { kind: 'expansion', seats: Math.min(wanted, given.maxSeats) },
    found: `${wanted} seats are wanted`,
    offer: { step: 'offer-seats', reason: 'the seats were offered' },
  });
};

const offer = (
  situation: Situation,
  signals: readonly ExpansionSignal[],
  given: Parameters,
): PlannedStep[] => {
  const wanted = seatsWanted(situation.facts);
  if (wanted === null || !signals.some((signal) => signal.asksForSeats)) return [];
  const contactId = contactFor(situation.facts, BUYERS);
  const seats = Math.min(wanted, given.maxSeats);
  const step = toolStep(
    'offer-seats',
    'offer_seats',
    { contactId, seats },
    seats < wanted
      ? `${wanted} seats are wanted; ${seats} is the most offered at once`
      : `${wanted} seats are wanted`,
  );
  return contactId === null
    ? [step, findContactStep('seats cannot be offered', given.taskBusinessDays)]
    : [step];
};
