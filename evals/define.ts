import type { LanguageModels } from '../src/language-models/define.ts';
import type { OpenDatabase } from '../src/platform/db/database.ts';
import type { Step } from '../src/platform/terminal/progress.ts';

/** One thing that was tried, and what its grader found wrong with it: nothing, when it passed. */
export interface Judged {
  readonly id: string;
  readonly title: string;
  /** In sentences. */
  readonly faults: readonly string[];
  /** What a reader would want to see beside it, by heading: the account, the verdict, the answer given. */
  readonly shown?: Readonly<Record<string, string>>;
}

/** Figures for a person, beside the scores that thresholds hold. */
export interface FigureTable {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What is to be said about them. */
  readonly notes?: readonly string[];
}

export interface SuiteResult {
  readonly judged: readonly Judged[];
  /** By name; `thresholds.json` says what each has to reach. */
  readonly scores: Readonly<Record<string, number>>;
  readonly tables?: readonly FigureTable[];
  /** What could not be tried, with what it lacks. Fails the run: what was not tried did not pass. */
  readonly skipped?: readonly string[];
}

export interface MadeTenant {
  readonly db: OpenDatabase;
  readonly tenantId: string;
}

/** What a suite is carried out with. */
export interface EvalKit {
  readonly onProgress: (step: Step) => void;
  /**
   * Embedded, in memory, closed when all suites are done. The one without a name is shared: each suite makes tenants of its
   * own in it.
   */
  readonly database: (name?: string) => Promise<OpenDatabase>;
  /** Tenants that suites have made; what their models used is read from them. */
  readonly tenants: MadeTenant[];
  /** Which run of several this is, from 1: tenants of an earlier one are still there. */
  readonly run: number;
  /** The models that the environment names, with `--live`; `null`: stand-ins answer. */
  readonly live: LanguageModels | null;
}

/** Something that the program is held to. One file a member of `evals/suites`. */
export interface Suite {
  readonly id: string;
  readonly title: string;
  /** What is wrong on purpose: the suite's grader has to find a fault with each, or it judges nothing. */
  readonly mustFail: () => readonly Judged[];
  /** It holds models to something, and can be tried with live ones. */
  readonly takesLiveModels?: true;
  readonly run: (kit: EvalKit) => Promise<SuiteResult>;
}

export const defineSuite = (suite: Suite): Suite => suite;
