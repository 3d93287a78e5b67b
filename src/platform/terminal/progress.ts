import { Presets, SingleBar } from 'cli-progress';
import type { Terminal } from './terminal.ts';

/** How far a piece of work has come. `total` is absent while it is not known. */
export interface Step {
  readonly label: string;
  readonly done: number;
  readonly total?: number | undefined;
}

/** Shows work that takes longer than two seconds, on stderr: a bar on a terminal, plain lines elsewhere. */
export interface Progress {
  readonly report: (step: Step) => void;
  /** Takes the bar away. To be called however the work ends. */
  readonly end: () => void;
}

const PATIENCE_MS = 2_000;
const LINE_EVERY_MS = 5_000;

export const showProgress = (terminal: Terminal): Progress =>
  terminal.redraws ? bar() : lines(terminal);

/** Silent: for `--json` into a pipe nobody watches, and for tests. */
export const noProgress: Progress = { report: () => undefined, end: () => undefined };

const bar = (): Progress => {
  const single = new SingleBar(
    {
      format: '{label} {bar} {percentage}% · {value} of {total}',
      hideCursor: true,
      clearOnComplete: true,
      stream: process.stderr,
      barsize: 28,
    },
    Presets.shades_classic,
  );
  let latest: Step | null = null;
  let shown = false;
  const draw = (step: Step): void => {
    const total = Math.max(step.total ?? step.done, step.done, 1);
    if (shown) single.setTotal(total);
    else single.start(total, 0, { label: step.label });
    shown = true;
    single.update(step.done, { label: step.label });
  };
  const timer = setTimeout(() => {
    if (latest !== null) draw(latest);
  }, PATIENCE_MS);
  timer.unref();
  return {
    report: (step) => {
      latest = step;
      if (shown) draw(step);
    },
    end: () => {
      clearTimeout(timer);
      if (shown) single.stop();
      shown = false;
    },
  };
};

const lines = (terminal: Terminal): Progress => {
  let latest: Step | null = null;
  let label = '';
  const say = (): void => {
    if (latest === null) return;
    label = latest.label;
    terminal.remark(lineOf(latest));
  };
  let timer = setTimeout(function again() {
    say();
    timer = setTimeout(again, LINE_EVERY_MS);
    timer.unref();
  }, PATIENCE_MS);
  timer.unref();
  return {
    report: (step) => {
      latest = step;
      // A new stage of work that is being shown is told at once.
      if (label !== '' && step.label !== label) say();
    },
    end: () => clearTimeout(timer),
  };
};

const lineOf = (step: Step): string =>
  step.done === 0
    ? `${step.label} …`
    : step.total === undefined
      ? `${step.label}: ${step.done.toLocaleString('en-US')}`
      : `${step.label}: ${step.done.toLocaleString('en-US')} of ${step.total.toLocaleString('en-US')}`;
