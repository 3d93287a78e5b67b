import { z } from 'zod';
import { finishTask } from '../act/outbox/resolve.ts';
import type { OutboxRow } from '../act/outbox/row.ts';
import { concludeProposal } from '../act/settle/conclude.ts';
import { listTasks, loadTask } from '../act/tasks/store.ts';
import { acceptTask, declineTask, type Accept } from '../act/tasks/tasks.ts';
import { TASK_STATUSES, type Task, type TaskStatus } from '../act/tasks/task.ts';
import { inputError } from '../domain/errors.ts';
import type { Person } from '../domain/person.ts';
import type { TenantConfig } from '../domain/tenant.ts';
import type { Instant } from '../domain/time.ts';
import type { TenantTx } from '../platform/db/database.ts';
import { acceptEvents } from '../sense/events/accept.ts';
import { currentConfig } from '../platform/config/store.ts';
import { accountNames } from './names.ts';
import { defineResource, defineRoute, type Services } from './define.ts';
import { idParam, limitQuery, noParams } from './schemas.ts';
import { taskShape, taskShapeOf } from './task-shape.ts';
import { chooseWorld, showingShape, worldQuery } from './showing.ts';

const answer = z.object({ showing: showingShape, task: taskShape });

export const listTasksRoute = defineRoute({
  id: 'listTasks',
  method: 'get',
  path: '/v1/tasks',
  summary: 'Human tasks, the most urgent first',
  access: { kind: 'reader', right: 'view' },
  reads: 'personal_data',
  params: noParams,
  query: z.object({
    world: worldQuery,
    status: z.enum([...TASK_STATUSES, 'unfinished', 'all']).default('unfinished'),
    assignee: z.string().max(200).optional().describe('an owner id'),
    account: z.string().max(200).optional().describe('our account id'),
    limit: limitQuery(1000, 100),
  }),
  body: null,
  response: z.object({ showing: showingShape, items: z.array(taskShape) }),
  handle: async ({ services, caller, query }) =>
    services.db.withTenant(caller.tenantId, async (tx) => {
      const showing = await chooseWorld(tx, query.world, services.now());
      const tasks = await listTasks(tx, {
        world: showing.world.id,
        ...(query.status === 'all' ? {} : { status: statusesOf(query.status) }),
        ...(query.assignee === undefined ? {} : { assignee: query.assignee }),
        ...(query.account === undefined ? {} : { accountId: query.account }),
        limit: query.limit,
      });
      const names = await accountNames(tx, tasks);
      return { showing, items: tasks.map((task) => taskShapeOf(task, names)) };
    }),
});

const statusesOf = (status: TaskStatus | 'unfinished'): readonly TaskStatus[] =>
  status === 'unfinished' ? ['open', 'accepted'] : [status];

export const getTaskRoute = defineRoute({
  id: 'getTask',
  method: 'get',
  path: '/v1/tasks/{id}',
  summary: 'One task, with the text prepared for it',
  access: { kind: 'reader', right: 'view' },
  reads: 'personal_data',
  about: ({ task }) => ({ taskId: task.id }),
  params: idParam,
  query: noParams,
  body: null,
  response: answer,
  handle: async ({ services, caller, params }) =>
    services.db.withTenant(caller.tenantId, async (tx) => {
      const task = await loadTask(tx, params.id);
      if (task === null) throw inputError('task_not_found', `there is no task \`${params.id}\``);
      return shown(tx, services, task);
    }),
});

const access = { kind: 'person', right: 'take_task' } as const;

export const acceptTaskRoute = defineRoute({
  id: 'acceptTask',
  method: 'post',
  path: '/v1/tasks/{id}/accept',
  summary: 'Take a task on',
  access,
  params: idParam,
  query: noParams,
  body: z.object({}).default({}),
  response: answer,
  handle: async ({ services, caller, params }) =>
    work(services, caller, (tx, accept) =>
      acceptTask(tx, { taskId: params.id, person: caller, now: services.now(), accept }),
    ),
});

export const completeTaskRoute = defineRoute({
  id: 'completeTask',
  method: 'post',
  path: '/v1/tasks/{id}/done',
  summary:
    'Say that a task is done, and what came of it (`sent`, `not_sent` or `send_again` for one that asks after a message)',
  access,
  params: idParam,
  query: noParams,
  body: z.object({ outcome: z.string().min(1).max(500), note: z.string().max(5000).optional() }),
  response: answer,
  handle: async ({ services, caller, params, body }) =>
    work(services, caller, (tx, accept, config) =>
      finishTask(tx, {
        taskId: params.id,
        person: caller,
        now: services.now(),
        ...body,
        accept,
        config,
        finished: (_, row) => concludeChecked(tx, row, services.now()),
      }),
    ),
});

export const declineTaskRoute = defineRoute({
  id: 'declineTask',
  method: 'post',
  path: '/v1/tasks/{id}/decline',
  summary: 'Say that a task will not be done, and why',
  access,
  params: idParam,
  query: noParams,
  body: z.object({ reason: z.string().min(1).max(500), note: z.string().max(5000).optional() }),
  response: answer,
  handle: async ({ services, caller, params, body }) =>
    work(services, caller, (tx, accept) =>
      declineTask(tx, { taskId: params.id, person: caller, now: services.now(), ...body, accept }),
    ),
});

/** One step of a person's work on a task; what came of it is accepted as an event in the same transaction. */
const work = async (
  services: Services,
  person: Person,
  step: (tx: TenantTx, accept: Accept, config: TenantConfig) => Promise<Task>,
): Promise<z.infer<typeof answer>> => {
  const answered = await services.db.withTenant(person.tenantId, async (tx) => {
    const config = await currentConfig(tx);
    const { entities } = services.parts;
    const accept: Accept = async (events) => {
      await acceptEvents(tx, events, { now: services.now(), entities, config });
    };
    const task = await step(tx, accept, config);
    return shown(tx, services, task);
  });
  // What a person did may end a case or begin its next step.
  await services.wake.tick(person.tenantId);
  return answered;
};

/** A person's answer to what became of an effect ends its proposal as well. */
const concludeChecked = async (tx: TenantTx, row: OutboxRow, now: Instant): Promise<void> => {
  const { proposalId, status } = row;
  if (proposalId === null || (status !== 'done' && status !== 'failed')) return;
  await concludeProposal(tx, {
    proposalId,
    outcome: status,
    reason: row.reasons.at(-1)?.text ?? null,
    now,
  });
};

const shown = async (
  tx: TenantTx,
  services: Services,
  task: Task,
): Promise<z.infer<typeof answer>> => ({
  showing: await chooseWorld(tx, task.world, services.now()),
  task: taskShapeOf(task, await accountNames(tx, [task])),
});

export default defineResource({
  id: 'tasks',
  title: 'What people have to do',
  routes: [listTasksRoute, getTaskRoute, acceptTaskRoute, completeTaskRoute, declineTaskRoute],
});
