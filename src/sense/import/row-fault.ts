/** Something wrong with one row: it is put aside, and the rest goes on. */
export class RowFault extends Error {
  override readonly name = 'RowFault';
}
