import type { AccountView } from '../account-view.ts';

/** Remembers by view what several signals ask of it. */
export const perView = <Value>(
  read: (view: AccountView) => Value,
): ((view: AccountView) => Value) => {
  const known = new WeakMap<AccountView, { readonly value: Value }>();
  return (view) => {
    const found = known.get(view);
    if (found !== undefined) return found.value;
    const value = read(view);
    known.set(view, { value });
    return value;
  };
};
