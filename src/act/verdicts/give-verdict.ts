import { inputError } from '../../domain/errors.ts';
import type { Principal } from '../../domain/person.ts';
import type { Day, Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { requirePerson } from '../approvals/require-person.ts';
import { loadCase, type StoredCase } from '../cases/case-store.ts';
import { closeCase, type Closing } from '../cases/close.ts';
import { record } from '../ledger/ledger.ts';
import { lockAccount } from '../settle/store.ts';
import { insertVerdict, type Verdict } from './verdict-store.ts';

/**
 * A person's word on a case. `right` leaves it to go on; `wrong` and `known` end it with all that it still wanted;
 * `snooze` ends it too, and the matter does not come up before `until`. Each counts towards the precision of its
 * playbook and of its reasons, by the last word on a case. Throws `auth.not_allowed`, `case_not_found`, `invalid_input`.
 */
export const giveVerdict = async (
  tx: TenantTx,
  input: {
    readonly caseId: string;
    readonly verdict: Verdict;
    readonly until?: Day | undefined;
    readonly note?: string | undefined;
    readonly person: Principal;
    readonly today: Day;
    readonly now: Instant;
    readonly accept?: Closing['accept'];
  },
): Promise<StoredCase> => {
  const person = requirePerson(tx, input.person, 'judge_case');
  const { caseId, verdict, now } = input;
  const until = checkUntil(verdict, input.until, input.today);
  const entry = await loadCase(tx, caseId);
  if (entry === null) throw inputError('case_not_found', `there is no case \`${caseId}\``);
  await lockAccount(tx, entry.accountId);
  const inputs = [...new Set(entry.reasons.map(({ input }) => input))];
  const about = { ...entry, world: entry.world.id, inputs };
  const said = { caseId, verdict, until, note: input.note ?? null, personId: person.id, at: now };
  await insertVerdict(tx, about, said);
  await record(tx, {
    world: entry.world.id,
    kind: 'case.verdict',
    subjects: { accountId: entry.accountId, caseId, personId: person.id },
    body: { verdict, until, playbook: entry.playbook, subject: entry.subject },
    at: now,
  });
  if (verdict !== 'right' && entry.status !== 'closed') {
    const reason = REASONS[verdict](until);
    await closeCase(tx, {
      entry,
      reason,
      now,
      ...(input.accept === undefined ? {} : { accept: input.accept }),
    });
  }
  return (await loadCase(tx, caseId)) ?? entry;
};

const REASONS: Readonly<Record<Exclude<Verdict, 'right'>, (until: Day | null) => string>> = {
  wrong: () => 'judged wrong by a person',
  known: () => 'known already, by a person’s word',
  snooze: (until) => `put to rest until ${until ?? ''}`,
};

const checkUntil = (verdict: Verdict, until: Day | undefined, today: Day): Day | null => {
  if (verdict !== 'snooze') {
    if (until === undefined) return null;
    throw inputError('invalid_input', 'only a snooze has an end: leave --until out');
  }
  if (until === undefined || until <= today) {
    throw inputError('invalid_input', 'say until when: --until with a day to come');
  }
  return until;
};
