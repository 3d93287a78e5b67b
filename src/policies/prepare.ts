import { configError } from '../domain/errors.ts';
import { digest } from '../domain/identifiers.ts';
import { byId, splitPolicies, validatePolicies, type NamedPolicy } from '../platform/cedar.ts';
import type { PackagedPolicies } from './define.ts';
import { readRule, ruleFaults, withLift, type Rule } from './rule.ts';
import { generateSchema } from './schema.ts';

/** A policy set that passed every check: plain data, from which any process can ask again. */
export interface PreparedPolicies {
  /** Hash of the schema and of every policy's text as it is evaluated. */
  readonly version: string;
  readonly schema: string;
  /** Cedar text by policy id. */
  readonly texts: Readonly<Record<string, string>>;
  readonly rules: ReadonlyMap<string, Rule>;
}

export interface PolicySources {
  /** The tenant's files by name. `proposals.cedar` takes the place of ours; `base.cedar` is refused. */
  readonly tenantFiles: Readonly<Record<string, string>>;
  /** Ids of the act tools. */
  readonly actions: readonly string[];
}

/** Every fault of the set that the packaged policies and a tenant's files make together; none when it is good. */
export const checkPolicies = (packaged: PackagedPolicies, sources: PolicySources): string[] => [
  ...assemble(packaged, sources).faults,
];

/**
 * The policy set of a tenant, ready to be asked. Throws a config error that lists every fault: a set with one is
 * never used in part, because Cedar skips a rule that fails, a forbid included.
 */
export const preparePolicies = (
  packaged: PackagedPolicies,
  sources: PolicySources,
): PreparedPolicies => {
  const key = digest([packaged.files, sources.tenantFiles, [...sources.actions].sort()]);
  const known = prepared.get(key);
  if (known !== undefined) return known;
  const { faults, policies, schema } = assemble(packaged, sources);
  if (faults.length > 0) {
    throw configError('policies_invalid', `the policies cannot be used: ${faults.join('; ')}`, {
      faults,
    });
  }
  const set = preparedFrom(schema, policies);
  remember(key, set);
  return set;
};

/** The set as stored with a decision, ready to be asked again. */
export const restorePolicies = (
  schema: string,
  texts: Readonly<Record<string, string>>,
): PreparedPolicies =>
  preparedFrom(
    schema,
    Object.values(texts).flatMap((text) => splitPolicies(text).policies),
  );

const preparedFrom = (schema: string, policies: readonly NamedPolicy[]): PreparedPolicies => {
  const texts = byId(policies);
  return {
    version: digest({ schema, texts }),
    schema,
    texts,
    rules: new Map(policies.map((policy) => [policy.id, readRule(policy)])),
  };
};

const CACHED_SETS = 64;
// Keyed by content, so what it holds never goes stale; bounded, because tenants and versions are not.
const prepared = new Map<string, PreparedPolicies>();

const remember = (key: string, set: PreparedPolicies): void => {
  prepared.set(key, set);
  const oldest = prepared.keys().next().value;
  if (prepared.size > CACHED_SETS && oldest !== undefined) prepared.delete(oldest);
};

const BASE = 'base.cedar';

interface Assembled {
  readonly faults: readonly string[];
  readonly policies: readonly NamedPolicy[];
  readonly schema: string;
}

const assemble = (
  packaged: PackagedPolicies,
  { tenantFiles, actions }: PolicySources,
): Assembled => {
  const schema = generateSchema(packaged.inputs, actions);
  const { [BASE]: ofTenant, ...allowed } = tenantFiles;
  const faults =
    ofTenant === undefined ? [] : ['`base.cedar` is ours: give your file another name'];
  const read = Object.entries({ ...packaged.files, ...allowed }).map(([file, text]) =>
    readFile(file, text),
  );
  faults.push(
    ...read.flatMap((file) => file.faults),
    ...clashes(read.map(({ policies }) => policies)),
  );
  const policies = read.flatMap((file) => file.policies);
  if (faults.length > 0) return { faults, policies, schema };
  const lifted = policies.map(withLift);
  return {
    faults: validatePolicies(lifted, schema).map(({ message }) => message),
    policies: lifted,
    schema,
  };
};

const readFile = (file: string, text: string) => {
  const { policies, faults } = splitPolicies(text);
  const permits = file === BASE ? policies.filter(({ effect }) => effect === 'permit') : [];
  return {
    policies,
    faults: [
      ...faults.map(({ line, message }) => `${file}${line === null ? '' : `:${line}`}: ${message}`),
      ...policies.flatMap(ruleFaults).map((fault) => `${file}: ${fault}`),
      ...permits.map(({ id }) => `${file}: \`${id}\` permits, and the base set only forbids`),
    ],
  };
};

/** Two files with a policy of one id: the second would silently take the place of the first. */
const clashes = (files: readonly (readonly NamedPolicy[])[]): string[] => {
  const ids = files.flatMap((policies) => [...new Set(policies.map(({ id }) => id))]);
  return [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))].map(
    (id) => `two files have a policy called \`${id}\`: give each its own @id`,
  );
};
