import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { faultsOfLock, promptLock } from '../src/agents/prompt-lock.ts';
import { admit } from '../src/agents/admit.ts';
import { loadChatPrompt } from '../src/chat/repertoire.ts';
import { faultsOf, loadParts } from '../src/parts.ts';
import { situation, openCase, score, line } from './fixtures/account.ts';

const parts = await loadParts();

describe('what the catalogues say of one another', () => {
  test('holds', () => {
    expect(faultsOf(parts)).toEqual([]);
  });

  test.each([
    [
      'an agent names a tool that does not exist',
      { agents: parts.agents.map((agent) => ({ ...agent, tools: ['wire_money'] })) },
      'names no act tool `wire_money`',
    ],
    [
      'a playbook names a tool that does not exist',
      { playbooks: parts.playbooks.map((playbook) => ({ ...playbook, tools: ['wire_money'] })) },
      'names no act tool `wire_money`',
    ],
    [
      'a playbook names an agent that does not exist',
      { playbooks: parts.playbooks.map((playbook) => ({ ...playbook, agent: 'legal' })) },
      'names no agent `legal`',
    ],
    [
      'an agent may not use a tool of its playbook',
      { agents: parts.agents.map((agent) => ({ ...agent, tools: [] })) },
      'may not use `open_task`',
    ],
  ])('is refused at the start when %s', (_, changes, fault) => {
    expect(faultsOf({ ...parts, ...changes }).join('; ')).toContain(fault);
  });

  test('the six agents are there', () => {
    expect(parts.agents.map(({ id }) => id)).toEqual([
      'billing',
      'compliance',
      'cs',
      'product',
      'sales',
      'support',
    ]);
  });

  test('each of them is told its work in a prompt of its own, as it was locked', async () => {
    const prompts = [...parts.agents.map(({ prompt }) => prompt), await loadChatPrompt()];
    const lock = await readFile(
      new URL('../src/agents/prompts.lock.json', import.meta.url),
      'utf8',
    );
    expect(faultsOfLock(prompts, promptLock.parse(JSON.parse(lock)))).toEqual([]);
    expect(new Set(prompts.map(({ hash }) => hash)).size).toBe(parts.agents.length + 1);
  });

  test('each playbook relies on facts that a signal or a score gives', () => {
    const known = new Set([
      ...parts.signals.map(({ id }) => id),
      ...parts.scores.map(({ id }) => `${id}_supported`),
    ]);
    for (const playbook of parts.playbooks) {
      for (const fact of Object.keys(playbook.reliesOn))
        expect([playbook.id, known.has(fact)]).toEqual([playbook.id, true]);
    }
  });
});

/** What a person begins, no signal does. */
const isRequested = ({ id }: { readonly id: string }) => id.startsWith('requested-');

describe.each(
  parts.playbooks
    .filter((playbook) => !isRequested(playbook))
    .map((playbook) => [playbook.id, playbook] as const),
)('playbook %s', (_, playbook) => {
  test('has a story, a class, an owner, defaults for its parameters and a share that is held out', () => {
    expect(playbook.story.length).toBeGreaterThan(80);
    expect(playbook.parameters.safeParse({}).success).toBe(true);
    expect(playbook.parameters.safeParse({ noSuchParameter: 1 }).success).toBe(false);
    expect(playbook.holdout).toBeGreaterThan(0);
  });

  test('plans only what its agent may file, with arguments that fit', () => {
    const agent = parts.agents.find(({ id }) => id === playbook.agent);
    if (agent === undefined) throw new Error('no agent');
    const parameters = playbook.parameters.parse({});
    for (const contacts of [{}, { champion: ['dana'], budget_owner: ['walter'] }]) {
      const { proposals } = playbook.plan(
        openCase({ subject: 'contract-1', period: '2026-03-30' }),
        everything(contacts),
        [],
        parameters,
      );
      expect(proposals.length).toBeGreaterThan(0);
      expect(admit(proposals, { agent, playbook, tools: parts.actTools }).refused).toEqual([]);
    }
  });
});

describe.each(
  parts.playbooks.filter(isRequested).map((playbook) => [playbook.id, playbook] as const),
)('playbook %s', (_, playbook) => {
  test('opens nothing and plans nothing, whatever the account is like, and ends when its time is over', () => {
    const parameters = playbook.parameters.parse({});
    const now = everything({ champion: ['dana'] });
    const entry = openCase({ openedAt: now.now });
    expect(playbook.story.length).toBeGreaterThan(80);
    expect(playbook.when(now, parameters)).toEqual([]);
    const { proposals, nextLookAt } = playbook.plan(entry, now, [], parameters);
    expect(proposals).toEqual([]);
    expect(playbook.clears(entry, now, parameters)).toBe(null);
    const later = { ...now, now: nextLookAt ?? now.now };
    expect(playbook.clears(entry, later, parameters)).toContain('days past');
  });
});

/** An account that gives every playbook a reason for every step. */
const everything = (contacts: Record<string, string[]>) =>
  situation(
    {
      contacts,
      plan: 'growth',
      seats: 50,
      arr: { minor: 1, currency: 'USD' },
      rejected_invites: 12,
      seats_requested: { tickets: 1, seats: 5 },
      churn_risk_supported: 90,
      renewals: [
        {
          contractId: 'contract-1',
          renewsOn: '2026-03-30',
          days: 20,
          autoRenews: false,
          annualValue: null,
        },
      ],
    },
    {
      churn_risk: score('churn_risk', {
        value: 90,
        contributions: [line('login_trend', 25, 'logins fell')],
      }),
      renewal_rating: score('renewal_rating', { value: 10 }),
    },
  );
