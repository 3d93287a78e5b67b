import { z } from 'zod';
import type { AccountDetail } from '../../api/account-detail.ts';
import { moneyText } from '../../platform/terminal/format.ts';
import type { Terminal } from '../../platform/terminal/terminal.ts';
import { padEnd, printable, shorten } from '../../platform/terminal/text.ts';
import { when } from '../layout.ts';

type Fact = AccountDetail['facts'][number];

const NAME_WIDTH = 28;
const VALUE_WIDTH = 34;

const money = z.object({ minor: z.number(), currency: z.string() });

/** Every fact with its value, its age and where it comes from. */
export const factLines = (
  terminal: Terminal,
  detail: Pick<AccountDetail, 'facts' | 'showing'>,
): string[] => {
  const dates = when(detail.showing);
  return [...detail.facts]
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map((fact) => {
      const value = padEnd(shorten(valueText(fact), VALUE_WIDTH), VALUE_WIDTH);
      const age = fact.freshAt === null ? '' : dates.at(fact.freshAt);
      const from = fact.sources.length === 0 ? '' : `from ${fact.sources.join(', ')}`;
      const remark =
        fact.value === null ? (fact.note ?? '') : [age, from].filter(Boolean).join(', ');
      const room = terminal.columns - NAME_WIDTH - VALUE_WIDTH - 4;
      return `  ${padEnd(fact.id, NAME_WIDTH)}${value}  ${terminal.style.faint(shorten(printable(remark), room))}`;
    });
};

/** `unknown`, `$48,000`, `−52 %`, `14 days`; `client says 12` where only trusted sources count. */
export const valueText = (fact: Pick<Fact, 'value' | 'trustedValue' | 'unit'>): string => {
  const shown = oneValue(fact.value, fact.unit);
  const trusted = oneValue(fact.trustedValue, fact.unit);
  return shown === trusted ? shown : `${shown} (trusted: ${trusted})`;
};

const oneValue = (value: unknown, unit: string): string => {
  if (value === null || value === undefined) return 'unknown';
  const amount = money.safeParse(value);
  if (amount.success) return moneyText(amount.data);
  if (typeof value === 'number') return numberText(value, unit);
  if (typeof value === 'string') return printable(value);
  if (Array.isArray(value) && value.length === 0) return 'none';
  return printable(JSON.stringify(value));
};

const numberText = (value: number, unit: string): string =>
  /basis|\bbp\b/.test(unit)
    ? `${String(Math.round(value / 10) / 10).replace('-', '−')} %`
    : `${value.toLocaleString('en-US')}${unit === '' || unit === 'count' ? '' : ` ${unit}`}`;
