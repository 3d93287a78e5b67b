import { Decimal } from 'decimal.js';
import { z } from 'zod';
import { minorDigits } from '../../../domain/money.ts';
import { amount, currency, identifier, wholeNumber } from '../fields.ts';

const modelName = z
  .string({ error: 'write the model’s name at the endpoint, in quotes' })
  .trim()
  .min(1)
  .max(200);

const PRICE = /^(\d{1,9}(?:\.\d{1,4})?) ([A-Z]{3})$/;
const PRICE_FORM = 'write what a million tokens cost, such as `0.25 USD`';

/** `0.25 USD` for a million tokens, as minor units for a billion: prices are finer than the smallest coin. */
const price = z
  .string({ error: PRICE_FORM })
  .regex(PRICE, PRICE_FORM)
  .transform((written, context) => {
    const [figure = '', code = ''] = written.split(' ');
    if (!currency.safeParse(code).success) {
      context.addIssue({ code: 'custom', message: `\`${code}\` is not an ISO 4217 currency` });
      return z.NEVER;
    }
    const minor = new Decimal(figure).times(new Decimal(10).pow(minorDigits(code) + 3));
    return { minor: minor.ceil().toNumber(), currency: code };
  });

export const modelsFile = z.strictObject({
  default: modelName
    .optional()
    .describe(
      'The model of every agent that is not named below; RETINUE_MODEL where left out, and without one what the endpoint lists.',
    ),
  agents: z
    .record(identifier, modelName)
    .default({})
    .describe('The model of an agent: cs, billing, sales, product, support, compliance, chat.'),
  budget: z
    .strictObject({
      tokensPerDay: wholeNumber.optional(),
      moneyPerDay: amount.optional().describe('Needs the prices below.'),
    })
    .prefault({ tokensPerDay: 2_000_000 })
    .describe('What models may use in a day of the tenant’s zone; then rules decide.'),
  prices: z
    .record(modelName, z.strictObject({ input: price, output: price }))
    .default({})
    .describe('What a million tokens cost, by model; `*` for any other.'),
  answer: z
    .strictObject({
      tokens: wholeNumber.min(100).default(2_000).describe('The longest answer.'),
      seconds: wholeNumber.min(1).max(600).default(90).describe('Waited for in all.'),
      silentSeconds: wholeNumber
        .min(1)
        .max(600)
        .default(30)
        .describe('Waited for without any piece of an answer.'),
    })
    .prefault({}),
  keepCallsDays: wholeNumber
    .max(3650)
    .default(30)
    .describe('How long what was sent and answered is kept; what it cost, and digests, stay.'),
});
