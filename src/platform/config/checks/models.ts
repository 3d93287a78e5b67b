import type { Finding, Path } from '../fault.ts';
import type { ReadFolder } from '../folder.ts';

/** Budget and prices are in the one currency that a day is counted in. */
export const checkModels = ({ models, tenant }: ReadFolder): Finding[] => {
  if (models === undefined || tenant === undefined) return [];
  const { moneyPerDay } = models.budget;
  const amounts: readonly (readonly [Path, string | undefined])[] = [
    [['budget', 'moneyPerDay'], moneyPerDay?.currency],
    ...Object.entries(models.prices).flatMap(([model, { input, output }]) => [
      [['prices', model, 'input'], input.currency] as const,
      [['prices', model, 'output'], output.currency] as const,
    ]),
  ];
  const foreign = amounts.flatMap(([path, code]) =>
    code === undefined || code === tenant.currency
      ? []
      : [finding(path, `must be in ${tenant.currency}, your reporting currency`)],
  );
  const unpriced = moneyPerDay !== undefined && Object.keys(models.prices).length === 0;
  return unpriced
    ? [...foreign, finding(['budget', 'moneyPerDay'], 'needs `prices`, or nothing can be counted')]
    : foreign;
};

const finding = (path: Path, message: string): Finding => ({ file: 'models.yaml', path, message });
