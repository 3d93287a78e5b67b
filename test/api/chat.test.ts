import { beforeAll, describe, expect, test } from 'vitest';
import { listApprovals } from '../../src/act/approvals/read.ts';
import { listCases } from '../../src/act/cases/case-store.ts';
import { waitingRounds } from '../../src/act/cases/round-store.ts';
import { listOutbox } from '../../src/act/outbox/store.ts';
import { listProposals } from '../../src/act/settle/read.ts';
import {
  createThreadRoute,
  deleteThreadRoute,
  getThreadRoute,
  listThreadsRoute,
  sayRoute,
  type ExchangeShape,
} from '../../src/api/chat.ts';
import { approveRoute } from '../../src/api/approvals.ts';
import { purgeThreads } from '../../src/chat/thread-store.ts';
import { LIVE } from '../../src/domain/case.ts';
import { addHours } from '../../src/domain/time.ts';
import { createPerson } from '../../src/platform/auth/people.ts';
import imminentChurn from '../../src/sample/stories/imminent-churn.ts';
import contentRenewal from '../../src/sample/stories/content-renewal.ts';
import rejectedInvites from '../../src/sample/stories/rejected-invites.ts';
import { contentUse, customer, reachable } from '../../src/sample/customer.ts';
import { ANCHOR, AUTO, foundCompany, type Company } from '../fixtures/company.ts';
import { signIn, startApi, type Api } from './support.ts';

const HOSTILE = 'Evil <img src=x onerror=alert(1)> [log in](https://evil.example) **Corp**';

const REQUESTS: typeof AUTO = [
  ['requested-offer', 'offer_seats', 'approve'],
  ['requested-save', 'offer_save_discount', 'approve'],
  ['requested-contact', 'send_template', 'approve'],
  ['requested-contact', 'open_task', 'auto'],
];

/** Content, far from any limit: nothing is under way for it. */
const quiet = (id: string, name: string) =>
  customer({
    ...{ id, name, planId: 'growth', seats: 60, renewsInDays: 60 },
    contacts: reachable(id, 'Lea Brandt', 'Omar Diaz'),
    usage: contentUse(30),
  });

let api: Api;
let company: Company;
let other: Company;
let tokens: Record<'operator' | 'colleague' | 'approver' | 'viewer' | 'stranger', string>;

beforeAll(async () => {
  api = await startApi({ now: ANCHOR });
  company = await foundCompany(api.db, 'house', {
    accounts: [
      imminentChurn.account,
      contentRenewal.account,
      rejectedInvites.account,
      quiet('quiet-traders', 'Quiet Traders'),
      quiet('quiet-foods', 'Quiet Foods'),
      quiet('evil', HOSTILE),
    ],
    autonomy: [...AUTO, ...REQUESTS],
  });
  other = await foundCompany(api.db, 'neighbour', {
    accounts: [quiet('secret', 'Secret Bakery')],
    autonomy: REQUESTS,
  });
  for (const each of [company, other]) {
    await each.run(ANCHOR);
    await each.tick(ANCHOR);
  }
  const make = async (name: string, role: 'viewer' | 'operator', of: Company) => {
    const person = await of.here((tx) =>
      createPerson(tx, {
        ...{ name, email: `${name}@people.example`, roles: [role], by: of.admin, now: ANCHOR },
      }),
    );
    return signIn(api, person);
  };
  tokens = {
    operator: await make('alex', 'operator', company),
    colleague: await make('kit', 'operator', company),
    viewer: await make('kim', 'viewer', company),
    approver: await signIn(api, company.approvers[0]),
    stranger: await make('mallory', 'operator', other),
  };
}, 180_000);

interface Talk {
  readonly threadId: string;
  readonly say: (text: string, requestId?: string) => Promise<ExchangeShape>;
}

const talk = async (token: string): Promise<Talk> => {
  const client = api.client(token);
  const { id: threadId } = await client.call(createThreadRoute, { body: {} });
  return {
    threadId,
    say: async (text, requestId) => {
      const body = { text, ...(requestId === undefined ? {} : { requestId }) };
      for await (const told of client.stream(sayRoute, { params: { id: threadId }, body })) {
        if (told.event === 'done') return told.data;
        if (told.event === 'problem') throw new Error(JSON.stringify(told.data));
      }
      throw new Error('no answer');
    },
  };
};

const proposalsBy = (of: Company) =>
  of.here(async (tx) =>
    (await listProposals(tx, { world: LIVE.id })).filter(({ proposedBy }) =>
      proposedBy.startsWith('person:'),
    ),
  );

describe('answers', () => {
  test('why an account is critical: the receipt’s figures, with the score as source; then what `them` was promised', async () => {
    const { say } = await talk(tokens.operator);
    const why = await say('why is Granite critical?');
    expect(why.answer).toContain('**Granite Energy** is **critical');
    expect(why.answer).toContain('logins fell 92 %');
    expect(why.sources).toContainEqual(
      expect.objectContaining({ kind: 'score', id: 'churn_risk', at: '2026-10-13' }),
    );
    const promised = await say('what did we promise them?');
    expect(promised.accountId).toBe(await company.accountId('granite-energy'));
    expect(promised.answer).toContain('it waits');
    expect(promised.answer).toContain('offer 20 % off for 3 months');
    expect(promised.sources.map(({ kind }) => kind)).toContain('proposal');
    const blocked = await say('can we sell to them?');
    expect(blocked.answer).toContain('billing: clear');
  });

  test('it asks which of two is meant, and goes on with the one that is named', async () => {
    const { say } = await talk(tokens.operator);
    const which = await say('how is Quiet doing?');
    expect(which.answer).toContain('Which one do you mean?');
    expect(which.accountId).toBe(null);
    const then = await say('the second');
    expect(then.answer).toContain('**Quiet Traders**');
    expect((await say('and quiet foods?')).answer).toContain('**Quiet Foods**');
    await say('who do we talk to there?');
    const same = await say('what about quiet traders?');
    expect(same.answer).toContain('People at **Quiet Traders**');
    // A name that nobody knows is not taken for the account of before.
    expect((await say('how is acme doing?')).answer).toContain(
      'I know no account that is named so',
    );
  });

  test('renewals ahead as a list with their money, and a plain word where it does not understand', async () => {
    const { say } = await talk(tokens.viewer);
    const renewals = await say('show renewals in the next 90 days');
    expect(renewals.answer).toContain('Quiet Foods');
    expect(renewals.answer).toMatch(/ARR together \$[\d,]+/);
    const none = await say('sing me a song');
    expect(none.answer).toContain('I did not understand');
    expect(none.sources).toEqual([]);
  });

  test('a hostile name is shown and does nothing', async () => {
    const { say } = await talk(tokens.operator);
    const { answer } = await say('how is evil doing?');
    expect(answer).toContain('Evil');
    expect(answer).not.toMatch(/(?<!\\)<img|(?<!\\)\]\(https:|(?<!\\)\*\*Corp/);
  });
});

describe('wishes', () => {
  test('five seats: proposed by whoever asked, who may not approve it; a colleague may, and then it goes out', async () => {
    const { say } = await talk(tokens.operator);
    await say('tell me about Quiet Traders');
    const asked = await say('offer them five seats');
    expect(asked.filed).toMatchObject([
      {
        tool: 'offer_seats',
        status: 'pending_approval',
        summary: expect.stringContaining('5 seats') as string,
      },
    ]);
    const [filed] = asked.filed;
    const found = await company.here(async (tx) => ({
      proposal: (await listProposals(tx, { ids: [filed?.proposalId ?? ''] }))[0],
      approval: (await listApprovals(tx, { caseId: filed?.caseId ?? '' }))[0],
    }));
    expect(found.proposal?.proposedBy).toMatch(/^person:/);
    expect(found.proposal?.playbook).toBe('requested-offer');
    const approving = { params: { id: found.approval?.id ?? '' }, body: {} };
    await expect(api.client(tokens.operator).call(approveRoute, approving)).rejects.toThrow(
      /may not/,
    );
    await api.client(tokens.approver).call(approveRoute, approving);
    await company.tick(addHours(ANCHOR, 24));
    const rows = await company.here((tx) => listOutbox(tx, { caseId: filed?.caseId ?? '' }));
    expect(rows.map(({ port }) => port)).toEqual(['email']);
    expect((await say('what did we promise them?')).answer).toContain('offer 5 seats');
  });

  test('an approver who asks is not the one who approves', async () => {
    const { say } = await talk(tokens.approver);
    const asked = await say('offer Quiet Foods 3 seats');
    expect(asked.answer).toContain('you proposed it, so you may not');
    const approval = await company.here(
      async (tx) => (await listApprovals(tx, { caseId: asked.filed[0]?.caseId ?? '' }))[0],
    );
    await expect(
      api
        .client(tokens.approver)
        .call(approveRoute, { params: { id: approval?.id ?? '' }, body: {} }),
    ).rejects.toThrow('somebody else decides');
  });

  test('what the policy refuses is refused, and its case ends with it', async () => {
    const { say } = await talk(tokens.operator);
    const asked = await say('offer Granite Energy five seats');
    expect(asked.filed).toMatchObject([{ status: 'forbidden' }]);
    expect(asked.answer).toContain('the policy refuses it');
    const cases = await company.here((tx) =>
      listCases(tx, { world: LIVE.id, playbook: 'requested-offer' }),
    );
    expect(cases.find(({ id }) => id === asked.filed[0]?.caseId)?.status).toBe('closed');
    expect((await say('why was it refused?')).answer).toContain('no selling');
  });

  test('dunning is not there: chat says what is missing, and files nothing', async () => {
    const { say } = await talk(tokens.operator);
    await say('tell me about Quiet Traders');
    const before = await proposalsBy(company);
    const asked = await say('pause dunning for them');
    expect(asked.answer).toContain('no act tool `pause_dunning` and no playbook `dunning`');
    expect(asked.answer).toContain('No proposal was filed');
    expect(asked.filed).toEqual([]);
    expect(await proposalsBy(company)).toHaveLength(before.length);
  });

  test('nothing is proposed for nobody, for two, or by who may only look', async () => {
    const before = await proposalsBy(company);
    const { say } = await talk(tokens.operator);
    expect((await say('offer five seats')).answer).toContain('For which account?');
    expect((await say('offer Quiet five seats')).answer).toContain('Which one do you mean?');
    expect((await say('offer Quiet Traders seats')).answer).toContain('How many seats?');
    expect((await say('offer Quiet Traders 50 % off')).answer).toContain('etween 1 % and 30 %');
    const viewer = await talk(tokens.viewer);
    expect((await viewer.say('offer Quiet Traders 2 seats')).answer).toContain('may not propose');
    expect(await proposalsBy(company)).toHaveLength(before.length);
  });

  test('sent again under its name a wish is filed once, and answered as before', async () => {
    const { say } = await talk(tokens.operator);
    const first = await say('send Quiet Traders the check-in', 'the-same');
    const before = await proposalsBy(company);
    const again = await say('send Quiet Traders the check-in', 'the-same');
    expect(again).toEqual(first);
    expect(first.filed).toHaveLength(1);
    expect(await proposalsBy(company)).toHaveLength(before.length);
  });

  test('whatever is said, no round of a case that waits goes on by it', async () => {
    const waiting = () => company.here((tx) => waitingRounds(tx, LIVE.id));
    const before = await waiting();
    expect(before.length).toBeGreaterThan(0);
    const { say } = await talk(tokens.approver);
    await say('why is Granite critical?');
    await say('approve it');
    await say('yes, approve the discount for Granite Energy');
    await say(before[0]?.caseId ?? '');
    expect(await waiting()).toEqual(before);
    const approvals = await company.here((tx) =>
      listApprovals(tx, { caseId: before[0]?.caseId ?? '' }),
    );
    expect(approvals.map(({ status }) => status)).toContain('pending');
  });
});

describe('threads', () => {
  test('belong to their person and tenant: for everybody else there is none', async () => {
    const { threadId, say } = await talk(tokens.operator);
    await say('which accounts are critical?');
    const own = api.client(tokens.operator);
    const params = { id: threadId };
    const read = await own.call(getThreadRoute, { params });
    expect(read.title).toBe('which accounts are critical?');
    expect(read.exchanges).toHaveLength(1);
    for (const token of [tokens.colleague, tokens.approver, tokens.stranger]) {
      const client = api.client(token);
      await expect(client.call(getThreadRoute, { params })).rejects.toMatchObject({
        code: 'thread_not_found',
      });
      await expect(client.call(deleteThreadRoute, { params })).rejects.toMatchObject({
        code: 'thread_not_found',
      });
      const saying = async () => {
        const events = client.stream(sayRoute, { params, body: { text: 'hello' } });
        const iterator = events[Symbol.asyncIterator]();
        await iterator.next();
      };
      await expect(saying()).rejects.toMatchObject({ code: 'thread_not_found' });
      const listed = await client.call(listThreadsRoute);
      expect(listed.items.map(({ id }) => id)).not.toContain(threadId);
    }
    await own.call(deleteThreadRoute, { params });
    await expect(own.call(getThreadRoute, { params })).rejects.toMatchObject({
      code: 'thread_not_found',
    });
  });

  test('of another tenant nothing is found, by name or by id', async () => {
    const { say } = await talk(tokens.operator);
    const id = await other.accountId('secret');
    expect((await say('how is Secret Bakery doing?')).answer).toContain(
      'Which account do you mean?',
    );
    expect((await say(`what is the ARR of ${id}?`)).answer).not.toContain('Secret');
    const stranger = await talk(tokens.stranger);
    expect((await stranger.say('how is secret doing?')).answer).toContain('**Secret Bakery**');
  });

  test('are told as events: begun, steps, the answer in pieces, its sources, done', async () => {
    const { threadId } = await talk(tokens.operator);
    const answer = await fetch(`${api.url}/v1/chat/threads/${threadId}/messages`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${tokens.operator}` },
      body: JSON.stringify({ text: 'why is Granite Energy critical?' }),
    });
    expect(answer.headers.get('content-type')).toContain('text/event-stream');
    const text = await answer.text();
    const kinds = [...text.matchAll(/^event: (\w+)$/gm)].map(([, kind]) => kind);
    expect([...new Set(kinds)]).toEqual(['begun', 'step', 'token', 'source', 'done']);
    const pieces = [...text.matchAll(/^event: token\ndata: (.*)$/gm)].map(
      ([, data]) => (JSON.parse(data ?? '{}') as { text: string }).text,
    );
    expect(pieces.length).toBeGreaterThan(3);
    const read = await api
      .client(tokens.operator)
      .call(getThreadRoute, { params: { id: threadId } });
    expect(pieces.join('')).toBe(read.exchanges[0]?.answer);
  });

  test('are forgotten ninety days after the last question', async () => {
    const { threadId, say } = await talk(tokens.colleague);
    await say('help');
    const gone = (hours: number) =>
      company.here((tx) => purgeThreads(tx, addHours(api.clock.now(), hours)));
    expect(await gone(-1)).toBe(0);
    expect(await gone(1)).toBeGreaterThan(0);
    await expect(
      api.client(tokens.colleague).call(getThreadRoute, { params: { id: threadId } }),
    ).rejects.toMatchObject({ code: 'thread_not_found' });
  });
});
