import { randomBytes, randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { Role, Scope } from '../../src/domain/person.ts';
import type { Instant } from '../../src/domain/time.ts';
import type { Outside } from '../../src/outside.ts';
import type { Parts } from '../../src/parts.ts';
import { loadParts } from '../../src/parts.ts';
import { issueLoginLink, redeemLoginLink } from '../../src/platform/auth/login.ts';
import { createKey } from '../../src/platform/auth/keys.ts';
import { createPerson } from '../../src/platform/auth/people.ts';
import { fixedClock, type FixedClock } from '../../src/platform/clock.ts';
import { defaultTenantFiles } from '../../src/platform/config/default.ts';
import { readTenantFiles } from '../../src/platform/config/read.ts';
import { applyConfig } from '../../src/platform/config/store.ts';
import type { OpenDatabase } from '../../src/platform/db/database.ts';
import type { Client } from '../../src/platform/http/define.ts';
import { httpClient } from '../../src/platform/http/http-client.ts';
import { serve, type Serving } from '../../src/serve.ts';
import { createTenant, testDatabase } from '../support/database.ts';
import { SECRET_KEY } from './stripe-support.ts';

export const NOW = '2026-11-20T12:00:00.000Z' as Instant;

/** A tenant with a person of each role, signed in, and the keys that tests need. */
export interface House {
  readonly tenantId: string;
  readonly sessions: Readonly<Record<Role, string>>;
  readonly keys: Readonly<Record<'server' | 'client' | 'reader', string>>;
}

export interface Api {
  readonly db: OpenDatabase;
  readonly parts: Parts;
  readonly clock: FixedClock;
  readonly url: string;
  readonly serving: Serving;
  readonly links: { readonly link: string; readonly person: string }[];
  /** As programs call it: typed answers, problems as errors. */
  readonly client: (token: string) => Client;
  /** As anybody may: whatever comes back. */
  readonly call: (method: string, path: string, options?: CallOptions) => Promise<Answer>;
}

export interface CallOptions {
  readonly token?: string | undefined;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** The real server over a real database, on a free port. */
export const startApi = async (
  options: {
    readonly works?: boolean;
    readonly now?: Instant;
    readonly dataDir?: string;
    readonly webhookPrivateRanges?: readonly string[];
    readonly outside?: Partial<Outside>;
  } = {},
): Promise<Api> => {
  const db = await testDatabase();
  const parts = await loadParts();
  const clock = fixedClock(options.now ?? NOW);
  const links: { link: string; person: string }[] = [];
  const serving = await serve(
    {
      ...{ db, parts, clock },
      outside: {
        dataDir: options.dataDir ?? join(tmpdir(), `retinue-api-${randomUUID()}`),
        secretKey: SECRET_KEY,
        webhookPrivateRanges: options.webhookPrivateRanges ?? [],
        ...options.outside,
      },
    },
    {
      host: '127.0.0.1',
      port: 0,
      version: '0.0.0',
      works: options.works ?? false,
      databaseUrl: null,
      showLink: (link, person) => links.push({ link, person }),
    },
  );
  afterAll(() => serving.close());
  const { url } = serving;
  return {
    db,
    parts,
    clock,
    url,
    serving,
    links,
    client: (token) => httpClient(url, token),
    call: (method, path, more) => call(url, method, path, more),
  };
};

const call = async (
  url: string,
  method: string,
  path: string,
  { token, body, headers = {} }: CallOptions = {},
): Promise<Answer> => {
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? null : (JSON.parse(text) as unknown) };
};

/** Files of a tenant in UTC with two metrics that `track` moves. */
const filesOf = (id: string) => ({
  ...defaultTenantFiles({ id, name: `House of ${id}`, currency: 'USD', zone: 'UTC' }),
  'telemetry.yaml': [
    'metrics:',
    '  - { id: logins, kind: count, events: [Signed In] }',
    '  - { id: api_calls, kind: count, events: [API Called], property: calls }',
  ].join('\n'),
});

export const makeHouse = async (
  { db, clock }: Pick<Api, 'db' | 'clock'>,
  tenantId: string,
): Promise<House> => {
  const now = clock.now();
  await createTenant(db, tenantId, { name: `House of ${tenantId}` });
  const files = readTenantFiles(filesOf(tenantId));
  if (!files.ok) throw new Error(JSON.stringify(files.faults));
  const { config } = files;
  const made = await db.withTenant(tenantId, async (tx) => {
    await applyConfig(tx, { files: files.files, config, by: 'test', now: now });
    const admin = await createPerson(tx, { ...person('admin', tenantId), by: 'local', now: now });
    const ids: Record<string, string> = { admin: admin.id };
    for (const role of ['viewer', 'auditor', 'operator', 'approver'] as const) {
      ids[role] = (await createPerson(tx, { ...person(role, tenantId), by: admin, now: now })).id;
    }
    const key = async (name: string, scopes: Scope[], trust: 'server' | 'client') =>
      (await createKey(tx, { name, scopes, trust, by: admin, now: now }, randomBytes)).secret;
    const keys = {
      server: await key('server', ['ingest'], 'server'),
      client: await key('client', ['ingest'], 'client'),
      reader: await key('reader', ['read'], 'server'),
    };
    const links: Record<string, string> = {};
    for (const [role, id] of Object.entries(ids))
      links[role] = await issueLoginLink(tx, id, now, randomBytes);
    return { keys, links };
  });
  const sessions: Record<string, string> = {};
  for (const [role, link] of Object.entries(made.links)) {
    sessions[role] = (await redeemLoginLink(db, link, now, randomBytes)).sessionToken;
  }
  return { tenantId, keys: made.keys, sessions: sessions as House['sessions'] };
};

const person = (role: Role, tenantId: string) => ({
  name: `${role} of ${tenantId}`,
  email: `${role}@${tenantId}.example`,
  roles: [role],
});

/** A session of somebody who exists already. */
export const signIn = async (
  { db, clock }: Pick<Api, 'db' | 'clock'>,
  person: { readonly id: string; readonly tenantId: string },
): Promise<string> => {
  const now = clock.now();
  const link = await db.withTenant(person.tenantId, (tx) =>
    issueLoginLink(tx, person.id, now, randomBytes),
  );
  return (await redeemLoginLink(db, link, now, randomBytes)).sessionToken;
};
