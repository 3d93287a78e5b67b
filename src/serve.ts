import { randomBytes } from 'node:crypto';
import { openHub, type Hub } from './act/in-app/hub.ts';
import { accessRecord } from './api/access-record.ts';
import { guestApp } from './api/in-app/guest.ts';
import type { LinkWanted, Services, Wake } from './api/define.ts';
import { loadResources } from './api/resources.ts';
import { commandServer } from './commands/in-server.ts';
import { webhookSender } from './connectors/webhooks/sender.ts';
import { openSecrets } from './connectors/source/secrets.ts';
import type { Job, JobContext } from './jobs/define.ts';
import { embeddersFor } from './knowledge/embedders/embedders.ts';
import { authenticate } from './platform/auth/authenticate.ts';
import { issueLoginLink } from './platform/auth/login.ts';
import { listPeople } from './platform/auth/people.ts';
import { loadCatalogue } from './platform/catalogue.ts';
import { openApi } from './platform/http/openapi.ts';
import { createRouter, type RequestLog } from './platform/http/router.ts';
import { listen } from './platform/http/server.ts';
import { describeError, log, scoped } from './platform/log.ts';
import { startQueue, type Queue } from './platform/queue.ts';
import { listTenants } from './platform/tenant-store.ts';
import { openUploads, uploadsFolder } from './platform/uploads/uploads.ts';
import { sealOpenSecrets } from './seal-open-secrets.ts';
import type { System } from './system.ts';

export interface ServeOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly version: string;
  /** Whether this process also works: the worker and the daily job. */
  readonly works: boolean;
  /** PostgreSQL, for what commands say about it; `null` for the embedded database. */
  readonly databaseUrl: string | null;
  /** Shows a one-time login link to whoever sits at this machine, and to nobody else. */
  readonly showLink: (link: string, person: string) => void;
}

export interface Serving {
  readonly url: string;
  /** A fresh one-time link; `null` when the tenant has nobody to sign in. */
  readonly loginLink: (wanted: LinkWanted) => Promise<LoginLink | null>;
  /** Takes nothing new, finishes what is under way, stops the worker. The database stays open. */
  readonly close: () => Promise<void>;
}

export interface LoginLink {
  readonly link: string;
  readonly person: string;
}

type Served = Pick<System, 'db' | 'parts' | 'clock' | 'outside'>;

/** Starts the HTTP API and, unless told otherwise, the worker. */
export const serve = async (system: Served, options: ServeOptions): Promise<Serving> => {
  await sealOpenSecrets(system);
  const queue = options.works ? await startWorker(system) : null;
  let url = '';
  const loginLink = (wanted: LinkWanted) => makeLink(system, url, wanted);
  const wake = wakeOf(queue);
  const uploads = openUploads(uploadsFolder(system.outside.dataDir));
  const kept = accessRecord({ db: system.db, now: () => system.clock.now() });
  const services: Services = {
    db: system.db,
    parts: system.parts,
    models: system.outside.models ?? null,
    now: () => system.clock.now(),
    webhooks: webhookSender({ privateRanges: system.outside.webhookPrivateRanges ?? [] }),
    wake,
    uploads,
    accessRecord: kept,
    answerCommand: commandServer({
      ...{ system, wake, uploads, accessRecord: kept },
      databaseUrl: options.databaseUrl,
    }),
    secrets: openSecrets(system.db, system.outside),
    embedders: embeddersFor(system.outside.embeddings),
    printLoginLink: async (wanted) => {
      const made = await loginLink(wanted);
      if (made !== null) options.showLink(made.link, made.person);
    },
  };
  const hub = openHub({ db: system.db, now: services.now });
  const server = await listen(
    await routerOf(services, { version: options.version, hub, outside: system.outside }),
    options.host,
    options.port,
  );
  ({ url } = server);
  return {
    url,
    loginLink,
    close: async () => {
      // Whoever listens for messages would keep the server open for as long as they stay.
      hub.close();
      await server.close();
      await queue?.stop();
    },
  };
};

const routerOf = async (
  services: Services,
  { version, hub, outside }: { version: string; hub: Hub; outside: Served['outside'] },
) => {
  const resources = await loadResources();
  const document = openApi(resources, {
    title: 'Retinue',
    version,
    description:
      'Accounts, their scores and why; cases, approvals and tasks; telemetry in Segment’s format.',
  });
  return createRouter({
    resources,
    services,
    authenticate: (authorization) => authenticate(services.db, authorization, services.now()),
    now: services.now,
    accessRecord: services.accessRecord,
    log: requestLog,
    documents: { '/openapi.json': document },
    apps: { '/in-app': guestApp(services, hub) },
    pages: PAGES,
    trustedProxies: outside.trustedProxies ?? [],
  });
};

/** For who opens an address of ours in a browser. */
const PAGES = {
  '/': () =>
    'Retinue is running.\n\nThe API is described at /openapi.json; `npx retinue help` lists the commands.\n',
  '/login/{token}': ({ token }: Readonly<Record<string, string>>) =>
    `To sign in, run this where Retinue runs (the link is good once):\n\n  npx retinue login ${token ?? ''}\n`,
};

const requestLog: RequestLog = {
  done: ({ id, ...line }) => {
    scoped({ requestId: id }).info(line, 'request');
  },
  failed: ({ id, route, error }) => {
    scoped({ requestId: id }).error({ route, ...describeError(error) }, 'request failed');
  },
};

const startWorker = async ({ db, clock, parts, outside }: Served): Promise<Queue> => {
  const jobs = await loadCatalogue<Job>(new URL('./jobs/', import.meta.url));
  const queue = await startQueue<JobContext>(db, jobs, { db, clock, parts, outside });
  // Texts that came in while no worker ran are to be found by meaning soon, and not at the next quarter of an hour.
  await queue.send('gather-knowledge');
  return queue;
};

const wakeOf = (queue: Queue | null): Wake => {
  const send = async (job: string, data: Parameters<Queue['send']>[1]): Promise<void> => {
    try {
      await queue?.send(job, data);
    } catch (error) {
      log.warn(
        { job, ...describeError(error) },
        'could not wake the worker; the next tick finds it',
      );
    }
  };
  return {
    runLine: (tenantId, accountIds, reason) =>
      send('run-line', { tenantId, accountIds: [...accountIds].sort(), reason }),
    completeSubscription: (tenantId, sourceId, subscriptionId) =>
      send('complete-subscription', { tenantId, sourceId, subscriptionId }),
    tick: (tenantId) => send('tick', { tenantId }),
  };
};

const makeLink = async (
  { db, clock }: Served,
  url: string,
  wanted: LinkWanted,
): Promise<LoginLink | null> => {
  const tenants = await listTenants(db);
  const tenant = tenants.find(({ id }) => id === wanted.tenantId) ?? tenants[0];
  if (tenant === undefined) return null;
  return db.withTenant(tenant.id, async (tx) => {
    const people = await listPeople(tx);
    const person =
      wanted.person === null
        ? people.find(({ roles }) => roles.includes('admin'))
        : people.find(({ id, email }) => id === wanted.person || email === wanted.person);
    if (person === undefined) return null;
    const token = await issueLoginLink(tx, person.id, clock.now(), randomBytes);
    return { link: `${url}/login/${token}`, person: `${person.name} (${tenant.id})` };
  });
};
