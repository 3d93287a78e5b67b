import { AsyncLocalStorage } from 'node:async_hooks';
import { bug } from '../../domain/errors.ts';

interface Scope {
  open: boolean;
}

/**
 * Refuses a connection asked for inside a transaction. The embedded database has one session: there it would wait for
 * itself for ever; on PostgreSQL it would not see what the transaction wrote. So it is an error on both.
 */
export class NestingGuard {
  readonly #scopes = new AsyncLocalStorage<Scope>();

  /** Throws `db.nested` when the caller runs inside a transaction of this database that is still open. */
  check(): void {
    if (this.#scopes.getStore()?.open !== true) return;
    throw bug(
      'db.nested',
      'a transaction of this database is already open here; hand its `tx` on instead of opening another',
    );
  }

  /** Runs `work` as the inside of a transaction. What it leaves running behind is outside again once it is over. */
  async inside<T>(work: () => Promise<T>): Promise<T> {
    const scope: Scope = { open: true };
    try {
      return await this.#scopes.run(scope, work);
    } finally {
      scope.open = false;
    }
  }
}
