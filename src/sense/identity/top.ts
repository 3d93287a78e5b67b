/** The topmost account above one; where parents go in a circle, the account of the circle whose id sorts first. */
export const topOf = (accountId: string, parents: ReadonlyMap<string, string>): string => {
  const path = [accountId];
  for (let at = parents.get(accountId); at !== undefined; at = parents.get(at)) {
    const circle = path.indexOf(at);
    if (circle >= 0) return path.slice(circle).sort()[0] ?? accountId;
    path.push(at);
  }
  return path.at(-1) ?? accountId;
};
