import { readFile } from 'node:fs/promises';
import { parse as parseYaml } from 'yaml';
import { loadParts, type Parts } from '../../src/parts.ts';
import { splitPolicies, type NamedPolicy } from '../../src/platform/cedar.ts';
import { decide, type Eligible, type PolicyOutcome } from '../../src/policies/decide.ts';
import type { PolicyRequest, PolicyValue } from '../../src/policies/define.ts';
import { preparePolicies, type PreparedPolicies } from '../../src/policies/prepare.ts';
import { policyRequest } from '../../src/policies/request.ts';
import { aQuestion } from '../../test/policies/question.ts';
import { defineSuite, type EvalKit, type Judged, type SuiteResult } from '../define.ts';
import { mutantsOf, type Mutant } from '../policy-mutants.ts';

interface Asked {
  readonly title: string;
  readonly action?: string;
  readonly context?: Readonly<Record<string, PolicyValue>>;
  readonly expect: PolicyOutcome['verdict'];
  /** Those that stand against it; of a permit none are looked at. */
  readonly rules?: readonly string[];
  readonly approvers?: readonly string[];
  readonly quorum?: number;
}

interface Dataset {
  readonly usual: Required<Pick<Asked, 'action' | 'context'>>;
  readonly cases: readonly Asked[];
}

const TENANT_FILE = 'lumenboard.cedar';

/** Enough people of every role that one of them could lift it. */
const EVERYBODY: readonly Eligible[] = ['approver', 'approver', 'admin', 'admin'].map((role) => ({
  roles: [role],
}));

export default defineSuite({
  id: 'policy',
  title:
    'What the policies let through, stop, and hand to a person; and what becomes of policies with a mistake in them',
  mustFail: () => [
    judgeCase({ title: 'an act that is permitted and should not be', expect: 'forbid' }, PERMITTED),
    judgeCase(
      {
        title: 'an act that is stopped by another rule',
        expect: 'forbid',
        rules: ['base.consent'],
      },
      { ...PERMITTED, verdict: 'forbid', reasons: [{ rule: 'base.holdout', text: '' }] },
    ),
    judgeMutant({ policy: 'base.consent', change: 'left out', text: null }, null),
  ],
  run: async ({ onProgress }) => {
    const parts = await loadParts();
    const { usual, cases } = await readDataset();
    const sources = await readSources(parts);
    const asked = cases.map((one) => ({ one, request: requestOf(parts, usual, one) }));
    const whole = prepare(parts, sources);
    const gold = asked.map(({ one, request }) => judgeCase(one, ask(whole, request)));
    const mutants = await tryMutants(parts, sources, asked, onProgress);
    return resultOf(cases, gold, mutants);
  },
});

const PERMITTED: PolicyOutcome = { verdict: 'permit', reasons: [], approvers: [], quorum: 0 };

const readDataset = async (): Promise<Dataset> =>
  parseYaml(await readFile(new URL('../datasets/policy.yaml', import.meta.url), 'utf8')) as Dataset;

/** By file: ours, and the sample company's own. */
const readSources = async (parts: Parts): Promise<ReadonlyMap<string, readonly NamedPolicy[]>> => {
  const file = new URL(`../../tenants/lumenboard/policies/${TENANT_FILE}`, import.meta.url);
  const texts = { ...parts.policies.files, [TENANT_FILE]: await readFile(file, 'utf8') };
  return new Map(Object.entries(texts).map(([name, text]) => [name, splitPolicies(text).policies]));
};

const requestOf = (parts: Parts, usual: Dataset['usual'], one: Asked): PolicyRequest => {
  const { context, ...request } = policyRequest(parts.policies.inputs, aQuestion());
  const changed = merged(merged(context, usual.context), one.context ?? {});
  return { ...request, action: one.action ?? usual.action, context: changed };
};

type Context = PolicyRequest['context'];

/** A dataset that names an input which does not exist would test nothing. */
const merged = (context: Context, changes: Context): Context => {
  const stranger = Object.keys(changes).find((key) => !Object.hasOwn(context, key));
  if (stranger !== undefined) throw new Error(`there is no policy input \`${stranger}\``);
  return {
    ...context,
    ...Object.fromEntries(
      Object.entries(changes).map(([key, value]) => {
        const usual = context[key];
        const both = isRecord(value) && isRecord(usual);
        return [key, both ? (merged(usual, value) as PolicyValue) : value];
      }),
    ),
  };
};

const isRecord = (value: PolicyValue | undefined): value is Readonly<Record<string, boolean>> =>
  typeof value === 'object' && !Array.isArray(value);

const prepare = (
  parts: Parts,
  sources: ReadonlyMap<string, readonly NamedPolicy[]>,
): PreparedPolicies => {
  const texts = Object.fromEntries(
    [...sources].map(([file, policies]) => [file, policies.map(({ text }) => text).join('\n')]),
  );
  const { [TENANT_FILE]: ofTenant = '', ...files } = texts;
  return preparePolicies(
    { ...parts.policies, files },
    { tenantFiles: { [TENANT_FILE]: ofTenant }, actions: parts.actTools.map(({ id }) => id) },
  );
};

const ask = (policies: PreparedPolicies, request: PolicyRequest): PolicyOutcome =>
  decide(policies, request, { eligible: EVERYBODY });

const rulesIn = ({ reasons }: PolicyOutcome): string[] => reasons.map(({ rule }) => rule).sort();

const judgeCase = (one: Asked, outcome: PolicyOutcome): Judged => {
  const rules = rulesIn(outcome);
  const differs = (what: string, wanted: string | undefined, got: string): string[] =>
    wanted === undefined || wanted === got ? [] : [`${what} should be ${wanted}, and is ${got}`];
  const listed = (words: readonly string[]): string => words.toSorted().join(', ');
  return {
    id: one.title,
    title: one.title,
    faults: [
      ...differs('the verdict', one.expect, outcome.verdict),
      ...differs('what stands against it', one.rules && listed(one.rules), listed(rules)),
      ...differs(
        'who may lift it',
        one.approvers && listed(one.approvers),
        listed(outcome.approvers),
      ),
      ...differs('how many have to', one.quorum?.toString(), outcome.quorum.toString()),
    ],
    shown: { verdict: outcome.verdict, rules: listed(rules) },
  };
};

/** Told apart by anything that a decision records. */
const toldBy = (outcome: PolicyOutcome): string =>
  JSON.stringify([
    outcome.verdict,
    rulesIn(outcome),
    [...outcome.approvers].sort(),
    outcome.quorum,
  ]);

interface Tried {
  readonly mutant: Mutant;
  /** Which case tells it from the real one, or that it is refused as a policy set; `null`: nothing does. */
  readonly caughtBy: string | null;
}

const tryMutants = async (
  parts: Parts,
  sources: ReadonlyMap<string, readonly NamedPolicy[]>,
  asked: readonly { readonly one: Asked; readonly request: PolicyRequest }[],
  onProgress: EvalKit['onProgress'],
): Promise<readonly Tried[]> => {
  const whole = prepare(parts, sources);
  const usual = asked.map(({ request }) => toldBy(ask(whole, request)));
  const all = [...sources].flatMap(([file, policies]) =>
    policies.flatMap((policy) => mutantsOf(policy).map((mutant) => ({ file, mutant }))),
  );
  const tried: Tried[] = [];
  for (const { file, mutant } of all) {
    const changed = new Map(sources).set(file, withMutant(sources.get(file) ?? [], mutant));
    tried.push({ mutant, caughtBy: caughtBy(() => prepare(parts, changed), asked, usual) });
    onProgress({ label: 'trying policies with a mistake', done: tried.length, total: all.length });
    await new Promise(setImmediate);
  }
  return tried;
};

const withMutant = (policies: readonly NamedPolicy[], mutant: Mutant): readonly NamedPolicy[] =>
  policies.flatMap((policy) => {
    if (policy.id !== mutant.policy) return [policy];
    return mutant.text === null ? [] : [{ ...policy, text: mutant.text }];
  });

const caughtBy = (
  prepared: () => PreparedPolicies,
  asked: readonly { readonly one: Asked; readonly request: PolicyRequest }[],
  usual: readonly string[],
): string | null => {
  let policies: PreparedPolicies;
  try {
    policies = prepared();
  } catch (error) {
    return `refused as a policy set: ${error instanceof Error ? error.message : String(error)}`;
  }
  const telling = asked.find(
    ({ request }, index) => toldBy(ask(policies, request)) !== usual[index],
  );
  return telling?.one.title ?? null;
};

const judgeMutant = (mutant: Mutant, caught: string | null): Judged => ({
  id: `${mutant.policy}: ${mutant.change}`,
  title: `${mutant.policy}: ${mutant.change}`,
  faults: caught === null ? ['no case tells it from the policy as it should be'] : [],
  shown: { verdict: 'a mistake put in', rules: caught === null ? '' : `caught by: ${caught}` },
});

const resultOf = (
  cases: readonly Asked[],
  gold: readonly Judged[],
  tried: readonly Tried[],
): SuiteResult => {
  const good = (expect: Asked['expect']): number => {
    const those = gold.filter((_, index) => cases[index]?.expect === expect);
    return those.filter(({ faults }) => faults.length === 0).length / those.length;
  };
  const mutants = tried.map(({ mutant, caughtBy: caught }) => judgeMutant(mutant, caught));
  const caught = mutants.filter(({ faults }) => faults.length === 0).length;
  return {
    judged: [...gold, ...mutants],
    scores: {
      goldPermitted: good('permit'),
      handedToPeople: good('escalate'),
      forbiddenStopped: good('forbid'),
      mistakesCaught: caught / mutants.length,
    },
    tables: [
      {
        title: 'policies with a mistake put in',
        head: ['put in', 'caught by a case', 'refused as a policy set', 'not caught'],
        rows: [
          [
            String(mutants.length),
            String(tried.filter((one) => one.caughtBy?.startsWith('refused') === false).length),
            String(tried.filter((one) => one.caughtBy?.startsWith('refused')).length),
            String(mutants.length - caught),
          ],
        ],
      },
    ],
  };
};
