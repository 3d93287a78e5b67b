/** One finding for each name that stands a second time, made by `report(position, name)`. */
export const duplicates = <T>(
  names: readonly string[],
  report: (index: number, name: string) => T,
): T[] =>
  names.flatMap((name, index) => (names.indexOf(name) < index ? [report(index, name)] : []));

/** `a`, `b` or `c`: what may be written, for a message. */
export const naming = (names: readonly string[], otherwise: string): string => {
  const unique = [...new Set(names)].slice(0, 12).map((name) => `\`${name}\``);
  return unique.length === 0 ? otherwise : `${unique.join(', ')} or ${otherwise}`;
};
