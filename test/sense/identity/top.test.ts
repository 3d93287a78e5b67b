import { expect, it } from 'vitest';
import { topOf } from '../../../src/sense/identity/top.ts';

it.each([
  ['an account without a parent', 'a', {}, 'a'],
  ['a chain', 'a', { a: 'b', b: 'c' }, 'c'],
  ['a circle', 'x', { x: 'y', y: 'x' }, 'x'],
  ['the other end of it', 'y', { x: 'y', y: 'x' }, 'x'],
  ['what hangs below a circle', 'a', { a: 'z', z: 'y', y: 'z' }, 'y'],
] as const)('the top of %s', (_, accountId, parents, top) => {
  expect(topOf(accountId, new Map(Object.entries(parents)))).toBe(top);
});
