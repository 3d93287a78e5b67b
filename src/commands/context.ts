import type { Person, Principal } from '../domain/person.ts';
import { inputError } from '../domain/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Client } from '../platform/http/define.ts';
import type { TenantEntry } from '../platform/tenant-store.ts';
import type { Progress } from '../platform/terminal/progress.ts';
import type { Terminal } from '../platform/terminal/terminal.ts';
import type { System } from '../system.ts';
import type { RunningServerInfo } from './running-server.ts';
import type { Settings } from './settings.ts';

/** What a command works with. Everything that costs is opened when it is first asked for, and closed at the end. */
export interface CommandContext {
  readonly settings: Settings;
  readonly terminal: Terminal;
  readonly clock: Clock;
  /** The server that holds the data folder, if one does. */
  readonly server: RunningServerInfo | null;
  /** Shown while the command works. */
  readonly progress: Progress;
  /** The program, opened in this process. */
  readonly system: () => Promise<System>;
  /** The API: of the running server, or in this process. */
  readonly client: () => Promise<Client>;
  /** The tenants that this command may know of: all of the database, or within a server the caller's alone. */
  readonly tenants: () => Promise<TenantEntry[]>;
  /** The tenant meant: `--tenant`, the session's, or the only one. */
  readonly tenantId: () => Promise<string>;
  /** Who is signed in on this machine, or nobody. */
  readonly caller: () => Promise<Principal | null>;
  /** The signed-in person. Throws `not_signed_in`. */
  readonly person: () => Promise<Person>;
}

/** Why somebody must sign in, and how. */
export const signInFirst = (server: RunningServerInfo | null) =>
  inputError(
    'not_signed_in',
    server === null
      ? 'only a signed-in person may do this; run `retinue login` first'
      : `only a signed-in person may do this; run \`retinue login <link>\` with the one-time link that the server at ${server.url} printed at its start`,
  );
