import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { loadCommands } from '../../src/commands/commands.ts';
import { machine } from './support.ts';

describe('the catalogue of commands', () => {
  test('has those of the contract, each with an example that its own parser understands', async () => {
    const commands = await loadCommands([]);
    for (const id of ['start', 'import', 'run', 'cases', 'approve', 'ledger', 'doctor']) {
      expect(commands.map((command) => command.id)).toContain(id);
    }
    for (const command of commands) {
      expect(command.summary).not.toMatch(/\.$/);
      expect(command.examples.length).toBeGreaterThan(0);
      for (const example of command.examples) expect(example.split(' ')[0]).toBe(command.id);
      expect(command.input).toBeInstanceOf(z.ZodType);
    }
  });

  test('beside a server, those that ask the API are the ones of the contract', async () => {
    const asking = (await loadCommands([]))
      .filter(({ beside }) => beside === 'api')
      .map(({ id }) => id);
    expect(asking.sort()).toEqual([
      'account',
      'accounts',
      'agents',
      'approvals',
      'approve',
      'brake',
      'case',
      'cases',
      'chat',
      'conflicts',
      'deals',
      'edit',
      'explain',
      'in-app',
      'login',
      'models',
      'reject',
      'task',
      'tasks',
      'unmatched',
      'verdicts',
      'webhooks',
      'whoami',
    ]);
  });
});

describe('beside a server', () => {
  test('every command works but the server itself; what is sent along is a field of the input', async () => {
    const commands = await loadCommands([]);
    expect(commands.filter(({ beside }) => beside === 'alone').map(({ id }) => id)).toEqual([
      'start',
    ]);
    for (const { id, files = [], input } of commands) {
      const fields = Object.keys((input as z.ZodObject).shape);
      for (const { field } of files)
        expect([id, fields]).toEqual([id, expect.arrayContaining([field])]);
    }
  });
});

describe('mistakes', () => {
  test.each([
    [['casess'], 2, /Did you mean cases/],
    [['explain'], 2, /missing required argument 'account'/],
    [['explain', 'x', '--since', 'soon'], 2, /--since: it must be a day/],
    [['task', 'x', 'eat'], 2, /Allowed choices are accept, done, decline/],
    [['reject', 'x'], 2, /say why/],
    [['edit', 'x'], 2, /--set name=value/],
    [['cases'], 4, /nothing here yet; run `npm start`/],
    [['config', 'check', '/no/such/folder'], 6, /not a folder/],
    [['import', '.', '--mapping', '/no/such.yaml'], 2, /no\/such\.yaml/],
  ])(
    '%j exits %i and says what to do, without a stack',
    async (words, code, message) => {
      const home = await machine();
      const ran = await home.retinue(...words);
      expect(ran.out + ran.err).toMatch(message);
      expect(ran.code).toBe(code);
      expect(ran.out + ran.err).not.toContain('    at ');
    },
    120_000,
  );

  test('an address that is no database is told before anything is tried', async () => {
    const home = await machine({ DATABASE_URL: 'mysql://x' });
    const ran = await home.retinue('cases');
    expect([ran.code, ran.err]).toEqual([2, expect.stringContaining('postgres://')]);
  }, 120_000);

  test('help lists every command and documents the exit codes', async () => {
    const home = await machine();
    const ran = await home.retinue('help');
    expect(ran.code).toBe(0);
    expect(ran.out).toContain('Exit codes');
    expect((await home.retinue('--version')).out.trim()).toMatch(/^\d+\.\d+\.\d+$/);
  }, 120_000);
});
