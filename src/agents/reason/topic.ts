import { canonicalJson } from '../../domain/json.ts';
import type { PlannedStep } from '../../playbooks/steps.ts';

/** Whom it goes to, and what it says in words, make no other thing of it. */
const BESIDE_THE_POINT = new Set(['contactId', 'audience', 'words', 'ownerId', 'assigneeRole']);

/** What is asked for is about: the tool and its choices by name, such as the template, the kind of task, the contract. */
export const topicOf = ({ tool, args }: Pick<PlannedStep, 'tool' | 'args'>): string =>
  canonicalJson([
    tool,
    ...Object.entries(args)
      .filter(([name, value]) => typeof value === 'string' && !BESIDE_THE_POINT.has(name))
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  ]);

const deedOf = ({ tool, args }: Pick<PlannedStep, 'tool' | 'args'>): string =>
  canonicalJson([tool, args]);

/** The same deed once; different ones by names of their own. */
export const distinct = (drafts: readonly PlannedStep[]): PlannedStep[] => {
  const deeds = new Set<string>();
  const names = new Map<string, number>();
  return drafts.flatMap((draft) => {
    const deed = deedOf(draft);
    if (deeds.has(deed)) return [];
    deeds.add(deed);
    const count = (names.get(draft.step) ?? 0) + 1;
    names.set(draft.step, count);
    return [count === 1 ? draft : { ...draft, step: `${draft.step}-${String(count)}` }];
  });
};

/**
 * What is left of an agent's own drafts beside those of the plan: nothing that is among these, and of what leaves the
 * house one draft a topic. `twice`: a second person would be written to about the same thing.
 */
export const beside = <D extends { readonly draft: PlannedStep }>(
  planned: readonly D[],
  own: readonly D[],
  isOutward: (draft: D) => boolean,
): { readonly drafts: readonly D[]; readonly twice: readonly D[] } => {
  const deeds = new Set(planned.map(({ draft }) => deedOf(draft)));
  const topics = new Set(planned.map(({ draft }) => topicOf(draft)));
  const drafts: D[] = [];
  const twice: D[] = [];
  for (const entry of own) {
    if (deeds.has(deedOf(entry.draft))) continue;
    const topic = topicOf(entry.draft);
    const isSecond = isOutward(entry) && topics.has(topic);
    (isSecond ? twice : drafts).push(entry);
    topics.add(topic);
  }
  return { drafts, twice };
};
