/** Something wrong in a file, for the person who sent it. */
export interface FileFault {
  /** `null` for the whole file. */
  readonly line: number | null;
  readonly message: string;
}

/** What is wrong with a file so that nothing (more) of it can be read. The other files go on. */
export class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile';
  readonly faults: readonly FileFault[];

  constructor(faults: readonly FileFault[]) {
    super(faults.map(({ message }) => message).join('; '));
    this.faults = faults;
  }
}
