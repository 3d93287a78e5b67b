import { defineConfig } from 'vitest/config';

// For the set-up of the run, which is this process; tests get it by `env`.
process.env['RETINUE_LOG_LEVEL'] ??= 'fatal';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    reporters: ['default', './test/support/reporter.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // Generous: a busy machine is no fault of the code, and nothing here asserts how long a thing takes.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    teardownTimeout: 20_000,
    // Faults that a test provokes are what it asserts; their log lines would look like faults of the run.
    env: { RETINUE_LOG_LEVEL: 'fatal', LANGSMITH_TRACING: 'false' },
  },
});
