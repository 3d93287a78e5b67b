import type { Reporter, TestCase, TestModule } from 'vitest/node';

const REASON = /\[skipped (?:without|on|because): ([^\]]+)\]/;

const reasonOf = (test: TestCase): string => REASON.exec(test.fullName)?.[1] ?? 'marked so';

const tally = (reasons: readonly string[]): string =>
  [...new Set(reasons)]
    .sort()
    .map((reason) => `${reason} (${reasons.filter((other) => other === reason).length})`)
    .join(', ');

/**
 * Closes the output with two plain lines: how many tests were skipped and why (the name of a skipped test or of its
 * group ends in `[skipped without: …]`), and how many passed and failed. A file that did not load counts as one
 * failure, and so does a run that fails in any other way.
 */
export default class PlainReporter implements Reporter {
  #modules: readonly TestModule[] = [];
  #errors = 0;

  onInit(): void {
    // After the other reporters' own summaries, and also when the run never begins.
    process.once('exit', (code) => {
      this.#print(code);
    });
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    this.#modules = modules;
    this.#errors = errors.length;
  }

  #print(code: number): void {
    const tests = this.#modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string) => tests.filter((test) => test.result().state === state).length;
    const skipped = tests.filter((test) => test.result().state === 'skipped').map(reasonOf);
    const unloaded = this.#modules.filter((module) => module.errors().length > 0).length;
    const failed = count('failed') + unloaded + this.#errors;
    process.stdout.write(`${skipped.length} skipped: ${tally(skipped) || 'none'}\n`);
    process.stdout.write(
      `${count('passed')} passed, ${code === 0 ? failed : Math.max(failed, 1)} failed\n`,
    );
  }
}
