import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assign, escalateTo, isAway } from '../../../src/act/tasks/assign.ts';
import { taskDays } from '../../../src/act/tasks/calendar.ts';
import { dayFromNumber, dayNumber, type Day, type Instant } from '../../../src/domain/time.ts';
import { owner } from '../support/act.ts';

const TODAY: Day = '2026-03-02';
const away = [{ from: '2026-03-01', to: '2026-03-03' } as const];

describe('assign', () => {
  const ana = owner('ana', { deputy: 'ben' });
  const ben = owner('ben', { deputy: 'cem' });
  const cem = owner('cem');
  const eva = owner('eva', { role: 'executive' });

  it.each([
    ['the owner who is there', [ana, ben, cem, eva], 'ana', 'ana', 'the owner'],
    [
      'the deputy of one who is away',
      [{ ...ana, absences: away }, ben, cem, eva],
      'ana',
      'ben',
      'deputy: Ana is away',
    ],
    [
      'the deputy’s deputy when both are away',
      [{ ...ana, absences: away }, { ...ben, absences: away }, cem, eva],
      'ana',
      'cem',
      'deputy: Ana is away',
    ],
    [
      'an executive when nobody deputises',
      [ana, ben, { ...cem, absences: away }, eva],
      'cem',
      'eva',
      'Cem is away and no deputy is there',
    ],
    [
      'the owner when nobody is there',
      [{ ...cem, absences: away }],
      'cem',
      'cem',
      'Cem is away and nobody stands in',
    ],
    [
      'an executive for an unknown owner',
      [ana, eva],
      'nobody',
      'eva',
      'the tenant names no owner `nobody`',
    ],
    [
      'anybody for an unknown owner without executives',
      [ana, ben],
      'x',
      'ana',
      'the tenant names no owner `x`',
    ],
  ])('%s', (_, owners, wanted, got, because) => {
    expect(assign(owners, wanted, TODAY)).toEqual({
      ownerId: got,
      email: `${got}@vendor.example`,
      because,
    });
  });

  it('says so when the tenant names nobody at all', () => {
    expect(assign([], 'ana', TODAY)).toEqual({
      ownerId: 'ana',
      email: null,
      because: 'the tenant names no owners',
    });
  });

  it('counts both ends of an absence', () => {
    const days: Day[] = ['2026-02-28', '2026-03-01', '2026-03-03', '2026-03-04'];
    expect(days.map((day) => isAway({ ...ana, absences: away }, day))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it('ends, and gives nobody who is away a task while somebody is there', () => {
    const ids = ['a', 'b', 'c', 'd'];
    const anOwner = (id: string) =>
      fc
        .record({
          deputy: fc.option(fc.constantFrom(...ids), { nil: undefined }),
          isAway: fc.boolean(),
          executive: fc.boolean(),
        })
        .map(({ deputy, isAway: gone, executive }) =>
          owner(id, {
            ...(deputy === undefined ? {} : { deputy }),
            absences: gone ? away : [],
            role: executive ? 'executive' : 'csm',
          }),
        );
    fc.assert(
      fc.property(fc.tuple(...ids.map(anOwner)), fc.constantFrom(...ids), (owners, wanted) => {
        const got = owners.find(({ id }) => id === assign(owners, wanted, TODAY).ownerId)!;
        const executiveThere = owners.some(
          (one) => one.role === 'executive' && !isAway(one, TODAY),
        );
        if (isAway(got, TODAY)) {
          expect(got.id).toBe(wanted);
          expect(executiveThere).toBe(false);
        }
        const next = escalateTo(owners, { ownerId: wanted, assigneeId: got.id }, TODAY);
        if (next !== null) {
          expect(next.ownerId).not.toBe(got.id);
          expect(
            isAway(
              owners.find(({ id }) => id === next.ownerId)!,
              TODAY,
            ),
          ).toBe(false);
        }
      }),
    );
  });
});

describe('taskDays', () => {
  it.each([
    ['Friday, one day', '2026-03-06T10:00:00.000Z', 1, [], 'UTC', '2026-03-09', '2026-03-06'],
    [
      'over a holiday',
      '2026-03-06T10:00:00.000Z',
      1,
      ['2026-03-09'],
      'UTC',
      '2026-03-10',
      '2026-03-06',
    ],
    ['today', '2026-03-04T10:00:00.000Z', 0, [], 'UTC', '2026-03-04', '2026-03-03'],
    [
      'in the tenant’s zone',
      '2026-03-05T23:30:00.000Z',
      1,
      [],
      'Asia/Tokyo',
      '2026-03-09',
      '2026-03-06',
    ],
    ['opened on a Saturday', '2026-03-07T10:00:00.000Z', 2, [], 'UTC', '2026-03-10', '2026-03-09'],
  ])('%s', (_, now, days, holidays, zone, dueOn, remindOn) => {
    const found = taskDays({ zone, holidays: holidays as Day[] }, now as Instant, days);
    expect([found.dueOn, found.remindOn]).toEqual([dueOn, remindOn]);
  });

  it('is never due or reminded of on a weekend', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 30_000 }),
        fc.integer({ min: 1, max: 60 }),
        (start, days) => {
          const now = `${dayFromNumber(start)}T12:00:00.000Z` as Instant;
          const { dueOn, remindOn, openedOn } = taskDays({ zone: 'UTC', holidays: [] }, now, days);
          const weekday = (day: Day) => new Date(dayNumber(day) * 86_400_000).getUTCDay();
          expect([0, 6]).not.toContain(weekday(dueOn));
          expect([0, 6]).not.toContain(weekday(remindOn));
          expect(remindOn < dueOn && openedOn < dueOn).toBe(true);
        },
      ),
    );
  });
});
