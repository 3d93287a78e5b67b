import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildOf } from '../../../src/act/releases/build.ts';
import { approveRelease, requireCleared } from '../../../src/act/releases/clearance.ts';
import { ensureRelease } from '../../../src/act/releases/move.ts';
import {
  endCanary,
  promoteRelease,
  rollBack,
  stageRelease,
  startCanary,
} from '../../../src/act/releases/verbs.ts';
import { listDecisions, listProposals } from '../../../src/act/settle/read.ts';
import { listCases } from '../../../src/act/cases/case-store.ts';
import { listRounds } from '../../../src/act/cases/round-store.ts';
import { listLedger } from '../../../src/act/ledger/ledger.ts';
import { RetinueError } from '../../../src/domain/errors.ts';
import type { Person } from '../../../src/domain/person.ts';
import { loadRecorded, roundsByMoment } from '../../../src/jobs/release/load-recorded.ts';
import { reviewRelease } from '../../../src/jobs/release/review-release.ts';
import { addMinutes } from '../../../src/domain/time.ts';
import { readTenantFiles } from '../../../src/platform/config/read.ts';
import { configsInForce, currentConfig } from '../../../src/platform/config/store.ts';
import type { OpenDatabase, TenantTx } from '../../../src/platform/db/database.ts';
import { listReleases, releaseStanding } from '../../../src/platform/release/release-store.ts';
import { configFor } from '../../../src/sense/config-for.ts';
import imminentChurn from '../../../src/sample/stories/imminent-churn.ts';
import slowLeak from '../../../src/sample/stories/slow-leak.ts';
import { ANCHOR, foundCompany, type Company } from '../../fixtures/company.ts';
import { changedFiles, stageEdits } from '../../fixtures/releases.ts';
import { testDatabase } from '../../support/database.ts';

let db: OpenDatabase;
beforeAll(async () => {
  db = await testDatabase();
});

const LARGER = [['discountBasisPoints: 2000', 'discountBasisPoints: 2500']] as const;
const found = (tenantId: string): Promise<Company> =>
  foundCompany(db, tenantId, { accounts: [imminentChurn.account, slowLeak.account] });

/** What is decided about an account's proposals in its newest rounds. The task to our own people was done by the first. */
const decided = (company: Company, accountId: string) =>
  company.here(async (tx) => {
    const cases = await listCases(tx, { world: 'live', accountId });
    const rounds = new Map(cases.map(({ id, round }) => [id, round]));
    const proposals = (await listProposals(tx, { accountId })).filter(
      ({ caseId, round, step }) => rounds.get(caseId) === round && step !== 'alert',
    );
    const decisions = await listDecisions(tx, { proposalIds: proposals.map(({ id }) => id) });
    return proposals.map(({ id, step, args }) => {
      const last = decisions.findLast(({ proposalId }) => proposalId === id);
      const rules = last?.reasons.map(({ rule }) => rule);
      return { step, args, verdict: last?.verdict, rules, release: last?.release };
    });
  });

describe('a release', () => {
  test('is made of what is in force by the first run, and of each configuration that is applied', async () => {
    const company = await found('first');
    await company.run(ANCHOR);
    expect(await company.here(listReleases)).toMatchObject([{ id: 1, configVersion: 1 }]);
    await company.reconfigure({ 'playbooks.yaml': LARGER }, ANCHOR);
    // Before it has a release the new configuration holds with its own parts.
    const config = await company.here(currentConfig);
    expect(config.playbooks['churn-save']?.parameters['discountBasisPoints']).toBe(2500);
    await company.tick(addMinutes(ANCHOR, 1));
    expect(await company.here(releaseStanding)).toMatchObject({ release: 2, configVersion: 2 });
    await company.reconfigure({}, ANCHOR);
    await company.tick(addMinutes(ANCHOR, 2));
    expect(await company.here(releaseStanding)).toMatchObject({ release: 1, configVersion: 1 });
  });

  test('is on each decision and round that was made under it', async () => {
    const company = await found('recorded');
    await company.run(ANCHOR);
    const accountId = await company.accountId('granite-energy');
    const decisions = await decided(company, accountId);
    expect(decisions.length).toBeGreaterThan(0);
    expect(decisions.every(({ release }) => release === 1)).toBe(true);
    const [entry] = await company.here((tx) => listCases(tx, { world: 'live', accountId }));
    const rounds = await company.here((tx) => listRounds(tx, entry?.id ?? ''));
    expect(rounds.map(({ release }) => release)).toEqual([1]);
  });

  test('is met anew by a build that brings other prompts; what was rolled back does not come back with a threshold', async () => {
    const company = await found('builds');
    const build = buildOf(company.parts);
    const other = {
      ...build,
      artefacts: build.artefacts.map(({ name, body }) => ({
        name,
        body: { ...(body as object), text: 'Be kind.', hash: 'other' },
      })),
    };
    const promptText = () =>
      company.here(async (tx) => {
        const { main } = await configsInForce(tx);
        return (main.artefacts['prompt/cs'] as { text: string }).text;
      });
    await company.here((tx) => ensureRelease(tx, build, ANCHOR));
    const before = await promptText();
    await company.here((tx) => ensureRelease(tx, other, ANCHOR));
    expect(await promptText()).toBe('Be kind.');
    await company.here((tx) => rollBack(tx, other, null, { by: 'ada', now: ANCHOR }));
    expect(await promptText()).toBe(before);
    await company.here((tx) => ensureRelease(tx, other, ANCHOR));
    await company.reconfigure({ 'playbooks.yaml': LARGER }, ANCHOR);
    await company.here((tx) => ensureRelease(tx, other, ANCHOR));
    expect(await promptText()).toBe(before);
  });

  test('that needs another build is refused, with both builds and what to do', async () => {
    const company = await found('needs');
    const build = buildOf(company.parts);
    await company.here((tx) => ensureRelease(tx, build, ANCHOR));
    const newer = { ...build, id: '9.9.9' };
    await company.here((tx) => ensureRelease(tx, newer, ANCHOR));
    const message = new RegExp(`release 1 needs build ${build.id}, and this is build 9\\.9\\.9`);
    await expect(
      company.here((tx) => rollBack(tx, newer, 1, { by: 'ada', now: ANCHOR })),
    ).rejects.toThrow(message);
    // The older build, started again, runs nothing under a release that it cannot run, until it goes back.
    await expect(company.run(ANCHOR)).rejects.toThrow(/release 2 needs build 9\.9\.9/);
    await company.here((tx) => rollBack(tx, build, 1, { by: 'ada', now: ANCHOR }));
    await expect(company.run(ANCHOR)).resolves.toBeDefined();
  });
});

describe('going back', () => {
  test('restores the decisions as they were, exactly, and leaves policies as they are', async () => {
    const company = await found('back');
    await company.run(ANCHOR);
    const accountId = await company.accountId('granite-energy');
    const before = await decided(company, accountId);
    const staged = await stageEdits(company, {
      'playbooks.yaml': LARGER,
      'tenant.yaml': [['maxPerHour: 60', 'maxPerHour: 7']],
    });
    expect(await company.here(currentConfig)).toMatchObject({ version: 1 });
    const mover = { by: 'ada', now: addMinutes(ANCHOR, 1) };
    const build = buildOf(company.parts);
    await company.here((tx) => promoteRelease(tx, build, staged.id, mover));
    await company.tick(addMinutes(ANCHOR, 1));
    const during = await decided(company, accountId);
    expect(during).not.toEqual(before);
    expect(during.every(({ release }) => release === 2)).toBe(true);
    await company.here((tx) => rollBack(tx, build, null, mover));
    await company.tick(addMinutes(ANCHOR, 2));
    expect(await decided(company, accountId)).toEqual(before);
    expect(await company.here(currentConfig)).toMatchObject({
      version: 2,
      outbox: { maxPerHour: 7 },
    });
    const kinds = (await company.here((tx) => listLedger(tx))).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind.startsWith('release.'))).toEqual([
      'release.applied',
      'release.staged',
      'release.promoted',
      'release.rolled_back',
    ]);
  });

  test('restores which model answers, and leaves what it may cost as it is', async () => {
    const company = await found('model-names');
    const models = () => company.here(async (tx) => (await currentConfig(tx)).models);
    const first = { 'models.yaml': [['# default:', 'default: first-model\n# default:']] } as const;
    await company.reconfigure(first, ANCHOR);
    await company.here((tx) => ensureRelease(tx, buildOf(company.parts), ANCHOR));
    const then = {
      'models.yaml': [
        ['# default:', 'default: second-model\n# default:'],
        ['tokensPerDay: 2000000', 'tokensPerDay: 1000'],
      ],
    } as const;
    await company.reconfigure(then, addMinutes(ANCHOR, 1));
    await company.here((tx) => ensureRelease(tx, buildOf(company.parts), addMinutes(ANCHOR, 1)));
    expect(await models()).toMatchObject({ default: 'second-model', tokensPerDay: 1000 });
    await company.here((tx) =>
      rollBack(tx, buildOf(company.parts), null, { by: 'ada', now: addMinutes(ANCHOR, 2) }),
    );
    expect(await models()).toMatchObject({ default: 'first-model', tokensPerDay: 1000 });
  });

  test('twice goes back two steps; a release that was never in force is promoted instead', async () => {
    const company = await found('steps');
    const build = buildOf(company.parts);
    const mover = { by: 'ada', now: ANCHOR };
    await company.run(ANCHOR);
    for (const [from, to] of [
      ['2000', '2100'],
      ['2100', '2200'],
    ] as const) {
      const edits = { 'playbooks.yaml': [[`Points: ${from}`, `Points: ${to}`]] as const };
      const { id } = await stageEdits(company, edits);
      await company.here((tx) => promoteRelease(tx, build, id, mover));
    }
    const back = async () => (await company.here((tx) => rollBack(tx, build, null, mover))).id;
    expect([await back(), await back()]).toEqual([2, 1]);
    await expect(back()).rejects.toMatchObject({ code: 'release_none_before' });
    const { id } = await stageEdits(company, {
      'playbooks.yaml': [['Points: 2200', 'Points: 2300']],
    });
    await expect(company.here((tx) => rollBack(tx, build, id, mover))).rejects.toMatchObject({
      code: 'release_never_in_force',
    });
  });
});

test('a staged release is not promoted over a configuration that came into force since', async () => {
  const company = await found('outdated');
  await company.run(ANCHOR);
  const { id } = await stageEdits(company, { 'playbooks.yaml': LARGER });
  await company.reconfigure({ 'tenant.yaml': [['suspended: false', 'suspended: true']] }, ANCHOR);
  await company.tick(ANCHOR);
  await expect(
    company.here((tx) =>
      promoteRelease(tx, buildOf(company.parts), id, { by: 'ada', now: ANCHOR }),
    ),
  ).rejects.toThrow(/configuration 3 came into force after release 2 was staged: stage it anew/);
});

test('a canary decides by its own parts for its accounts, by the current switches, and ends with them', async () => {
  const company = await found('canary');
  await company.run(ANCHOR);
  const accountId = await company.accountId('granite-energy');
  const before = await decided(company, accountId);
  const { id } = await stageEdits(company, { 'playbooks.yaml': LARGER });
  const build = buildOf(company.parts);
  const start = (basisPoints: number) =>
    company.here((tx) =>
      startCanary(tx, build, { release: id, basisPoints }, { by: 'ada', now: ANCHOR }),
    );
  await start(10_000);
  await company.tick(addMinutes(ANCHOR, 1));
  const during = await decided(company, accountId);
  const discount = during.find(({ step }) => step === 'save-discount');
  expect(discount).toMatchObject({ args: { basisPoints: 2500 }, release: id });
  await company.reconfigure({ 'tenant.yaml': [['suspended: false', 'suspended: true']] }, ANCHOR);
  await company.tick(addMinutes(ANCHOR, 2));
  expect(await company.here(releaseStanding)).toMatchObject({ canary: null });
  const suspended = await decided(company, accountId);
  expect(suspended.map(({ verdict }) => verdict)).toEqual(before.map(() => 'forbid'));
});

describe('letting a release in', () => {
  const LAX = {
    'approvals.yaml': [['starter: { money: 100.00 USD', 'starter: { money: 900.00 USD']],
  } as const;

  test('that lets more through takes two people besides who staged it, and a flip towards forbid none', async () => {
    const company = await found('gate');
    await company.run(ANCHOR);
    const { parts, tenantId, approvers, admin } = company;
    const staged = await company.here(async (tx) =>
      stageRelease(tx, buildOf(parts), { ...(await changedFiles(company, tx, LAX)), by: admin.id }),
    );
    const review = () =>
      reviewRelease({ db, tenantId, parts, release: staged.id, as: 'promoted', most: 100 });
    const { kinds, generated } = await review();
    expect(kinds).toContainEqual(expect.stringMatching(/escalate → permit .*−proposals\.money/));
    expect(generated.flips[0]?.example).toMatchObject({ tier: 'starter' });
    const clear = (alone?: string) =>
      company.here((tx) =>
        requireCleared(tx, { release: staged.id, kinds, by: admin, alone, now: ANCHOR }),
      );
    const approve = (person: Person) =>
      company.here((tx) => approveRelease(tx, { release: staged.id, kinds, person, now: ANCHOR }));
    await expect(clear()).rejects.toMatchObject({ code: 'release_needs_approval' });
    await expect(clear('nobody is here')).rejects.toMatchObject({ code: 'release_not_alone' });
    await expect(approve(admin)).rejects.toMatchObject({ code: 'approval_forbidden' });
    await approve(approvers[0]);
    await expect(approve(approvers[0])).rejects.toMatchObject({ code: 'already_voted' });
    await expect(clear()).rejects.toThrow(/1 of 2 people have approved it/);
    await approve(approvers[1]);
    await clear();
    // What was approved is these kinds and no others.
    await expect(
      company.here((tx) =>
        requireCleared(tx, {
          release: staged.id,
          kinds: [...kinds, 'another'],
          by: admin,
          alone: undefined,
          now: ANCHOR,
        }),
      ),
    ).rejects.toMatchObject({ code: 'release_needs_approval' });
  });

  test('replays what was recorded: what flips, from what to what, and what would be done otherwise', async () => {
    const company = await found('replayed');
    await company.run(ANCHOR);
    const { parts, tenantId } = company;
    const staged = await stageEdits(company, {
      'playbooks.yaml': [...LARGER, ['criticalFrom: 75', 'criticalFrom: 100']],
    });
    const labels: string[] = [];
    const diff = await reviewRelease({
      ...{ db, tenantId, parts, release: staged.id, as: 'promoted', most: 100 },
      onProgress: ({ label }) => labels.push(label),
    });
    const accountId = await company.accountId('granite-energy');
    expect(diff.flips).toEqual([
      expect.objectContaining({
        accountId,
        action: 'offer_save_discount',
        before: 'escalate',
        after: 'none',
        towardsPermit: false,
      }),
    ]);
    expect(diff.kinds).toEqual([]);
    expect(labels).toContain('replay recorded cases');
    // Nothing that was filed is left out.
    const recorded = await company.here(async (tx) => {
      const [group] = await roundsByMoment(tx, 100);
      return loadRecorded(tx, group ?? [], { parts, config: await currentConfig(tx) });
    });
    expect(recorded.length).toBeGreaterThan(0);
    const filed = recorded.flatMap(({ proposals }) => proposals);
    expect(diff.decisions).toBeGreaterThanOrEqual(filed.length);
  });
});

test('one tenant sees and moves nothing of another', async () => {
  const [one, two] = [await found('mine'), await found('yours')];
  await one.run(ANCHOR);
  expect(await two.here(listReleases)).toEqual([]);
  await two.run(ANCHOR);
  await one.reconfigure({ 'playbooks.yaml': LARGER }, ANCHOR);
  await one.tick(ANCHOR);
  expect(await two.here(releaseStanding)).toMatchObject({ release: 1 });
});

/** What somebody may do to releases, `pick` choosing among those that there are. */
type Move =
  | { readonly does: 'stage'; readonly discount: number }
  | { readonly does: 'promote' | 'roll back to' | 'canary'; readonly pick: number }
  | { readonly does: 'roll back' | 'end canary' };

const anyMove: fc.Arbitrary<Move> = fc.oneof(
  fc.record({ does: fc.constant('stage' as const), discount: fc.integer({ min: 10, max: 30 }) }),
  fc.record({
    does: fc.constantFrom('promote', 'roll back to', 'canary'),
    pick: fc.nat(20),
  }),
  fc.record({ does: fc.constantFrom('roll back', 'end canary') }),
);

test('whatever is staged, promoted, tried and left again, one release is in force, and a step back restores it', async () => {
  const company = await foundCompany(db, 'any-moves', { accounts: [slowLeak.account] });
  const build = buildOf(company.parts);
  const mover = { by: 'ada', now: ANCHOR };
  const accountId = await company.accountId(slowLeak.account.id);
  await company.here((tx) => ensureRelease(tx, build, ANCHOR));
  const base = await company.here((tx) => changedFiles(company, tx, {}));
  const discountOf = (config: {
    readonly playbooks: Readonly<Record<string, { readonly parameters: unknown }>>;
  }) =>
    (config.playbooks['churn-save']?.parameters as { discountBasisPoints: number })
      .discountBasisPoints;
  const move = async (tx: TenantTx, wanted: Move): Promise<unknown> => {
    const releases = await listReleases(tx);
    const picked = 'pick' in wanted ? (releases[wanted.pick % releases.length]?.id ?? 0) : 0;
    switch (wanted.does) {
      case 'stage': {
        const [from, to] = [LARGER[0][0], `discountBasisPoints: ${wanted.discount * 100}`];
        const text = base.files['playbooks.yaml']?.replaceAll(from, to) ?? '';
        const read = readTenantFiles({ ...base.files, 'playbooks.yaml': text }, company.parts);
        if (!read.ok) throw new Error(JSON.stringify(read.faults));
        return stageRelease(tx, build, { ...mover, files: read.files, config: read.config });
      }
      case 'promote':
        return promoteRelease(tx, build, picked, mover);
      case 'canary':
        return startCanary(tx, build, { release: picked, basisPoints: 5000 }, mover);
      case 'end canary':
        return endCanary(tx, mover);
      case 'roll back to':
        return rollBack(tx, build, picked, mover);
      case 'roll back':
        return rollBack(tx, build, null, mover);
    }
  };
  const inForce = () =>
    company.here(async (tx) => {
      const { applied, main, canary } = await configsInForce(tx);
      return { applied, main, canary };
    });
  /** By release, the discount with which it was in force first. */
  const decidedWith = new Map<number, number>();
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(anyMove, { minLength: 1, maxLength: 6 }), async (moves) => {
      for (const wanted of moves) {
        const before = await inForce();
        const refused = await company
          .here((tx) => move(tx, wanted))
          .then(() => false)
          .catch((error: unknown) => {
            if (!(error instanceof RetinueError) || error.family !== 'input') throw error;
            return true;
          });
        const after = await inForce();
        const { release } = await company.here((tx) => releaseStanding(tx));
        if (release === null) throw new Error('no release is in force');
        expect(after.main.config.release).toBe(release);
        if (refused) expect(after).toEqual(before);
        else taken += 1;
        // Going back moves the pointer alone: configuration, policies and switches stay the current ones.
        if (wanted.does !== 'promote') expect(after.applied.version).toBe(before.applied.version);
        const discount = discountOf(after.main.config);
        expect(discount).toBe(decidedWith.get(release) ?? discount);
        decidedWith.set(release, discount);
        const { release: ofAccount } = await company.here((tx) => configFor(tx, accountId));
        expect([release, after.canary?.release]).toContain(ofAccount);
      }
    }),
    { numRuns: 40, seed: 20261122 },
  );
  expect(decidedWith.size).toBeGreaterThan(2);
  expect(taken).toBeGreaterThan(40);
});
