import type { Case } from '../../domain/case.ts';
import type { Opening, Playbook, Situation } from '../../playbooks/define.ts';

/** What one look at one account means for its cases. */
export type Observation<C extends Case = Case> =
  | { readonly kind: 'candidate'; readonly playbook: Playbook; readonly opening: Opening }
  | {
      readonly kind: 'update';
      readonly case: C;
      readonly opening: Opening;
      readonly material: boolean;
    }
  | { readonly kind: 'close'; readonly case: C; readonly reason: string };

/**
 * Holds an account against every playbook: what applies anew, which unclosed cases go on with newer reasons,
 * and which are over. A case whose condition neither holds nor has cleared is left as it is.
 */
export const observe = <C extends Case>(
  situation: Situation,
  unclosed: readonly C[],
  playbooks: readonly Playbook[],
): Observation<C>[] =>
  playbooks.flatMap((playbook) => {
    const own = unclosed.filter((entry) => entry.playbook === playbook.id);
    const settings = situation.config.playbooks[playbook.id];
    if (settings?.enabled === false)
      return own.map((entry) => closing(entry, 'the playbook was switched off'));
    const parameters = playbook.parameters.parse(settings?.parameters ?? {});
    const openings = playbook.when(situation, parameters);
    return [
      ...openings.map((opening) => meet(playbook, opening, own)),
      ...own
        .filter((entry) => !openings.some((opening) => opening.subject === entry.subject))
        .flatMap((entry) => leave(playbook, entry, situation, parameters)),
    ];
  });

const meet = <C extends Case>(
  playbook: Playbook,
  opening: Opening,
  own: readonly C[],
): Observation<C> => {
  const existing = own.find((entry) => entry.subject === opening.subject);
  return existing === undefined
    ? { kind: 'candidate', playbook, opening }
    : { kind: 'update', case: existing, opening, material: isMaterial(existing, opening) };
};

/**
 * Whether the case rests on other inputs than before, so that what was proposed must be thought over. Figures move
 * every day: what a waiting approval relies on is bound by its own facts, not by this.
 */
const isMaterial = (before: Case, after: Opening): boolean => {
  const inputs = (reasons: Opening['reasons']) =>
    [...new Set(reasons.map((reason) => reason.input))].sort().join(' ');
  return inputs(before.reasons) !== inputs(after.reasons);
};

const leave = <C extends Case, P>(
  playbook: Playbook<P>,
  entry: C,
  situation: Situation,
  parameters: P,
): Observation<C>[] => {
  if (entry.status === 'waiting') return [closing(entry, 'no longer applied while it waited')];
  const reason = playbook.clears(entry, situation, parameters);
  return reason === null ? [] : [closing(entry, reason)];
};

const closing = <C extends Case>(entry: C, reason: string): Observation<C> => ({
  kind: 'close',
  case: entry,
  reason,
});
