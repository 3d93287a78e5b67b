/** A way to turn texts into vectors, so that texts of like meaning lie near one another. */
export interface Embedder {
  /** Model and version. Vectors of different ids are never compared. */
  readonly id: string;
  /**
   * One vector of length 1 a text, in order, all of the same number of dimensions. Throws errors of the family
   * `outside` where a service does not answer.
   */
  readonly embed: (texts: readonly string[]) => Promise<readonly (readonly number[])[]>;
}

/** The vector scaled to length 1, so that the cosine of two is their product; a vector of nought stays as it is. */
export const unit = (vector: readonly number[]): number[] => {
  const length = Math.hypot(...vector);
  return length === 0 ? [...vector] : vector.map((value) => value / length);
};
