/** One thing wrong in a tenant's folder, for the person who edits it. */
export interface Fault {
  readonly file: string;
  /** Where in the file: `plans[1].seatPrice`; empty for the whole file. */
  readonly path: string;
  readonly line: number | null;
  /** What is wrong and what to do. */
  readonly message: string;
}

/** A place in a file's data, as keys and list positions. */
export type Path = readonly PropertyKey[];

/** Something wrong before its line has been looked up. */
export interface Finding {
  readonly file: string;
  readonly path: Path;
  readonly message: string;
}

export const pathText = (path: Path): string =>
  path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    return text === '' ? String(key) : `${text}.${String(key)}`;
  }, '');

/** The first `limit` faults, a line each, and how many more there are. */
export const describeFaults = (faults: readonly Fault[], limit = 10): string => {
  const more = faults.length - limit;
  return [
    ...faults.slice(0, limit).map(describeFault),
    ...(more > 0 ? [`… and ${more} more`] : []),
  ].join('\n');
};

const describeFault = ({ file, path, line, message }: Fault): string =>
  `${file}${line === null ? '' : `:${line}`}  ${path === '' ? '' : `${path}: `}${message}`;
