import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { RetinueError, inputError } from '../../src/domain/errors.ts';
import { describeError } from '../../src/platform/log.ts';

const LOG = new URL('../../src/platform/log.ts', import.meta.url).href;

/** Lines as a process of its own writes them. */
const run = (script: string, level = 'info') => {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [
      '--import',
      'tsx',
      '--input-type=module',
      '-e',
      `const { log, scoped } = await import('${LOG}'); ${script}`,
    ],
    { encoding: 'utf8', env: { ...process.env, RETINUE_LOG_LEVEL: level } },
  );
  return {
    stdout,
    lines: stderr
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as object),
  };
};

describe('the log', () => {
  test('is one JSON line an event on standard error, with the ids of its scope', () => {
    const { stdout, lines } = run(
      `scoped({ tenantId: 'acme', caseId: 'case-1' }).warn({ code: 'x.y' }, 'held')`,
    );
    expect(stdout).toBe('');
    expect(lines).toEqual([
      {
        level: 'warn',
        time: expect.stringMatching(/^\d{4}-.*Z$/) as string,
        tenantId: 'acme',
        caseId: 'case-1',
        code: 'x.y',
        msg: 'held',
      },
    ]);
  });

  test('withholds what names a person or opens a door, should it slip in', () => {
    const { lines } = run(
      `log.info({ email: 'a@b.example', contact: { email: 'c@d.example' }, token: 't' }, 'slip')`,
    );
    expect(JSON.stringify(lines)).not.toMatch(/b\.example|d\.example|"t"/);
  });

  test('is as quiet as it is told', () => {
    expect(run(`log.info('no'); log.error('yes')`, 'error').lines).toMatchObject([{ msg: 'yes' }]);
    expect(run(`log.error('no')`, 'silent').lines).toEqual([]);
    expect(run(`log.debug('no'); log.info('yes')`, 'nonsense').lines).toMatchObject([
      { msg: 'yes' },
    ]);
  });
});

describe('an error in the log', () => {
  test.each<[string, unknown, object]>([
    [
      'of the outside',
      new RetinueError('outside', 'smtp.down', 'no answer'),
      { code: 'smtp.down', family: 'outside', reason: 'no answer' },
    ],
    [
      'of PostgreSQL',
      Object.assign(new Error('division by zero'), { code: '22012' }),
      { code: '22012', family: 'bug', reason: 'division by zero' },
    ],
    [
      'of our own',
      new TypeError('x is not a function'),
      { code: 'TypeError', family: 'bug', reason: 'x is not a function' },
    ],
    ['that is none', 'thrown text', { code: 'unknown', family: 'bug', reason: 'string' }],
  ])('%s gives code, family and reason', (_what, error, expected) => {
    expect(describeError(error)).toMatchObject(expected);
  });

  test('of input keeps to itself what somebody wrote', () => {
    const described = describeError(
      inputError('event.bad', 'the address `ada@b.example` is not one'),
    );
    expect(described).toMatchObject({ code: 'event.bad', family: 'input' });
    expect(JSON.stringify(described)).not.toContain('ada@');
    expect(described.at[0]).toMatch(/^at /);
  });
});
