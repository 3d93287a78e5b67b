/** Basis points for people: 1250 → `12.5 %`. */
export const percent = (basisPoints: number): string => `${basisPoints / 100} %`;

/** Fills the placeholders `{name}` of a rule's reason; one without a word stays as it stands. */
export const fillReason = (
  reason: string,
  words: () => Readonly<Record<string, string>>,
): string => {
  if (!reason.includes('{')) return reason;
  const known = words();
  return reason.replace(/\{([\w.]+)\}/g, (placeholder, name: string) =>
    Object.hasOwn(known, name) ? (known[name] ?? placeholder) : placeholder,
  );
};
