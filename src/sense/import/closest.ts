/** The name most like a mistyped one, as an addition to a message; nothing when none is near. */
export const didYouMean = (written: string, names: readonly string[]): string => {
  const best = closest(written, names);
  const near = best !== undefined && best.distance <= Math.max(2, Math.floor(written.length / 2));
  return near ? `; did you mean \`${best.name}\`?` : '';
};

/** Whether one of the names is the written one but for a slip or two. */
export const isSlip = (written: string, names: readonly string[]): boolean => {
  const best = closest(written, names);
  return best !== undefined && best.distance <= 2 && best.distance < written.length - 1;
};

const closest = (written: string, names: readonly string[]) =>
  names
    .map((name) => ({ name, distance: distance(written.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)[0];

/** Levenshtein's: how many letters must be added, removed or changed. */
const distance = (a: string, b: string): number => {
  let above = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (above[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(change, (above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    above = row;
  }
  return above[b.length] ?? 0;
};
