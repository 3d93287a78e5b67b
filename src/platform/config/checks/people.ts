import type { Finding } from '../fault.ts';
import type { ReadFolder } from '../folder.ts';
import { duplicates } from './naming.ts';

/** Owners: ids are told apart, deputies exist, absences end after they begin. */
export const checkPeople = ({ owners }: ReadFolder): Finding[] => [
  ...duplicates(
    (owners?.owners ?? []).map(({ id }) => id),
    (index, id) => finding(index, 'id', `\`${id}\` is used twice`),
  ),
  ...(owners?.owners ?? []).flatMap((owner, index) => [
    ...checkDeputy(owner, index, owners?.owners ?? []),
    ...owner.absences.flatMap(({ from, to }, position) =>
      from > to
        ? [
            {
              ...finding(index, 'absences', `ends before it begins: exchange \`from\` and \`to\``),
              path: ['owners', index, 'absences', position],
            },
          ]
        : [],
    ),
  ]),
];

type OwnerEntry = NonNullable<ReadFolder['owners']>['owners'][number];

const checkDeputy = (owner: OwnerEntry, index: number, all: readonly OwnerEntry[]): Finding[] => {
  if (owner.deputy === undefined) return [];
  if (owner.deputy === owner.id)
    return [finding(index, 'deputy', 'is the owner: name someone else')];
  return all.some(({ id }) => id === owner.deputy)
    ? []
    : [
        finding(
          index,
          'deputy',
          `\`${owner.deputy}\` is not an owner: write the \`id\` of one of owners.yaml`,
        ),
      ];
};

const finding = (index: number, field: string, message: string): Finding => ({
  file: 'owners.yaml',
  path: ['owners', index, field],
  message,
});
