import { addHours, type Instant } from '../../domain/time.ts';
import type { TenantConfig } from '../../domain/tenant.ts';
import { actionIdOf } from '../outbox/effect.ts';
import { deedDigest } from './action-digest.ts';
import type { Contender, Standpoint } from './arbiter.ts';
import type { ContactBudget } from './arbiter-budget.ts';
import { quietUntil } from './arbiter-quiet.ts';
import type { Deliberation } from './deliberation.ts';
import type { StoredProposal } from './store.ts';

const STANDPOINTS: Readonly<Partial<Record<StoredProposal['status'], Standpoint>>> = {
  proposed: 'new',
  held: 'new',
  pending_approval: 'pending',
  approved: 'approved',
  permitted: 'permitted',
  done: 'done',
};

export const standpointOf = ({ status }: StoredProposal): Standpoint =>
  STANDPOINTS[status] ?? 'done';

/** A week: what was done before may be done again. */
const REPEAT_HOURS = 7 * 24;

/** Whether it was carried out so lately that doing it again would be a repetition. */
export const isRecent = ({ updatedAt }: StoredProposal, now: Instant): boolean =>
  updatedAt > addHours(now, -REPEAT_HOURS);

/** Whether we reach out to the customer by it; a draft that a person was handed is theirs to send. */
export const reachesOut = ({ preview, drafted }: StoredProposal): boolean =>
  preview.outward && !drafted;

/** A proposal as the arbiter sees it. `waitsForMorning`: whether it would go out as soon as it may. */
export const contenderOf = (
  deliberation: Deliberation,
  proposal: StoredProposal,
  waitsForMorning: boolean,
): Contender => ({
  id: proposal.id,
  class: proposal.class,
  urgency: proposal.urgency,
  ordinal: proposal.ordinal,
  standpoint: standpointOf(proposal),
  outward: reachesOut(proposal),
  contactId: proposal.preview.recipient?.contactId ?? null,
  action: deedDigest(proposal.tool, proposal.args),
  quietUntil: waitsForMorning && reachesOut(proposal) ? quiet(deliberation, proposal) : null,
});

const quiet = (
  { standing, config, now }: Deliberation,
  { preview }: StoredProposal,
): Instant | null => {
  const contact = standing.contacts.find(({ id }) => id === preview.recipient?.contactId);
  return quietUntil(contact?.zone ?? config.zone, config.contact, now);
};

/** The week's contacts: every known touch, and what we sent whose receipt has not come back as one. */
export const weekOf = ({ standing, config, proposals }: Deliberation): ContactBudget => {
  const known = new Set(standing.touches.flatMap(({ actionId }) => actionId ?? []));
  const unreceipted = proposals
    .filter((one) => one.status === 'done' && reachesOut(one) && !known.has(actionIdOf(one)))
    .map((one) => ({ contactId: one.preview.recipient?.contactId ?? null, at: one.updatedAt }));
  return {
    perContactAndWeek: config.contact.perContactAndWeek,
    perAccountAndWeek: config.contact.perAccountAndWeek,
    touches: [...standing.touches.map(({ contactId, at }) => ({ contactId, at })), ...unreceipted],
  };
};

const RESERVING: readonly StoredProposal['status'][] = [
  'pending_approval',
  'approved',
  'permitted',
];

/** What an untouched account could still take: the policy is asked so first, since a full week is a hold and no refusal. */
export const wholeWeek = ({ contact }: TenantConfig): number =>
  Math.min(contact.perContactAndWeek, contact.perAccountAndWeek);

/** Discounts granted or reserved on the account beside this one, in basis points. */
export const discountsBeside = ({ proposals }: Deliberation, proposal: StoredProposal): number =>
  proposals
    .filter(
      ({ id, status }) => id !== proposal.id && (status === 'done' || RESERVING.includes(status)),
    )
    .reduce((sum, { preview }) => sum + preview.discountBasisPoints, 0);
