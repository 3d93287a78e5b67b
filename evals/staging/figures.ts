import { addDays, dayIn } from '../../src/domain/time.ts';
import { SAMPLE_NOW, type KnownAccount, type Sample } from './sample.ts';

/** What has to stand in an answer, worked out of the database and of the stories, and a sentence that says it. */
export interface Figure {
  readonly texts: readonly string[];
  readonly sentence: string;
}

type Planted = Sample['planted'] extends ReadonlyMap<string, infer One> ? One : never;

type OfAccount = (account: Planted, sample: Sample) => Figure;
type OfAll = (sample: Sample) => Figure;

const score =
  (id: string, title: string): OfAccount =>
  ({ scores }) => {
    const value = String(Math.round(scores[id]?.value ?? -1));
    return { texts: [value], sentence: `${title} ${value} of 100` };
  };

const fact = ({ facts }: KnownAccount, id: string): unknown => facts[id]?.value ?? null;

const dollars = (account: KnownAccount): string => {
  const { minor } = fact(account, 'arr') as { readonly minor: number };
  return `$${(minor / 100).toLocaleString('en-US')}`;
};

/** An amount that is the account’s own. */
export const arrOf = dollars;

const told = (text: string, title: string): Figure => ({
  texts: [text],
  sentence: `${title} ${text}`,
});

const renewalOf = (account: KnownAccount): string =>
  (fact(account, 'renewals') as readonly { readonly renewsOn: string }[] | null)?.[0]?.renewsOn ??
  'never';

/** Figures of one account, by the names that the questions give them. */
const OF_ACCOUNT: Readonly<Record<string, OfAccount>> = {
  churn_risk: score('churn_risk', 'churn risk'),
  health: score('health', 'health'),
  renewal_rating: score('renewal_rating', 'renewal rating'),
  churn_tier: ({ scores }) => told(scores['churn_risk']?.tier ?? 'no tier', 'churn risk'),
  arr: (account) => told(dollars(account), 'ARR'),
  renewal: (account) => told(renewalOf(account), 'renews'),
  seats: (account) => told(String(fact(account, 'seats')), 'seats:'),
  payment: (account) => told(String(fact(account, 'payment_status')), 'payment is'),
  plan: (account) => told(String(fact(account, 'plan')), 'plan:'),
  owner: (account, { config }) =>
    told(
      config.owners.find(({ id }) => id === fact(account, 'owner'))?.name ?? 'nobody',
      'owned by',
    ),
  proposals: ({ accountId }, { proposals }) => {
    const waiting = proposals.find(
      (one) =>
        one.accountId === accountId && one.preview.outward && one.status === 'pending_approval',
    );
    return told(waiting?.preview.summary ?? 'no proposal waits', 'it waits:');
  },
  cases: ({ accountId }, { cases }) =>
    told(cases.find((one) => one.accountId === accountId)?.id ?? 'no case is open', 'case'),
  billing_guard: (account) =>
    told(fact(account, 'payment_status') === 'past_due' ? 'blocked' : 'clear', 'billing:'),
  incident_guard: ({ blueprint }) =>
    told(
      blueprint.incidents?.some(({ resolvedDaysAgo }) => resolvedDaysAgo === undefined) === true
        ? 'blocked'
        : 'clear',
      'incident:',
    ),
  contact: ({ blueprint }) => told(blueprint.contacts[0]?.name ?? 'nobody', 'talk to'),
  tickets: ({ blueprint }) => told(blueprint.tickets?.[0]?.subject ?? 'nothing', 'they wrote:'),
};

const count = (sample: Sample, title: string, which: (one: KnownAccount) => boolean): Figure =>
  told(String(sample.accounts.filter(which).length), title);

const isCritical = ({ scores }: KnownAccount): boolean => scores['churn_risk']?.tier === 'critical';

const renewsWithin = (account: KnownAccount, until: string): boolean =>
  ((fact(account, 'renewals') as readonly { readonly renewsOn: string }[] | null) ?? []).some(
    ({ renewsOn }) => renewsOn <= until,
  );

const isRisky = ({ scores }: KnownAccount): boolean =>
  ['high', 'critical'].includes(scores['churn_risk']?.tier ?? '') ||
  scores['renewal_rating']?.tier === 'declining';

/** Figures of the whole company. */
const OF_ALL: Readonly<Record<string, OfAll>> = {
  critical_count: (sample) => count(sample, 'critical:', isCritical),
  critical_names: ({ accounts }) => {
    const names = accounts.filter(isCritical).map(({ name }) => name);
    return { texts: names, sentence: `critical: ${names.join(', ')}` };
  },
  ready_count: (sample) => count(sample, 'ready:', (one) => fact(one, 'expansion_ready') === true),
  renewals_30: (sample) => {
    const until = addDays(dayIn(sample.config.zone, SAMPLE_NOW), 30);
    return count(sample, 'renewals:', (one) => renewsWithin(one, until));
  },
  risky_renewals_2026: (sample) =>
    count(sample, 'renewals at risk:', (one) => isRisky(one) && renewsWithin(one, '2026-12-31')),
  approvals: ({ approvals }) => told(String(approvals.length), 'waiting:'),
  tasks: ({ tasks }) =>
    tasks.length === 0
      ? { texts: ['No task'], sentence: 'No task is open' }
      : told(String(tasks.length), 'tasks:'),
};

/** Throws for a name that nothing stands behind: a figure that is not worked out would be in every answer. */
export const figureOf = (name: string, account: Planted | null, sample: Sample): Figure => {
  const ofAll = OF_ALL[name];
  if (ofAll !== undefined) return ofAll(sample);
  const ofAccount = OF_ACCOUNT[name];
  if (ofAccount === undefined || account === null)
    throw new Error(`chat.yaml asks for \`${name}\`, which nothing works out`);
  return ofAccount(account, sample);
};
