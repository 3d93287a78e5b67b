import { deliverTo, type DeliverInput } from '../act/webhooks/deliver.ts';
import { listEndpoints } from '../act/webhooks/endpoint-store.ts';
import { writeDeliveries } from '../act/webhooks/write-deliveries.ts';
import { webhookSender } from '../connectors/webhooks/sender.ts';
import { openSecrets } from '../connectors/source/secrets.ts';
import { currentConfig } from '../platform/config/store.ts';
import { describeError, scoped } from '../platform/log.ts';
import type { QueueRun } from '../platform/queue.ts';
import { listTenants } from '../platform/tenant-store.ts';
import { defineJob, type JobContext } from './define.ts';

type Context = JobContext & QueueRun;
type Means = Pick<DeliverInput, 'sender' | 'vault'>;

/** Endpoints that are sent to side by side: a slow one does not hold up the others. */
const AT_ONCE = 8;

export default defineJob({
  id: 'deliver-webhooks',
  title: 'Events on their way to webhooks',
  schedule: { everySeconds: 5 },
  run: async (context) => {
    const sender = webhookSender({ privateRanges: context.outside.webhookPrivateRanges ?? [] });
    const { vault } = openSecrets(context.db, context.outside);
    for (const { id } of await listTenants(context.db)) {
      context.signal.throwIfAborted();
      await deliverTenant(context, { sender, vault }, id);
    }
  },
});

const deliverTenant = async (context: Context, means: Means, tenantId: string): Promise<void> => {
  const endpoints = await context.db.withTenant(tenantId, (tx) => listEndpoints(tx));
  const waiting = endpoints.filter(({ status }) => status === 'active').map(({ id }) => id);
  const work = async (): Promise<void> => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift())
      await deliverOne(context, means, tenantId, id);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
};

/** One endpoint's fault is not the others'. */
const deliverOne = async (
  { db, clock, signal }: Context,
  means: Means,
  tenantId: string,
  endpointId: string,
): Promise<void> => {
  try {
    await writeDeliveries(db, { tenantId, endpointId, now: clock.now() });
    const config = await db.withTenant(tenantId, (tx) => currentConfig(tx));
    const now = () => clock.now();
    await deliverTo({ db, tenantId, config, ...means, now, signal }, endpointId);
  } catch (error) {
    scoped({ tenantId, job: 'deliver-webhooks' }).error(
      { endpointId, ...describeError(error) },
      'a webhook could not be served; it comes again',
    );
  }
};
