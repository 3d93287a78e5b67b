import { z } from 'zod';
import { times, type Money } from '../../domain/money.ts';
import { addDays, dayIn, type Day } from '../../domain/time.ts';
import { planOf, renewalsOf, type Renewal } from './commercial.ts';
import { defineActTool, type PreviewInput } from './define.ts';

const args = z.strictObject({
  kind: z.enum(['expansion', 'renewal']),
  /** A stage of the tenant's files. */
  stage: z.string().min(1).max(100),
  /** Of an expansion: what it is worth is a year of so many seats at the list price. */
  seats: z.int().min(1).max(1000).optional(),
  /** Of a renewal: which contract; without it, the one that renews first. */
  contractId: z.string().min(1).max(200).optional(),
  closeInDays: z.int().min(0).max(730).default(30),
});

type Args = z.infer<typeof args>;

const MONTHS = 12;

export default defineActTool<Args>({
  id: 'track_deal',
  version: '1',
  title: 'Track a deal',
  description:
    'Opens the deal of a case in the pipeline, or moves it on to a later stage. Its amount is worked out from the price ' +
    'list or the contract, never given. A deal that a person has moved is left to people.',
  args,
  port: 'deals',
  maxFactAgeHours: 24 * 35,
  reads: [],
  compensation: 'a person moves it back, or to a stage that means lost',
  preview: (given, input) => {
    const stage = input.config.deals?.stages.find(({ id }) => id === given.stage);
    const amount = amountOf(given, input);
    const owner = input.facts['owner']?.value;
    const name = `${given.kind === 'expansion' ? 'Seats' : 'Renewal'} for ${input.accountName}`;
    return {
      summary: `deal \`${name}\` at ${stage?.name ?? given.stage}`,
      port: 'deals',
      outward: false,
      category: 'internal',
      recipient: null,
      // Nothing is offered or given up by writing a deal down.
      money: null,
      discountBasisPoints: 0,
      message: null,
      task: null,
      deal: {
        ...{ kind: given.kind, stage: given.stage, name, amount },
        ownerId: typeof owner === 'string' ? owner : null,
        closeOn: closeOn(given, input),
      },
      quoteHash: null,
      bound: {},
      problems:
        stage?.standing === 'open'
          ? []
          : [`\`${given.stage}\` is not an open stage of the tenant's deals.yaml`],
    };
  },
});

/** A year of it; `null` where no trusted source says what it is worth. */
const amountOf = (given: Args, input: PreviewInput): Money | null => {
  if (given.kind === 'renewal') return renewalOf(given, input)?.annualValue ?? null;
  const price = planOf(input)?.seatPrice ?? null;
  return price === null || given.seats === undefined
    ? null
    : times(times(price, given.seats), MONTHS);
};

const closeOn = (given: Args, input: PreviewInput): Day =>
  renewalOf(given, input)?.renewsOn ??
  addDays(dayIn(input.config.zone, input.now), given.closeInDays);

const renewalOf = ({ kind, contractId }: Args, { facts }: PreviewInput): Renewal | undefined =>
  kind === 'renewal'
    ? renewalsOf(facts).find((each) => contractId === undefined || each.contractId === contractId)
    : undefined;
