import { expect, test } from 'vitest';
import type { Agent } from '../../src/agents/define.ts';
import { readPrompt } from '../../src/agents/prompt.ts';
import { admit } from '../../src/agents/admit.ts';
import { proposeByRules } from '../../src/agents/propose.ts';
import seatExpansion from '../../src/playbooks/seat-expansion.ts';
import type { Playbook } from '../../src/playbooks/define.ts';
import offerSaveDiscount from '../../src/tools/act/offer-save-discount.ts';
import offerSeats from '../../src/tools/act/offer-seats.ts';
import openTask from '../../src/tools/act/open-task.ts';
import type { ActTool } from '../../src/tools/act/define.ts';
import { openCase, situation } from '../fixtures/account.ts';

const tools = [offerSeats, offerSaveDiscount, openTask] as unknown as ActTool[];
const playbook = seatExpansion as unknown as Playbook;
const sales: Agent = {
  id: 'sales',
  title: '',
  duty: '',
  tools: ['open_task', 'offer_seats'],
  prompt: await readPrompt(new URL('../../src/agents/sales/', import.meta.url)),
};

const draft = (
  tool: string,
  args: Record<string, never> | { readonly [key: string]: number | string | null },
) => ({
  step: 'step',
  tool,
  args,
  reason: 'because',
});

const judge = (tool: string, args = {}, agent = sales) =>
  admit([draft(tool, args)], { agent, playbook, tools });

test.each([
  ['a tool that does not exist', 'wire_money', 'there is no act tool `wire_money`'],
  [
    'a tool off its list',
    'offer_save_discount',
    'agent `sales` may not propose `offer_save_discount`',
  ],
])('refuses %s, with the reason', (_, tool, reason) => {
  expect(judge(tool)).toEqual({ accepted: [], refused: [{ step: 'step', tool, reason }] });
});

test('refuses a tool that the playbook does not use, even when the agent may', () => {
  const versatile: Agent = { ...sales, tools: [...sales.tools, 'offer_save_discount'] };
  expect(judge('offer_save_discount', {}, versatile).refused[0]?.reason).toBe(
    'playbook `seat-expansion` does not propose `offer_save_discount`',
  );
});

test.each([{ contactId: 'x', seats: 0 }, { contactId: 'x', seats: 5, price: 1 }, { seats: 5 }])(
  'refuses arguments that do not fit: %j',
  (args) => {
    expect(judge('offer_seats', args).refused[0]?.reason).toContain('its arguments do not fit');
  },
);

test('files arguments as the schema reads them, defaults filled in', () => {
  const args = { kind: 'tell_sales', dueBusinessDays: 1, cites: [] as unknown as string };
  expect(judge('open_task', args).accepted[0]?.draft.args).toEqual({ ...args, remarks: [] });
});

test('rules file the plan of the playbook; where another mode was set, the round says why they did', () => {
  const ask = (because: string | null) =>
    proposeByRules(
      {
        agent: sales,
        playbook,
        case: openCase(),
        situation: situation({ rejected_invites: 12, seats_requested: { tickets: 1, seats: 5 } }),
        past: [],
        mode: because === null ? 'rules' : 'hybrid',
        tools,
      },
      because,
    );
  expect(ask(null).accepted.map(({ draft: { step } }) => step)).toEqual([
    'tell-sales',
    'offer-seats',
    'find-contact',
  ]);
  expect(ask(null).plan.every(({ fate }) => fate === 'kept')).toBe(true);
  expect(ask(null).note).toBeNull();
  expect(ask('no model is configured').note).toBe(
    'no model is configured: decided by rules instead of `hybrid`',
  );
  expect(ask('no model is configured').proposedBy).toBe('rules:seat-expansion');
});
