import { maskOf, type Mask } from '../../language-models/mask.ts';
import { listPeople } from '../../platform/auth/people.ts';
import contact from '../../sense/state/contact.ts';
import { loadAccountViews } from '../../sense/load-accounts.ts';
import { nameableAccounts } from '../account-names-store.ts';
import type { Desk, Named } from '../define.ts';
import { inTenant } from '../desk.ts';
import { wordsOf } from '../match-accounts.ts';

interface PersonKnown {
  readonly name: string;
  readonly email: string;
}

/**
 * Whom a talk has come to know: accounts by what was asked and found, the people of those, our own. What it knows grows
 * with what is looked up, so each call of a model is masked by everything that is known by then.
 */
export class Acquaintance {
  readonly #desk: Desk;
  readonly #accounts = new Map<string, Named>();
  readonly #people = new Map<string, readonly PersonKnown[]>();
  /** What the operator calls an account. */
  readonly #mentions: readonly string[];
  readonly #texts = new Set<string>();
  #ours: readonly PersonKnown[] | null = null;

  constructor(desk: Desk, mentions: readonly string[]) {
    this.#desk = desk;
    this.#mentions = mentions;
  }

  nameOf(accountId: string): string | null {
    return this.#accounts.get(accountId)?.name ?? null;
  }

  get accounts(): readonly Named[] {
    return [...this.#accounts.values()];
  }

  meet(accounts: readonly Named[]): void {
    for (const account of accounts) this.#accounts.set(account.accountId, account);
  }

  hear(texts: readonly string[]): void {
    for (const text of texts) this.#texts.add(text);
  }

  /** Whoever of the tenant may stand in these texts becomes known. */
  async meetIn(texts: readonly string[], accountIds: readonly string[]): Promise<void> {
    const words = new Set(texts.flatMap((text) => wordsOf(text)));
    const [named, ours] = await inTenant(this.#desk, async (tx) => [
      await nameableAccounts(tx, [...words]),
      this.#ours ?? (await listPeople(tx)),
    ]);
    this.#ours = ours;
    this.meet(
      named
        .filter(
          ({ accountId, name }) =>
            accountIds.includes(accountId) || words.has(wordsOf(name)[0] ?? ''),
        )
        .map(({ accountId, name }) => ({ accountId, name })),
    );
    await this.#meetPeople();
  }

  async #meetPeople(): Promise<void> {
    const { config, parts, now } = this.#desk;
    const accountIds = [...this.#accounts.keys()].filter((id) => !this.#people.has(id));
    if (accountIds.length === 0) return;
    for (const id of accountIds) this.#people.set(id, []);
    await inTenant(this.#desk, async (tx) => {
      const options = { config, entities: parts.entities, now, accountIds };
      for await (const views of loadAccountViews(tx, options))
        for (const view of views)
          this.#people.set(
            view.accountId,
            view.current(contact).map(({ data }) => data),
          );
    });
  }

  mask(): Mask {
    const people = [
      ...[...this.#people.values()].flat(),
      ...(this.#ours ?? []),
      ...this.#desk.config.owners,
    ];
    return maskOf({
      people: people.map(({ name }) => name),
      emails: people.map(({ email }) => email),
      companies: [...this.accounts.map(({ name }) => name), ...this.#mentions],
      texts: [...this.#texts],
    });
  }
}
