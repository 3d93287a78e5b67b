import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import offerSaveDiscount from '../../../src/tools/act/offer-save-discount.ts';
import offerSeats from '../../../src/tools/act/offer-seats.ts';
import openTask from '../../../src/tools/act/open-task.ts';
import sendInAppMessage from '../../../src/tools/act/send-in-app-message.ts';
import sendTemplate from '../../../src/tools/act/send-template.ts';
import { config, fact, hearsay, previewInput } from '../../fixtures/account.ts';

const bought = { plan: 'growth', seats: 50, mrr: { minor: 245_000, currency: 'USD' } };
const contactId = 'harbor-dana';

describe('offer_seats', () => {
  test('quotes seats × the list price of the current tier, and says so in the message', () => {
    const preview = offerSeats.preview({ contactId, seats: 5 }, previewInput(bought));
    expect(preview.money).toEqual({ minor: 5 * 4900, currency: 'USD' });
    expect(preview.summary).toBe('offer 5 seats on Growth to Dana Reyes');
    expect(preview.message?.text).toContain('$245.00 a month together');
    expect(preview).toMatchObject({
      outward: true,
      category: 'contract',
      discountBasisPoints: 0,
      problems: [],
    });
  });

  test('binds the quote to every operand: another number, price or plan is another quote', () => {
    const hashOf = (seats: number, input = previewInput(bought)) =>
      offerSeats.preview({ contactId, seats }, input).quoteHash;
    const dearer = {
      ...config,
      plans: config.plans.map((plan) => ({ ...plan, seatPrice: { minor: 5000, currency: 'USD' } })),
    };
    expect(hashOf(5)).toBe(hashOf(5));
    const others = [
      hashOf(6),
      hashOf(5, previewInput({ ...bought, plan: 'enterprise' })),
      hashOf(5, previewInput(bought, { config: dearer })),
    ];
    expect(new Set([hashOf(5), ...others]).size).toBe(4);
  });

  test.each([
    ['the plan is unknown', { seats: 50 }, 'the plan of the account is not known'],
    [
      'only a browser names the plan',
      { ...bought, plan: hearsay('growth') },
      'the plan of the account is not known',
    ],
    [
      'the plan is not in the files',
      { ...bought, plan: 'platinum' },
      'the plan of the account is not known',
    ],
  ])('has a problem and no price when %s', (_, values, problem) => {
    const preview = offerSeats.preview({ contactId, seats: 5 }, previewInput(values));
    expect(preview).toMatchObject({ money: null, quoteHash: null, message: null });
    expect(preview.problems).toHaveLength(1);
    expect(preview.problems[0]).toContain(problem);
  });

  test('offers nothing where the list price is not known', () => {
    const unpriced = {
      ...config,
      plans: config.plans.map((plan) => ({ ...plan, seatPrice: null })),
    };
    const preview = offerSeats.preview(
      { contactId, seats: 5 },
      previewInput(bought, { config: unpriced }),
    );
    expect(preview.problems).toEqual([
      'the list price of a seat on `growth` is not known (plans.yaml)',
    ]);
  });

  test.each([0, -1, 1.5, 101])('refuses %s seats', (seats) => {
    expect(offerSeats.args.safeParse({ contactId, seats }).success).toBe(false);
  });

  test('takes no amount, address or link', () => {
    const smuggled = [{ price: 1 }, { email: 'a@b.example' }, { url: 'https://x.example' }];
    for (const extra of smuggled) {
      expect(offerSeats.args.safeParse({ contactId, seats: 1, ...extra }).success).toBe(false);
    }
  });
});

describe('who is written to', () => {
  const tools = [
    [
      'offer_seats',
      (id: string | null) => offerSeats.preview({ contactId: id, seats: 5 }, input()),
    ],
    [
      'offer_save_discount',
      (id: string | null) =>
        offerSaveDiscount.preview({ contactId: id, basisPoints: 1000, months: 3 }, input()),
    ],
    [
      'send_template',
      (id: string | null) =>
        sendTemplate.preview({ contactId: id, templateId: 'check-in' }, input()),
    ],
  ] as const;
  const input = () => previewInput({ ...bought, churn_risk_supported: 80 });

  test.each(tools)('%s has no recipient without a contact', (_, preview) => {
    expect(preview(null)).toMatchObject({
      recipient: null,
      message: null,
      problems: ['no recipient: the account has no contact'],
    });
  });

  test.each(tools)('%s never writes to a contact of somebody else', (_, preview) => {
    expect(preview('other-account-eve')).toMatchObject({
      recipient: null,
      message: null,
      problems: ['no recipient: `other-account-eve` is not a contact of the account'],
    });
  });
});

describe('offer_save_discount', () => {
  test('puts in play what a month forgoes, rounded once', () => {
    const mrr = { minor: 99_999, currency: 'USD' };
    const preview = offerSaveDiscount.preview(
      { contactId, basisPoints: 1500, months: 3 },
      previewInput({ mrr, churn_risk_supported: 80 }),
    );
    expect(preview.money).toEqual({ minor: 15_000, currency: 'USD' });
    expect(preview.discountBasisPoints).toBe(1500);
    expect(preview.message?.text).toContain('15% off your plan for the next 3 months');
    expect(preview.summary).toContain('a person applies it');
  });

  test('needs to know from billing what it gives away', () => {
    const preview = offerSaveDiscount.preview(
      { contactId, basisPoints: 1500, months: 3 },
      previewInput({ mrr: hearsay({ minor: 100, currency: 'USD' }) }),
    );
    expect(preview.problems).toEqual([
      'the monthly revenue of the account is not known from a trusted source',
    ]);
  });
});

describe('send_template', () => {
  test('fills slots from facts alone, and refuses what is not known', () => {
    const ask = (values: Parameters<typeof previewInput>[0]) =>
      sendTemplate.preview({ contactId, templateId: 'renewal-conversation' }, previewInput(values));
    const renewal = {
      contractId: 'c1',
      renewsOn: '2026-04-02',
      days: 23,
      autoRenews: false,
      annualValue: null,
    };
    expect(ask({ renewals: [renewal] }).message?.subject).toBe('Your renewal on April 2, 2026');
    expect(ask({}).problems).toEqual([
      'template `renewal-conversation` needs `renewal.day`, which is not known',
    ]);
  });

  test('shows a fact at its trusted value, and binds it', () => {
    const template = {
      id: 'figures',
      version: '1',
      category: 'service' as const,
      language: 'en',
      subject: 'Seats',
      text: '{{fact.seats}} seats',
      slots: { 'fact.seats': 'integer' as const },
      approvedBy: 'x',
      approvedAt: config.templates[0]?.approvedAt ?? '2026-01-01T00:00:00.000Z',
    };
    const ask = (seats: ReturnType<typeof fact>) =>
      sendTemplate.preview(
        { contactId, templateId: 'figures' },
        previewInput({ seats }, { config: { ...config, templates: [template] } }),
      );
    expect(ask(fact(70, 50))).toMatchObject({
      message: { text: '50 seats' },
      bound: { seats: 50 },
    });
    expect(ask(hearsay(70)).problems).toEqual([
      'template `figures` needs `fact.seats`, which is not known',
    ]);
  });

  test('knows only templates of the tenant', () => {
    const preview = sendTemplate.preview(
      { contactId, templateId: 'spring-sale' },
      previewInput({}),
    );
    expect(preview.problems).toEqual(["template `spring-sale` is not in the tenant's files"]);
  });

  test('needs a sender', () => {
    const anonymous = { ...config, contact: { ...config.contact, sender: null } };
    const preview = sendTemplate.preview(
      { contactId, templateId: 'check-in' },
      previewInput({}, { config: anonymous }),
    );
    expect(preview.problems).toEqual(["no sender is named in the tenant's files (contact.sender)"]);
  });
});

describe('open_task', () => {
  const task = (args: Record<string, unknown>, values: Parameters<typeof previewInput>[0] = {}) =>
    openTask.preview(
      openTask.args.parse({ dueBusinessDays: 1, cites: [], ...args }),
      previewInput(values),
    ).task;

  test.each([
    ['the owner whose role it is', 'alert_account_manager', 'tom-becker', 'tom-becker'],
    ['a success manager who owns the account', 'alert_account_manager', 'maya-ortiz', 'maya-ortiz'],
    ['sales, whoever owns the account', 'tell_sales', 'maya-ortiz', 'carla-dietz'],
    ['the executive', 'executive_check_in', 'maya-ortiz', 'helen-brandt'],
    ['the owner where nobody has the role', 'complete_data', 'maya-ortiz', 'yuki-tanaka'],
  ])('goes to %s', (_, kind, owner, assignee) => {
    expect(task({ kind }, { owner })?.assignee).toBe(assignee);
  });

  test('shows the facts it cites, and says which are not known', () => {
    const arr = { minor: 4_800_000, currency: 'USD' };
    const shown = task(
      {
        kind: 'alert_account_manager',
        cites: ['arr', 'days_to_renewal'],
        remarks: ['logins fell 52 %'],
      },
      { arr },
    );
    expect(shown?.reason).toBe('arr: $48,000.00; days to renewal: not known; logins fell 52 %');
    expect(shown?.draft).toContain('What declined at Harbor & Pine:\n- arr: $48,000.00\n');
  });

  test('is opened in nobody’s hands where the files name no owner', () => {
    const nobody = { ...config, owners: [] };
    const args = openTask.args.parse({ kind: 'tell_sales', dueBusinessDays: 1, cites: [] });
    const preview = openTask.preview(args, previewInput({}, { config: nobody }));
    expect(preview).toMatchObject({ task: { assignee: 'unassigned' }, problems: [] });
  });

  test('refuses a person whom the files do not know', () => {
    const args = openTask.args.parse({
      kind: 'tell_sales',
      ownerId: 'eve',
      dueBusinessDays: 1,
      cites: [],
    });
    expect(openTask.preview(args, previewInput({})).problems).toHaveLength(1);
  });
});

test('a preview depends on its arguments and facts alone', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100 }),
      fc.constantFrom('starter', 'growth', 'none'),
      (seats, plan) => {
        const once = () =>
          offerSeats.preview({ contactId, seats }, previewInput({ ...bought, plan }));
        expect(once()).toEqual(once());
      },
    ),
  );
});

describe('send_in_app_message', () => {
  const template = (category: 'service' | 'contract' | 'marketing') => ({
    ...config.templates[0]!,
    ...{ id: 'nudge', channel: 'in_app' as const, category, language: 'en' },
    ...{
      subject: 'All seats are in use',
      text: '{{account.name}}',
      slots: { 'account.name': 'text' as const },
    },
    action: { label: 'Look', url: '/settings/seats' },
  });
  const preview = (
    category: 'service' | 'contract' | 'marketing',
    audience: 'contact' | 'account',
  ) =>
    sendInAppMessage.preview(
      { contactId, templateId: 'nudge', audience },
      previewInput(bought, { config: { ...config, templates: [template(category)] } }),
    );

  test('shows a text approved for the product, with its button, for two weeks unless told', () => {
    expect(preview('service', 'contact')).toMatchObject({
      ...{ port: 'in_app', outward: true, category: 'service', problems: [] },
      message: {
        inApp: {
          ...{ audience: 'contact', expiresInHours: 336 },
          action: { label: 'Look', url: '/settings/seats' },
        },
      },
    });
  });

  test.each([
    ['contract', 'contact', []],
    ['service', 'account', []],
    ['contract', 'account', ['only a service message may be shown to everybody of the account']],
    ['marketing', 'contact', ['marketing is not shown in the product']],
  ] as const)('of category %s to the %s has the problems %j', (category, audience, problems) => {
    expect(preview(category, audience).problems).toEqual(problems);
  });

  test('takes no text approved for e-mail, and e-mail takes none of these', () => {
    const asked = { contactId, templateId: 'check-in', audience: 'contact' } as const;
    expect(sendInAppMessage.preview(asked, previewInput(bought)).problems).toEqual([
      "template `check-in` is not in the tenant's files with `channel: in_app`",
    ]);
    const input = previewInput(bought, { config: { ...config, templates: [template('service')] } });
    const letter = sendTemplate.preview({ contactId, templateId: 'nudge' }, input);
    expect(letter.problems).toEqual(["template `nudge` is not in the tenant's files"]);
  });
});
