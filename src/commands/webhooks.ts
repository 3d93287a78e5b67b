import { z } from 'zod';
import {
  addWebhookRoute,
  enableWebhookRoute,
  listDeliveriesRoute,
  listWebhooksRoute,
  removeWebhookRoute,
  rotateWebhookRoute,
  testWebhookRoute,
} from '../api/webhooks.ts';
import { inputError } from '../domain/errors.ts';
import type { Client } from '../platform/http/define.ts';
import { EXIT } from '../platform/terminal/exit-codes.ts';
import { printable } from '../platform/terminal/text.ts';
import { defineCommand, type Output } from './define.ts';
import { deliveriesText, secretText, webhooksText } from './pages/webhook-lines.ts';

const VERBS = ['list', 'add', 'remove', 'rotate', 'enable', 'test', 'deliveries'] as const;

const input = z.object({
  verb: z.enum(VERBS).default('list'),
  target: z.string().optional(),
  events: z
    .string()
    .default('')
    .transform((text) => text.split(',').flatMap((type) => type.trim() || [])),
  description: z.string().default(''),
  overlapHours: z.coerce.number().min(0).optional(),
});

type Input = z.infer<typeof input>;

export default defineCommand({
  id: 'webhooks',
  group: 'Set up',
  summary: 'Send events to other programs, signed; see how that goes',
  arguments: [
    { name: 'verb', description: 'what to do (default: list)', optional: true, choices: VERBS },
    {
      name: 'target',
      description: 'with add: the address; otherwise the id that list shows',
      optional: true,
    },
  ],
  options: [
    {
      flags: '--events <types>',
      description: 'with add: only these, with commas between: case.opened,task.* (default: all)',
    },
    { flags: '--description <text>', description: 'with add: what it is for' },
    {
      flags: '--overlap-hours <hours>',
      description: 'with rotate: how long the old secret goes on (default: 24; 0 where it leaked)',
    },
  ],
  examples: [
    'webhooks add https://hooks.example.com/retinue --events "case.*,task.*"',
    'webhooks test wh-3f9c2d…',
    'webhooks rotate wh-3f9c2d… --overlap-hours 48',
    'webhooks deliveries wh-3f9c2d…',
  ],
  beside: 'api',
  decides: ({ verb }) => verb !== 'list' && verb !== 'deliveries',
  input,
  run: async (context, given) => {
    const client = await context.client();
    return given.verb === 'add' ? add(client, given) : act(client, given);
  },
});

const add = async (client: Client, given: Input): Promise<Output> => {
  const url = targetOf(given, 'the address that events go to');
  const body = { url, description: given.description, eventTypes: given.events };
  const made = await client.call(addWebhookRoute, { body });
  return { json: made, human: (terminal) => secretText(terminal, made, 'added') };
};

const act = async (client: Client, given: Input): Promise<Output> => {
  const { verb } = given;
  if (verb === 'list' || verb === 'add') return list(client);
  const params = { id: targetOf(given, 'which webhook, by its id') };
  switch (verb) {
    case 'remove':
      await client.call(removeWebhookRoute, { params, body: {} });
      return list(client);
    case 'enable':
      await client.call(enableWebhookRoute, { params, body: {} });
      return list(client);
    case 'rotate': {
      const { overlapHours } = given;
      const body = overlapHours === undefined ? {} : { overlapHours };
      const made = await client.call(rotateWebhookRoute, { params, body });
      return { json: made, human: (terminal) => secretText(terminal, made, 'rotated') };
    }
    case 'test':
      return test(client, params);
    case 'deliveries': {
      const sent = await client.call(listDeliveriesRoute, { params });
      return { json: sent, human: (terminal) => deliveriesText(terminal, sent.items) };
    }
  }
};

const test = async (client: Client, params: { readonly id: string }): Promise<Output> => {
  const result = await client.call(testWebhookRoute, { params, body: {} });
  return {
    json: result,
    exitCode: result.good ? EXIT.done : EXIT.answerIsNo,
    human: (terminal) =>
      result.good
        ? `${terminal.style.good('It arrived')}: ${printable(result.answer)} (${result.eventId}).`
        : `${terminal.style.bad('It was not taken')}: ${printable(result.answer)} (${result.eventId}).`,
  };
};

const list = async (client: Client): Promise<Output> => {
  const answer = await client.call(listWebhooksRoute);
  return { json: answer, human: (terminal) => webhooksText(terminal, answer.items) };
};

const targetOf = ({ target }: Input, what: string): string => {
  if (target === undefined) throw inputError('invalid_input', `say more: ${what}`);
  return target;
};
