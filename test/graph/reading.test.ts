import { expect, test } from 'vitest';
import type { Standing } from '../../src/act/settle/standing.ts';
import type { TenantConfig } from '../../src/domain/tenant.ts';
import { maskFor } from '../../src/graph/reading.ts';
import conversations from '../../src/tools/read/conversations.ts';
import type { ReadInput } from '../../src/tools/read/define.ts';

test('a ticket that is too long to be shown whole leaves hidden as far as it is shown', () => {
  const body = 'We think of leaving since the exports fail. '.repeat(40);
  const at = '2026-11-20T12:00:00.000Z';
  const input = {
    conversations: [
      {
        ...{ ticketId: 't-1', status: 'open', priority: null, openedAt: at, subject: 'Trouble' },
        lines: [{ from: 'customer', at, text: body }],
      },
    ],
  } as unknown as ReadInput;
  const standing = { contacts: [], accountName: 'Northwind' } as unknown as Standing;
  const mask = maskFor(standing, input, { owners: [] } as unknown as TenantConfig);
  const shown = JSON.stringify(conversations.read({}, input));
  expect(shown).toContain('think of leaving');
  expect(mask.hide(shown)).not.toContain('think of leaving');
  expect(mask.restore(mask.hide(shown))).toBe(shown);
});
