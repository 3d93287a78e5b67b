import { splitPolicies } from '../../cedar.ts';
import { HOLDS_UNSTORABLE, isUnstorable } from '../document.ts';
import type { Fault } from '../fault.ts';
import type { ReadFolder } from '../folder.ts';

/**
 * Whether a tenant's Cedar files can be read at all. What they may name and how they join the packaged sets is checked
 * where policies are prepared, since it takes the declared inputs and the act tools.
 */
export const checkPolicyFiles = ({ policies }: ReadFolder): Fault[] =>
  policies.flatMap(({ file, text }) =>
    isUnstorable(text)
      ? [{ file, path: '', line: null, message: HOLDS_UNSTORABLE }]
      : splitPolicies(text).faults.map(({ line, message }) => ({ file, path: '', line, message })),
  );
