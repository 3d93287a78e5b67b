import type { Type } from '@cedar-policy/cedar-wasm/nodejs';
import { policyToJson } from '@cedar-policy/cedar-wasm/nodejs';
import type { Json } from '../domain/json.ts';
import type { TenantConfig } from '../domain/tenant.ts';
import type { PolicyInput, PolicyRequest, PolicyValue } from './define.ts';
import type { PreparedPolicies } from './prepare.ts';

type Scalar = boolean | number | string;

/** One value that policies may read: `guards.billing`, with the values at which an answer can change. */
export interface Leaf {
  readonly path: string;
  readonly values: readonly Scalar[];
}

/** A value for each leaf, by path. */
export type Point = Readonly<Record<string, Scalar>>;

/** Whom it is asked about makes no difference to the packaged sets, and none that can be told from outside. */
const WHO = { principal: 'cs', resource: 'generated' } as const;

/** Approvals are what the answer asks for, never a part of the question. */
const NOT_GENERATED = 'approval';

/**
 * Every leaf of the policy's inputs, by walking their types: both sides of a flag; what the input says its values are,
 * for texts; for numbers the bounds that the tenant's files set and all numbers that a policy names, each with the
 * number above it, and by each factor that a policy names.
 */
export const leavesOf = (
  inputs: readonly PolicyInput[],
  policies: readonly PreparedPolicies[],
  configs: readonly TenantConfig[],
): Leaf[] => {
  const literals = literalsOf(policies);
  return inputs
    .filter(({ id }) => id !== NOT_GENERATED)
    .flatMap((input) => {
      const given = configs.flatMap((config) => input.values?.(config) ?? []);
      return leafTypes(input.id, input.type).flatMap(({ path, type }) => {
        const values = isOfFiles(input, path, configs) ? [] : valuesOf(type, given, literals);
        return values.length === 0 ? [] : [{ path, values }];
      });
    });
};

const isOfFiles = (
  { id, ofFiles }: PolicyInput,
  path: string,
  configs: readonly TenantConfig[],
): boolean =>
  configs.some((config) => {
    const decided = ofFiles?.(config, '*');
    return typeof decided === 'object'
      ? Object.hasOwn(decided, path.slice(id.length + 1))
      : decided !== undefined;
  });

const leafTypes = (
  path: string,
  type: Type<string>,
): { readonly path: string; readonly type: string }[] =>
  'attributes' in type
    ? Object.entries(type.attributes).flatMap(([name, inner]) =>
        leafTypes(`${path}.${name}`, inner as Type<string>),
      )
    : [{ path, type: type.type }];

const valuesOf = (
  type: string,
  given: readonly (number | string)[],
  { texts, numbers }: Literals,
): Scalar[] => {
  if (type === 'Boolean') return [false, true];
  if (type === 'Long')
    return boundaries(
      given.filter((value) => typeof value === 'number'),
      numbers,
    );
  if (type !== 'String') return [];
  const own = given.filter((value) => typeof value === 'string');
  // One that no policy names stands for all others.
  return own.length > 0 ? [...new Set(own)] : [...texts, 'something else'];
};

const boundaries = (given: readonly number[], named: readonly number[]): number[] => {
  const bounds = [...given, ...named.flatMap((factor) => given.map((bound) => bound * factor))];
  const all = [0, ...bounds, ...named].flatMap((bound) => [bound, bound + 1]);
  return [...new Set(all)].filter((value) => value >= 0 && Number.isSafeInteger(value));
};

interface Literals {
  readonly texts: readonly string[];
  readonly numbers: readonly number[];
}

/** Every text and number that the policies compare with. */
const literalsOf = (policies: readonly PreparedPolicies[]): Literals => {
  const texts = new Set<string>();
  const numbers = new Set<number>();
  for (const { texts: sources } of policies) {
    for (const source of Object.values(sources)) {
      const parsed = policyToJson(source);
      if (parsed.type === 'success')
        collect(parsed.json.conditions as unknown as Json, texts, numbers);
    }
  }
  return { texts: [...texts].sort(), numbers: [...numbers].sort((a, b) => a - b) };
};

const collect = (json: Json, texts: Set<string>, numbers: Set<number>): void => {
  if (json === null || typeof json !== 'object') return;
  if (Array.isArray(json)) {
    for (const member of json as readonly Json[]) collect(member, texts, numbers);
    return;
  }
  for (const [key, member] of Object.entries(json)) {
    if (key === 'Value' && typeof member === 'string') texts.add(member);
    else if (key === 'Value' && typeof member === 'number') numbers.add(member);
    else collect(member, texts, numbers);
  }
};

/** What Cedar is asked at a point, where the tenant's files say what they decide by themselves. */
export const requestAt = (
  inputs: readonly PolicyInput[],
  action: string,
  point: Point,
  config: TenantConfig,
): PolicyRequest => ({
  ...WHO,
  action,
  context: Object.fromEntries(
    inputs.map((input) => [input.id, valueAt(input, point, config)] as const),
  ),
});

const valueAt = (input: PolicyInput, point: Point, config: TenantConfig): PolicyValue => {
  if (input.id === NOT_GENERATED) return { count: 0, roles: [] };
  const ofFiles = input.ofFiles?.(config, String(point['tier'] ?? '*'));
  if (!('attributes' in input.type)) return ofFiles ?? point[input.id] ?? 0;
  const own = Object.keys(input.type.attributes).map((name) => [
    name,
    point[`${input.id}.${name}`] ?? 0,
  ]);
  return { ...(Object.fromEntries(own) as object), ...(ofFiles as object | undefined) };
};

/** Actions that policies tell apart, and one of the others. */
export const actionsToAsk = (
  actions: readonly string[],
  policies: readonly PreparedPolicies[],
): readonly string[] => {
  const named = actions.filter((action) => isNamed(action, policies));
  return [...named, ...actions.filter((action) => !named.includes(action)).slice(0, 1)];
};

/** Whether a policy names the action. */
export const isNamed = (action: string, policies: readonly PreparedPolicies[]): boolean =>
  policies.some(({ texts }) =>
    Object.values(texts).some((text) => text.includes(`Action::"${action}"`)),
  );

/**
 * Paths of the leaves that rules read of which the two sides differ: in their text, or because the tenant's files
 * decide a value that they read otherwise. No other leaf can make a difference but by standing in the way.
 */
export const pathsInDispute = (
  inputs: readonly PolicyInput[],
  leaves: readonly Leaf[],
  sides: readonly { readonly policies: PreparedPolicies; readonly config: TenantConfig }[],
): ReadonlySet<string> => {
  const [one, other] = sides;
  if (one === undefined || other === undefined) return new Set();
  const tiers = leaves.find(({ path }) => path === 'tier')?.values ?? ['*'];
  const moved = inputs.filter(({ ofFiles }) =>
    tiers.some(
      (tier) =>
        JSON.stringify(ofFiles?.(one.config, String(tier))) !==
        JSON.stringify(ofFiles?.(other.config, String(tier))),
    ),
  );
  const texts = [
    ...Object.values(one.policies.texts).filter((text) => !textsOf(other).has(text)),
    ...Object.values(other.policies.texts).filter((text) => !textsOf(one).has(text)),
    ...Object.values(one.policies.texts).filter((text) => moved.some(({ id }) => reads(text, id))),
  ];
  // Which bound holds is a matter of the tier.
  const paths = moved.length > 0 ? ['tier'] : [];
  return new Set([
    ...paths,
    ...leaves.map(({ path }) => path).filter((path) => texts.some((text) => reads(text, path))),
  ]);
};

const textsOf = ({ policies }: { readonly policies: PreparedPolicies }): ReadonlySet<string> =>
  new Set(Object.values(policies.texts));

/** Whether a policy's conditions name every part of a path. */
export const reads = (policy: string, path: string): boolean => {
  const conditions = read.get(policy) ?? remember(policy);
  return path.split('.').every((part) => conditions.includes(`"attr":"${part}"`));
};

// Keyed by the text itself; a handful of policies is asked about again and again.
const read = new Map<string, string>();
const MOST_READ = 2000;

const remember = (policy: string): string => {
  const parsed = policyToJson(policy);
  const conditions = parsed.type === 'failure' ? '' : JSON.stringify(parsed.json.conditions);
  if (read.size >= MOST_READ) read.clear();
  read.set(policy, conditions);
  return conditions;
};
