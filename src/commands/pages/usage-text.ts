import { minorDigits } from '../../domain/money.ts';
import type { UsageSum } from '../../language-models/sum-usage.ts';
import { counted } from '../../platform/terminal/format.ts';

/** `3 calls (1 failed), 4,210 tokens, $0.0062`. */
export const usageText = (usage: UsageSum): string =>
  [
    `${counted(usage.calls, 'call')}${usage.failed === 0 ? '' : ` (${String(usage.failed)} failed)`}`,
    counted(usage.inputTokens + usage.outputTokens, 'token'),
    costText(usage),
  ].join(', ');

const costText = ({ calls, costNano, cost, unpricedCalls }: UsageSum): string => {
  if (unpricedCalls > 0 && unpricedCalls === calls) return 'no price given';
  const text = fineMoney(costNano, cost.currency);
  return unpricedCalls === 0
    ? text
    : `${text}, and ${counted(unpricedCalls, 'call')} with no price given`;
};

const NANO = 1_000_000_000;

/** A call costs less than a cent. */
const fineMoney = (costNano: number, currency: string): string =>
  new Intl.NumberFormat('en-US', {
    style: 'currency',
    currency,
    maximumFractionDigits: minorDigits(currency) + 3,
  }).format(
    // INVARIANT: the quotient is only printed, never calculated with.
    costNano / NANO / 10 ** minorDigits(currency),
  );
