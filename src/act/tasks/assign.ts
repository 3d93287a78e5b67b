import type { Owner } from '../../domain/tenant.ts';
import type { Day } from '../../domain/time.ts';

/** Who has a task on a day, and why it is they. `email` is `null` where the tenant's files name nobody. */
export interface Assignment {
  readonly ownerId: string;
  readonly email: string | null;
  readonly because: string;
}

/**
 * The owner; while they are away their deputy, or the deputy's deputy; failing these an executive owner who is there.
 * When nobody is there it stays with the owner, and says so. Pure.
 */
export const assign = (owners: readonly Owner[], ownerId: string, day: Day): Assignment => {
  const owner = owners.find(({ id }) => id === ownerId);
  if (owner === undefined) return assignUnknown(owners, ownerId, day);
  if (!isAway(owner, day)) return to(owner, 'the owner');
  const deputy = presentDeputy(owners, owner, day);
  if (deputy !== null) return to(deputy, `deputy: ${owner.name} is away`);
  const executive = presentExecutive(owners, day);
  if (executive !== null) return to(executive, `${owner.name} is away and no deputy is there`);
  return to(owner, `${owner.name} is away and nobody stands in`);
};

/**
 * Whom an overdue task goes to: an executive owner who is there, else a deputy who is, never whoever has it already.
 * `null` when there is nobody else.
 */
export const escalateTo = (
  owners: readonly Owner[],
  task: { readonly ownerId: string; readonly assigneeId: string },
  day: Day,
): Assignment | null => {
  const others = owners.filter(({ id }) => id !== task.assigneeId);
  const executive = presentExecutive(others, day);
  if (executive !== null) return to(executive, 'escalated: overdue');
  const owner = owners.find(({ id }) => id === task.ownerId);
  const deputy = owner === undefined ? null : presentDeputy(owners, owner, day);
  return deputy === null || deputy.id === task.assigneeId ? null : to(deputy, 'escalated: overdue');
};

export const isAway = (owner: Owner, day: Day): boolean =>
  owner.absences.some(({ from, to: until }) => from <= day && day <= until);

const assignUnknown = (owners: readonly Owner[], ownerId: string, day: Day): Assignment => {
  const executive =
    presentExecutive(owners, day) ??
    owners.find((owner) => owner.role === 'executive') ??
    owners[0];
  return executive === undefined
    ? { ownerId, email: null, because: 'the tenant names no owners' }
    : to(
        executive,
        ownerId === '' ? 'nobody is named' : `the tenant names no owner \`${ownerId}\``,
      );
};

/** Follows deputies until one is there; a ring of absent deputies ends in `null`. */
const presentDeputy = (owners: readonly Owner[], owner: Owner, day: Day): Owner | null => {
  const seen = new Set([owner.id]);
  let next = owner.deputy;
  while (next !== undefined && !seen.has(next)) {
    seen.add(next);
    const id = next;
    const deputy = owners.find((candidate) => candidate.id === id);
    if (deputy === undefined) return null;
    if (!isAway(deputy, day)) return deputy;
    next = deputy.deputy;
  }
  return null;
};

const presentExecutive = (owners: readonly Owner[], day: Day): Owner | null =>
  owners.find((owner) => owner.role === 'executive' && !isAway(owner, day)) ?? null;

const to = (owner: Owner, because: string): Assignment => ({
  ownerId: owner.id,
  email: owner.email,
  because,
});
