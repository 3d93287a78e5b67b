/** Decimals as text, so that no figure is compared by a rounded number: `1234.5`, without leading or trailing zeros. */

/** The ways to read digits with separators: as thousands, or the last one as the decimal mark. */
export const readDecimal = (written: string, shift = 0): string[] => {
  const groups = written.split(/[.,'’\u00a0\u202f]/);
  const last = groups.at(-1) ?? '';
  const marks = written.replaceAll(/\d/g, '');
  const readings: string[] = [];
  if (groups.slice(1).every((group) => group.length === 3))
    readings.push(shifted(groups.join(''), '', shift));
  const whole = groups.slice(0, -1);
  const isDecimal =
    marks.length > 0 &&
    /[.,]$/.test(marks) &&
    whole.slice(1).every((group) => group.length === 3) &&
    !marks.slice(0, -1).includes(marks.slice(-1));
  if (isDecimal) readings.push(shifted(whole.join(''), last, shift));
  return [...new Set(readings)];
};

/** `places` to the right multiplies by ten that often, to the left divides. */
const shifted = (whole: string, fraction: string, places: number): string => {
  const digits = whole + fraction;
  const point = whole.length + places;
  if (point <= 0) return tidy('0', digits.padStart(digits.length - point, '0'));
  const padded = digits.padEnd(point, '0');
  return tidy(padded.slice(0, point), padded.slice(point));
};

const tidy = (whole: string, fraction: string): string => {
  const head = whole.replace(/^0+(?=\d)/, '');
  const tail = fraction.replace(/0+$/, '');
  return tail === '' ? head : `${head}.${tail}`;
};

/** A number as it is written out; exact for integers and for what JSON keeps of others. */
export const decimalOf = (value: number, shift = 0): string => {
  const [whole = '0', fraction = ''] = Math.abs(value).toFixed(6).split('.');
  return shifted(whole, fraction, shift);
};
