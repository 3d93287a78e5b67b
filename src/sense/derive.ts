import type { Fact, Facts } from '../domain/fact.ts';
import type { AccountView } from './account-view.ts';
import type { Signal } from './signals/define.ts';

/** Every signal of one account, by id. Pure: the same view gives the same facts. */
export const deriveFacts = (signals: readonly Signal[], view: AccountView): Facts =>
  factsBy(signals, (signal) => signal.derive(view));

/** The signals that scores read. */
export const signalsFor = (
  signals: readonly Signal[],
  needed: ReadonlySet<string>,
): readonly Signal[] => signals.filter(({ id }) => needed.has(id));

/** The given signals without trusted values: enough for a day of history. */
export const deriveValues = (signals: readonly Signal[], view: AccountView): Facts =>
  factsBy(signals, (signal) => signal.deriveValue(view));

const factsBy = (signals: readonly Signal[], read: (signal: Signal) => Fact): Facts => {
  const facts: Record<string, Fact> = {};
  for (const signal of signals) facts[signal.id] = read(signal);
  return facts;
};
