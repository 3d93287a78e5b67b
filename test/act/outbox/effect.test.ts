import { describe, expect, it } from 'vitest';
import { circuitOf, newCircuit, withBreaker } from '../../../src/act/outbox/breaker.ts';
import {
  actionIdOf,
  draftEffectOf,
  effectOf,
  receiptEvents,
  senderOf,
} from '../../../src/act/outbox/effect.ts';
import type { OutboxRow } from '../../../src/act/outbox/row.ts';
import type { EntityType } from '../../../src/sense/state/define.ts';
import taskEntity from '../../../src/sense/state/task.ts';
import touchEntity from '../../../src/sense/state/touch.ts';
import { taskEvent } from '../../../src/act/tasks/event.ts';
import type { Task } from '../../../src/act/tasks/task.ts';
import { aConfig, aPreview, aProposal, NOW, SENDER, taskPreview } from '../support/act.ts';
import { fakePort } from '../support/ports.ts';

const options = { tenantId: 'acme', sender: SENDER };

describe('an action', () => {
  it('has one id for one proposal, and another for every other', () => {
    const ids = [{}, { caseId: 'case-2' }, { round: 2 }, { ordinal: 1 }, { revision: 1 }].map(
      (over) => actionIdOf(aProposal(over)),
    );
    expect(new Set(ids).size).toBe(5);
    expect(actionIdOf(aProposal({ reason: 'other', proposedBy: 'model:x' }))).toBe(ids[0]);
  });

  it('has the same business key whatever round asks for the same', () => {
    const key = (over: Parameters<typeof aProposal>[0]) => effectOf(aProposal(over), options).key;
    expect(key({ round: 2, ordinal: 3, revision: 1 })).toBe(key({}));
    const message = { ...aPreview().message!, templateId: 'other' };
    const recipient = { ...aPreview().recipient!, contactId: 'contact-2' };
    const others = [
      key({ caseId: 'case-2' }),
      key({ preview: aPreview({ message }) }),
      key({ preview: aPreview({ recipient }) }),
      key({ preview: taskPreview() }),
      key({ preview: taskPreview({ kind: 'other' }) }),
      draftEffectOf(aProposal(), { tenantId: 'acme', assignee: 'ana' }).key,
    ];
    expect(new Set([...others, key({})]).size).toBe(others.length + 1);
  });

  it('carries a message or a task, never both', () => {
    expect(effectOf(aProposal(), options)).toMatchObject({
      task: null,
      sender: SENDER,
      recipient: { contactId: 'contact-1' },
    });
    expect(effectOf(aProposal({ preview: taskPreview() }), options)).toMatchObject({
      message: null,
      recipient: null,
      sender: null,
      task: { kind: 'tell_sales' },
    });
  });
});

describe('senderOf', () => {
  it.each([
    ['ana', { name: 'Ana (Ana Ruiz)', email: SENDER.email, replyTo: ['ana@vendor.example'] }],
    ['nobody', SENDER],
    [null, SENDER],
  ])('for the owner %s', (ownerId, sender) => {
    expect(senderOf(aConfig(), ownerId)).toEqual(sender);
  });

  it('invents none', () => {
    const config = aConfig();
    expect(senderOf({ ...config, contact: { ...config.contact, sender: null } }, 'ana')).toBeNull();
  });
});

describe('receipts come back as events that the state takes', () => {
  const taken = (type: EntityType, payload: object) =>
    type.change.safeParse(payload).success && type.whole.safeParse(payload).success;

  it('a message as a touch', () => {
    const row = {
      actionId: 'act-1',
      port: 'email',
      outward: true,
      accountId: 'acct-1',
      effect: effectOf(aProposal(), options),
    } as OutboxRow;
    const [event] = receiptEvents(row, NOW);
    expect(taken(touchEntity, event!.payload)).toBe(true);
    expect(receiptEvents({ ...row, outward: false }, NOW)).toEqual([]);
  });

  it('a task as a task', () => {
    const task = {
      id: 'task-1',
      kind: 'tell_sales',
      status: 'done',
      accountId: 'acct-1',
      caseId: 'case-1',
      outcome: 'ok',
      revision: 2,
    } as Task;
    expect(taken(taskEntity, taskEvent(task, NOW)!.payload)).toBe(true);
    expect(taskEvent({ ...task, accountId: null }, NOW)).toBeNull();
  });
});

describe('circuits', () => {
  it('outlive the ports that they guard, one for each outside system', async () => {
    const port = { ...fakePort('at_most_once', 'retry'), describe: 'SMTP one.example:25' };
    const circuit = circuitOf(port);
    expect(circuitOf({ ...port })).toBe(circuit);
    expect(circuitOf({ ...port, describe: 'SMTP two.example:25' })).not.toBe(circuit);
  });

  it('are opened by exceptions too', async () => {
    const port = fakePort('at_most_once', 'throw');
    const guarded = withBreaker(port, newCircuit({ failures: 2 }));
    const perform = () =>
      guarded.perform(effectOf(aProposal(), options), NOW, new AbortController().signal);
    await expect(perform()).rejects.toThrow('the port broke');
    await expect(perform()).rejects.toThrow('the port broke');
    expect(await perform()).toMatchObject({
      outcome: 'retry',
      reason: expect.stringContaining('left alone') as string,
    });
    expect(port.calls).toHaveLength(2);
    expect(guarded.paused?.(NOW)).toContain('the port broke');
  });
});
