import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseDays } from '../../../src/sense/series/parse-days.ts';

it('reads what PostgreSQL writes', () => {
  const days = fc.array(fc.option(fc.nat(2_147_483_647)), { minLength: 1, maxLength: 130 });
  fc.assert(
    fc.property(days, (all) => {
      const text = `{${all.map((value) => value ?? 'NULL').join(',')}}`;
      expect(parseDays(text)).toEqual(all);
    }),
  );
});
