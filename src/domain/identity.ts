/** What two systems' records of one customer have in common. */
export const MATCH_KINDS = ['external_id', 'key', 'domain', 'email', 'name'] as const;
export type MatchKind = (typeof MATCH_KINDS)[number];

/** One declared way to tell whose an id is. A rule that finds two accounts decides nothing. */
export interface MatchRule {
  readonly id: string;
  /** The namespace of ids that it places; one that ends in `*` stands for all that begin so. */
  readonly from: string;
  /** The namespace of the ids by which accounts are known; `*` for any but that of `from`. */
  readonly to: string;
  readonly by: MatchKind;
  /** Of `by: key`: the name of the key. */
  readonly key?: string;
  /** Of `by: key`: whose record carries it: the record to be placed (default), or the account's. */
  readonly heldBy?: 'from' | 'to';
  /** `certain`: bound at once. `likely`: suggested to a person. */
  readonly certainty: 'certain' | 'likely';
}

/** How a tenant tells whose records are, and which system it believes. */
export interface IdentitySettings {
  /** Namespaces whose account records make accounts; empty: all do. Records of others wait until they are matched. */
  readonly accountsFrom: readonly string[];
  /** In the order in which they are believed. */
  readonly rules: readonly MatchRule[];
  /** Domains by which nobody is told apart, beside those of free mail. */
  readonly ignoreDomains: readonly string[];
  /** Field of the account record, or kind of record → namespaces, the most believed first. */
  readonly truth: Readonly<Record<string, readonly string[]>>;
  /** How far an account's ARR may be from finance's figure and still tie out. */
  readonly arrToleranceBasisPoints: number;
}

/** Every system makes accounts, nothing is matched by itself, and the newest word holds. */
const PLAIN_IDENTITY: IdentitySettings = {
  accountsFrom: [],
  rules: [],
  ignoreDomains: [],
  truth: {},
  arrToleranceBasisPoints: 0,
};

/** Whether a namespace is meant: the very name, or one that begins as a pattern ending in `*` does. */
export const namespaceFits = (pattern: string, source: string): boolean =>
  pattern.endsWith('*') ? source.startsWith(pattern.slice(0, -1)) : source === pattern;

/** The tenant's settings, or the plain ones. */
export const identityOf = ({
  identity,
}: {
  readonly identity?: IdentitySettings;
}): IdentitySettings => identity ?? PLAIN_IDENTITY;
