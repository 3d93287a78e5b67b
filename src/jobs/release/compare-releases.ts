import { setImmediate } from 'node:timers/promises';
import { rungsInForce } from '../../act/autonomy/autonomy.ts';
import { guardDeclarations } from '../../act/guards/declarations.ts';
import { languagesAmong } from '../../act/outbox/preferences.ts';
import { suppressedAmong } from '../../act/outbox/suppression.ts';
import { canonicalJson, type Json } from '../../domain/json.ts';
import type { TenantConfig } from '../../domain/tenant.ts';
import type { Parts } from '../../parts.ts';
import { listPeople } from '../../platform/auth/people.ts';
import type { Database, TenantTx } from '../../platform/db/database.ts';
import { comparePolicies, compareStrength, type PolicyComparison } from '../../policies/compare.ts';
import { preparePolicies } from '../../policies/prepare.ts';
import contact from '../../sense/state/contact.ts';
import type { Progress } from '../line/line-run.ts';
import { loadRecorded, roundsByMoment } from './load-recorded.ts';
import {
  replayRound,
  type Outcome,
  type RecordedRound,
  type ReplayKit,
  type Side,
} from './recorded.ts';

/** A decision that comes out otherwise under the other release. */
export interface RecordedFlip {
  readonly accountId: string;
  readonly caseId: string;
  readonly round: number;
  readonly playbook: string;
  readonly step: string;
  readonly action: string;
  /** `none`: it is not proposed. */
  readonly before: string;
  readonly after: string;
  /** Rules of the side that lets less through. */
  readonly rules: readonly string[];
  readonly towardsPermit: boolean;
}

export interface ReleaseDiff {
  readonly rounds: number;
  readonly decisions: number;
  readonly flips: readonly RecordedFlip[];
  /** Decided alike, and something else would be done: another discount, other words. */
  readonly changed: number;
  readonly generated: PolicyComparison;
  /** Kinds of decision that would let more through, for people who approve them. */
  readonly kinds: readonly string[];
}

export interface CompareRequest {
  readonly db: Database;
  readonly tenantId: string;
  readonly parts: Parts;
  readonly before: TenantConfig;
  readonly after: TenantConfig;
  /** Newest recorded rounds; none compares the policies alone. */
  readonly most: number;
  readonly onProgress?: ((step: Progress) => void) | undefined;
}

/**
 * Replays recorded rounds under two configurations with the parts that their releases pin, and asks both policy sets
 * about generated cases. Reads only. Autonomy is that of then where it was recorded; people, suppressions and declared
 * guards are those of now, for both sides alike.
 */
export const compareReleases = async (request: CompareRequest): Promise<ReleaseDiff> => {
  const before = sideOf(request.parts, request.before);
  const after = sideOf(request.parts, request.after);
  const recorded = await replayAll(request, before, after);
  const generated = await askBoth(request, before, after);
  return { ...recorded, generated, kinds: kindsOf(recorded.flips, generated) };
};

const sideOf = (parts: Parts, config: TenantConfig): Side => ({
  config,
  policies: preparePolicies(parts.policies, {
    tenantFiles: config.policies,
    actions: parts.actTools.map(({ id }) => id),
  }),
});

type Replayed = Pick<ReleaseDiff, 'rounds' | 'decisions' | 'flips' | 'changed'>;

const replayAll = async (request: CompareRequest, before: Side, after: Side): Promise<Replayed> => {
  const { db, tenantId, parts, most, onProgress } = request;
  const groups = most === 0 ? [] : await db.withTenant(tenantId, (tx) => roundsByMoment(tx, most));
  const total = groups.reduce((sum, group) => sum + group.length, 0);
  const found = { rounds: 0, decisions: 0, changed: 0, flips: [] as RecordedFlip[] };
  for (const group of groups) {
    onProgress?.({ label: 'replay recorded cases', done: found.rounds, total });
    await db.withTenant(tenantId, async (tx) => {
      const recorded = await loadRecorded(tx, group, { parts, config: before.config });
      const kit = await kitOf(tx, request, recorded);
      for (const one of recorded) compareRound(kit, one, before, after, found);
    });
    found.rounds += group.length;
  }
  return found;
};

const kitOf = async (
  tx: TenantTx,
  { parts, before, after }: CompareRequest,
  recorded: readonly RecordedRound[],
): Promise<ReplayKit> => {
  const emails = recorded.flatMap(({ view }) =>
    view.current(contact).map(({ data }) => data.email),
  );
  const rungs = new Map([
    [before, await rungsInForce(tx, before)],
    [after, await rungsInForce(tx, after)],
  ]);
  const ratesAlike = sameJson(before.scores, after.scores);
  return {
    ...{ parts, ratesAlike, people: await listPeople(tx) },
    declarations: await guardDeclarations(tx),
    languages: await languagesAmong(tx, emails),
    suppressed: await suppressedAmong(tx, emails),
    rung: (config) => rungs.get(config) ?? (() => 'observe'),
  };
};

const sameJson = (a: unknown, b: unknown): boolean =>
  canonicalJson(a as Json) === canonicalJson(b as Json);

const NOT_PROPOSED = { verdict: 'none', rules: [], quorum: 0, approvers: [], action: '' } as const;

const compareRound = (
  kit: ReplayKit,
  recorded: RecordedRound,
  before: Side,
  after: Side,
  found: { decisions: number; changed: number; readonly flips: RecordedFlip[] },
): void => {
  const was = byStep(replayRound(kit, recorded, before));
  const is = byStep(replayRound(kit, recorded, after));
  for (const key of new Set([...was.keys(), ...is.keys()])) {
    const [one, other] = [was.get(key) ?? NOT_PROPOSED, is.get(key) ?? NOT_PROPOSED];
    const { step = '', tool = '' } = was.get(key) ?? is.get(key) ?? {};
    const direction = compareStrength(one, other);
    found.decisions += 1;
    if (direction === 0 && one.action !== other.action) found.changed += 1;
    if (direction === 0) continue;
    const { id: caseId, accountId, playbook } = recorded.entry;
    found.flips.push({
      ...{ accountId, caseId, round: recorded.round.round, playbook, step, action: tool },
      ...{ before: wordFor(one), after: wordFor(other), towardsPermit: direction > 0 },
      rules: direction > 0 ? one.rules : other.rules,
    });
  }
};

const byStep = (outcomes: readonly Outcome[]): ReadonlyMap<string, Outcome> =>
  new Map(outcomes.map((outcome) => [`${outcome.step}/${outcome.tool}`, outcome]));

const wordFor = ({
  verdict,
  quorum,
}: {
  readonly verdict: string;
  readonly quorum: number;
}): string => (quorum > 1 ? `${verdict} to ${quorum}` : verdict);

/** Two sets that are one, under the same files, need no asking. */
const askBoth = async (
  { parts, onProgress }: CompareRequest,
  before: Side,
  after: Side,
): Promise<PolicyComparison> => {
  const { inputs } = parts.policies;
  const settings = ({ config }: Side) => inputs.map(({ values }) => values?.(config) ?? null);
  const files = ({ config }: Side) =>
    Object.keys(config.approvals.thresholds).map((tier) =>
      inputs.map(({ ofFiles }) => ofFiles?.(config, tier) ?? null),
    );
  const isSame =
    before.policies.version === after.policies.version &&
    sameJson([settings(before), files(before)], [settings(after), files(after)]);
  if (isSame) return { cases: 0, flips: [] };
  const actions = parts.actTools.map(({ id }) => id);
  const asking = comparePolicies(inputs, actions, before, after);
  for (;;) {
    const step = asking.next();
    if (step.done === true) return step.value;
    onProgress?.({ label: 'ask both policy sets', ...step.value });
    // A server that does this answers others meanwhile.
    await setImmediate();
  }
};

const kindsOf = (
  flips: readonly RecordedFlip[],
  { flips: generated }: PolicyComparison,
): string[] =>
  [
    ...new Set([
      ...flips
        .filter(({ towardsPermit }) => towardsPermit)
        .map(
          ({ playbook, action, before, after }) => `${playbook}/${action}: ${before} → ${after}`,
        ),
      ...generated
        .filter(({ towardsPermit }) => towardsPermit)
        .map(
          ({ action, anyOther, before, after, rules }) =>
            `${anyOther ? 'any action' : action}: ${before} → ${after} (${rules.join(', ')})`,
        ),
    ]),
  ].sort();
