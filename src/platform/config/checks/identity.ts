import type { Finding } from '../fault.ts';
import type { ReadFolder } from '../folder.ts';
import { duplicates, naming } from './naming.ts';

/** Kinds of records that one system may be the source of truth for, whole. */
const KINDS = ['subscription', 'contract', 'contact', 'invoice'];

const FIELDS = [
  'name',
  'domain',
  'industry',
  'country',
  'zone',
  'ownerId',
  'parentAccountId',
  'signedUpOn',
  'churnedOn',
  'churnReason',
].map((field) => `account.${field}`);

/** Match rules are told apart, and sources of truth are for fields and records that there are. */
export const checkIdentity = ({ identity }: ReadFolder): Finding[] => [
  ...duplicates(
    (identity?.rules ?? []).map(({ id }) => id),
    (index, id) => finding(['rules', index, 'id'], `\`${id}\` is used twice`),
  ),
  ...(identity?.rules ?? []).flatMap(({ from, to }, index) =>
    from === to
      ? [finding(['rules', index, 'to'], 'is the same as `from`: name the other system')]
      : [],
  ),
  ...Object.keys(identity?.truth ?? {})
    .filter((key) => !FIELDS.includes(key) && !KINDS.includes(key))
    .map((key) =>
      finding(
        ['truth', key],
        `there is no such field or kind of record: write ${naming([...FIELDS, ...KINDS], 'nothing')}`,
      ),
    ),
];

const finding = (path: Finding['path'], message: string): Finding => ({
  file: 'identity.yaml',
  path,
  message,
});
