import { formatMoney, money } from '../../domain/money.ts';
import { definePolicyInput, long, type PolicyQuestion } from '../define.ts';
import { inTenantCurrency } from '../rates.ts';

export default definePolicyInput({
  id: 'moneyMinor',
  title:
    "The money put in play in a month, in minor units of the tenant's currency at a dated rate; 0 for none",
  type: long,
  values: ({ approvals }) =>
    Object.values(approvals.thresholds).map(({ moneyMinor }) => moneyMinor),
  read: (question) => amount(question),
  words: (question) => ({
    moneyMinor: formatMoney(money(amount(question), question.config.currency)),
  }),
});

// INVARIANT: an amount that no rate converts is refused before the policy is asked (`inspect`), so 0 means none.
const amount = ({ proposal, config, now }: PolicyQuestion): number =>
  proposal.preview.money === null
    ? 0
    : (inTenantCurrency(proposal.preview.money, config, now)?.minor ?? 0);
