import { formatMoney, money } from '../../domain/money.ts';
import type { ApprovalThreshold } from '../../domain/tenant.ts';
import { definePolicyInput, long, record, type PolicyQuestion } from '../define.ts';
import { percent } from '../words.ts';

/** Where the tenant's files set none for the tier nor for `*`, everything with money in it is above the threshold. */
const NONE: ApprovalThreshold = { moneyMinor: 0, discountBasisPoints: 0 };

export default definePolicyInput({
  id: 'thresholds',
  title:
    "Above these a person decides: minor units of the tenant's currency and basis points, by the account's tier",
  type: record({ moneyMinor: long, discountBp: long }),
  read: (question) => inCedar(thresholdFor(question)),
  ofFiles: (config, tier) => inCedar(thresholdFor({ config, tier })),
  words: (question) => ({
    'thresholds.moneyMinor': formatMoney(
      money(thresholdFor(question).moneyMinor, question.config.currency),
    ),
    'thresholds.discountBp': percent(thresholdFor(question).discountBasisPoints),
    tier: question.tier,
  }),
});

const inCedar = ({ moneyMinor, discountBasisPoints }: ApprovalThreshold) => ({
  moneyMinor,
  discountBp: discountBasisPoints,
});

const thresholdFor = ({
  config,
  tier,
}: Pick<PolicyQuestion, 'config' | 'tier'>): ApprovalThreshold => {
  const { thresholds } = config.approvals;
  const own = Object.hasOwn(thresholds, tier) ? thresholds[tier] : undefined;
  return own ?? thresholds['*'] ?? NONE;
};
