import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const run = (config: string, environment: NodeJS.ProcessEnv = {}) => {
  const { stdout, status } = spawnSync(
    process.execPath,
    ['node_modules/vitest/vitest.mjs', 'run', '--config', config],
    { cwd: ROOT, encoding: 'utf8', env: { ...process.env, ...environment } },
  );
  return { status, closing: stdout.trimEnd().split('\n').slice(-2) };
};

test('the output ends in the two lines that are counted, and failing is a failure', () => {
  expect(run('test/fixtures/reporter/vitest.config.ts')).toEqual({
    status: 1,
    closing: ['5 skipped: SOME_SERVER (2), marked so (2), the moon (1)', '1 passed, 2 failed'],
  });
});

test('a run that cannot begin is a failure too', () => {
  const environment = { RETINUE_TEST_DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' };
  expect(run('vitest.config.ts', environment)).toEqual({
    status: 1,
    closing: ['0 skipped: none', '0 passed, 1 failed'],
  });
});
