const COMMA = 44;
const ZERO = 48;
const NINE = 57;

/**
 * Reads PostgreSQL's text of an array of non-negative integers (`{3,NULL,12}`) in one pass over its characters: a run
 * reads hundreds of thousands of them, and the general parser took most of its time.
 */
export const parseDays = (text: string): (number | null)[] => {
  const days: (number | null)[] = [];
  let value: number | null = null;
  for (let index = 1; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code >= ZERO && code <= NINE) value = (value ?? 0) * 10 + code - ZERO;
    else if (code === COMMA || index === text.length - 1) {
      days.push(value);
      value = null;
    }
  }
  return days;
};
