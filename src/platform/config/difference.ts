import { canonicalJson, type Json } from '../../domain/json.ts';
import type { TenantConfig } from '../../domain/tenant.ts';

/** One setting that differs: `plans.growth.seatPrice.minor`. `undefined` before or after: added, or removed. */
export interface Difference {
  readonly path: string;
  readonly before: Json | undefined;
  readonly after: Json | undefined;
}

/** What `after` changes about `before`, setting by setting, ordered by path. The numbers of version and release are left out. */
export const configDifference = (before: TenantConfig, after: TenantConfig): Difference[] => {
  const from = settingsOf(before);
  const to = settingsOf(after);
  return [...new Set([...from.keys(), ...to.keys()])]
    .sort()
    .map((path) => ({ path, before: from.get(path), after: to.get(path) }))
    .filter((difference) => textOf(difference.before) !== textOf(difference.after));
};

const settingsOf = ({
  version: _version,
  release: _release,
  ...config
}: TenantConfig): Map<string, Json> =>
  new Map(flatten('', JSON.parse(JSON.stringify(config)) as Json));

const textOf = (value: Json | undefined): string =>
  value === undefined ? '' : canonicalJson(value);

/** Lists of named things are told apart by name, so that a plan put first is not a change of every plan. */
const flatten = (path: string, value: Json): [string, Json][] => {
  const members = membersOf(value);
  if (members === null || members.length === 0) return [[path, value]];
  return members.flatMap(([key, member]) => flatten(path === '' ? key : `${path}.${key}`, member));
};

const membersOf = (value: Json): [string, Json][] | null => {
  if (value === null || typeof value !== 'object') return null;
  if (!Array.isArray(value)) return Object.entries(value);
  const named = (value as readonly Json[]).map((member): [string | null, Json] => [
    idOf(member),
    member,
  ]);
  return named.every((entry): entry is [string, Json] => entry[0] !== null) ? named : null;
};

const idOf = (value: Json): string | null => {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return null;
  const id = (value as { readonly id?: Json }).id;
  return typeof id === 'string' ? id : null;
};
