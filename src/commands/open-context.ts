import { inputError } from '../domain/errors.ts';
import type { Person, Principal } from '../domain/person.ts';
import { authenticate } from '../platform/auth/authenticate.ts';
import { readSessionFile, type Binding } from '../platform/auth/session-file.ts';
import { systemClock, type Clock } from '../platform/clock.ts';
import type { Client } from '../platform/http/define.ts';
import { httpClient } from '../platform/http/http-client.ts';
import { listTenants } from '../platform/tenant-store.ts';
import type { Progress } from '../platform/terminal/progress.ts';
import type { Terminal } from '../platform/terminal/terminal.ts';
import type { System } from '../system.ts';
import { signInFirst, type CommandContext } from './context.ts';
import { inProcess } from './in-process.ts';
import type { RunningServerInfo } from './running-server.ts';
import type { Settings } from './settings.ts';
import { chooseTenant } from './choose-tenant.ts';

export interface OpenContext extends CommandContext {
  /** Ends what was opened; what was queued in this process is done first. */
  readonly close: () => Promise<void>;
  /** What says to a server who is signed in. Throws `not_signed_in`. */
  readonly sessionToken: () => Promise<string>;
}

/**
 * The context of one command. Nothing is opened yet, nor loaded: beside a running server most of the program is not
 * needed, and a command should answer at once.
 */
export const openContext = (options: {
  readonly settings: Settings;
  readonly terminal: Terminal;
  readonly progress: Progress;
  readonly server: RunningServerInfo | null;
  readonly clock?: Clock;
}): OpenContext => {
  const { settings, server, progress } = options;
  const clock = options.clock ?? systemClock;
  let opened: System | null = null;
  const system = once(async () => {
    const { openSystem } = await import('../system.ts');
    return (opened = await openSystem({ ...settings, clock }));
  });
  const session = once(() => readSessionFile(process.env, sessionPlace(settings)));
  const work = inProcess(system);
  const caller = once(async () => {
    const token = (await session())?.token ?? null;
    return token === null
      ? null
      : authenticate((await system()).db, `Bearer ${token}`, clock.now());
  });
  const tenantId = once(async () => chooseTenant((await system()).db, settings, await caller()));
  const person = async (): Promise<Person> => signedIn(await caller(), await tenantId(), server);
  const local = async (): Promise<Client> => {
    const { openLocalClient } = await import('./local-access.ts');
    return openLocalClient({
      system: await system(),
      describe: settings.databaseUrl === null ? settings.dataDir : 'the database',
      caller: await caller(),
      tenantId: await tenantId(),
      wake: work.wake,
    });
  };
  const sessionToken = async (): Promise<string> => {
    const token = (await session())?.token;
    if (token === undefined) throw signInFirst(server);
    return token;
  };
  const remote = async (url: string): Promise<Client> => httpClient(url, await sessionToken());
  const client = once(() => (server === null ? local() : remote(server.url)));
  return {
    ...{ settings, terminal: options.terminal, clock, server, progress },
    ...{ system, client, tenantId, caller, person, sessionToken },
    tenants: async () => listTenants((await system()).db),
    close: async () => {
      await work.finish();
      await opened?.close();
    },
  };
};

/** The person, where they are signed in to the tenant that is meant. */
const signedIn = (
  caller: Principal | null,
  tenantId: string,
  server: RunningServerInfo | null,
): Person => {
  if (caller?.kind !== 'person') throw signInFirst(server);
  if (caller.tenantId === tenantId) return caller;
  throw inputError(
    'not_signed_in',
    `you are signed in to \`${caller.tenantId}\`, not to \`${tenantId}\`; run \`retinue login --tenant ${tenantId}\` first`,
  );
};

/** A session belongs to the data folder, whoever has it open, or to the server that `RETINUE_URL` names. */
export const sessionPlace = (settings: Settings): Binding =>
  settings.serverUrl === null ? { dataDir: settings.dataDir } : { server: settings.serverUrl };

const once = <T>(make: () => Promise<T>): (() => Promise<T>) => {
  let made: Promise<T> | null = null;
  return () => (made ??= make());
};
