import { createStyle, wantsColor, type Style } from './style.ts';

/** Where a command prints: results to stdout, progress and remarks to stderr, so that a pipe gets results alone. */
export interface Terminal {
  readonly style: Style;
  /** Text columns to fit into. */
  readonly columns: number;
  /** Whether stderr can redraw a line. */
  readonly redraws: boolean;
  readonly print: (text: string) => void;
  readonly remark: (text: string) => void;
}

const WIDEST = 120;
const UNKNOWN_WIDTH = 100;
const NARROWEST = 60;

const columnsOf = (width: number | undefined): number =>
  Math.max(NARROWEST, Math.min(width ?? UNKNOWN_WIDTH, WIDEST));

export const processTerminal = (): Terminal => ({
  style: createStyle(wantsColor(process.env, process.stdout.isTTY)),
  columns: columnsOf(process.stdout.isTTY ? process.stdout.columns : undefined),
  redraws: process.stderr.isTTY && process.env['TERM'] !== 'dumb',
  print: (text) => {
    process.stdout.write(`${text}\n`);
  },
  remark: (text) => {
    process.stderr.write(`${text}\n`);
  },
});
