import { z } from 'zod';
import { pathText, type Path } from '../../platform/config/fault.ts';
import type { EntityType } from '../state/define.ts';
import { didYouMean } from './closest.ts';
import { partsOf } from './expression.ts';
import type { Emit, Expression, Mapping } from './mapping-schema.ts';
import { formatFault } from './moments.ts';
import { tenantFaults } from './mapping-tenant.ts';

export interface MappingFinding {
  readonly path: Path;
  readonly message: string;
}

/** What is wrong with a mapping beyond its form: names that nothing knows, formats that cannot be read. */
export const checkMapping = (
  mapping: Mapping,
  entities: readonly EntityType[] | undefined,
): MappingFinding[] => [
  ...tenantFaults(mapping).map(({ file, path, message }) => ({
    path: ['creates', file.replace(/\.yaml$/, '')],
    message: `${path === '' ? '' : `${path}: `}${message}`,
  })),
  ...Object.entries(mapping.tables).flatMap(([name, { emits, format, file, lookups }]) => [
    ...(format === undefined && !/\.(csv|ndjson|jsonl)$/i.test(file)
      ? [
          {
            path: ['tables', name, 'file'],
            message: 'does not end in .csv or .ndjson: say `format`',
          },
        ]
      : []),
    ...Object.entries(lookups).flatMap(([lookup, { table }]) =>
      Object.hasOwn(mapping.tables, table)
        ? []
        : [
            {
              path: ['tables', name, 'lookups', lookup, 'table'],
              message: `there is no such table${didYouMean(table, Object.keys(mapping.tables))}`,
            },
          ],
    ),
    ...emits.flatMap((emit, index) => checkEmit(emit, ['tables', name, 'emits', index], entities)),
    ...repeatedIds(emits, ['tables', name, 'emits']),
  ]),
];

const repeatedIds = (emits: readonly Emit[], path: Path): MappingFinding[] =>
  emits.flatMap(({ id }, index) =>
    emits.findIndex((other) => other.id === id) < index
      ? [{ path: [...path, index, 'id'], message: `\`${id}\` is used twice in this table` }]
      : [],
  );

const checkEmit = (
  emit: Emit,
  path: Path,
  entities: readonly EntityType[] | undefined,
): MappingFinding[] => [
  ...expressionsOf(emit, path).flatMap(([own, expression]) => checkFormat(expression, own)),
  ...(entities === undefined ? [] : checkNames(emit, path, contentsOf(entities))),
];

const checkFormat = (expression: Expression, path: Path): MappingFinding[] => {
  const { format } = partsOf(expression);
  const fault = format === undefined ? null : formatFault(format);
  return fault === null ? [] : [{ path: [...path, 'format'], message: fault }];
};

/** All expressions of an emit, inner ones too, with where they stand. */
export const expressionsOf = (emit: Emit, path: Path = []): [Path, Expression][] => [
  ...nested([...path, 'at'], emit.at),
  ...(emit.ref === undefined ? [] : nested([...path, 'ref', 'externalId'], emit.ref.externalId)),
  ...emit.links.flatMap((link, index) =>
    nested([...path, 'links', index, 'externalId'], link.externalId),
  ),
  ...Object.entries(emit.fields).flatMap(([field, expression]) =>
    nested([...path, 'fields', field], expression),
  ),
];

const nested = (path: Path, expression: Expression): [Path, Expression][] => {
  const { concat = [], object = {}, currency } = partsOf(expression);
  return [
    [path, expression],
    ...concat.flatMap((inner, index) => nested([...path, 'concat', index], inner)),
    ...Object.entries(object).flatMap(([key, inner]) => nested([...path, 'object', key], inner)),
    ...(currency === undefined ? [] : nested([...path, 'currency'], currency)),
  ];
};

/** What an event type carries. */
interface Content {
  readonly fields: readonly string[];
  readonly required: readonly string[];
  readonly needsRef: boolean;
}

const contentsOf = (entities: readonly EntityType[]): ReadonlyMap<string, Content> =>
  new Map<string, Content>([
    [
      'usage.recorded',
      { fields: ['metric', 'quantity', 'day'], required: ['metric', 'quantity'], needsRef: true },
    ],
    ['track.received', { fields: ['event', 'properties'], required: ['event'], needsRef: true }],
    ['link.bound', { fields: [], required: [], needsRef: true }],
    ...entities.map((type): [string, Content] => [
      `${type.kind}.changed`,
      {
        fields: type.change instanceof z.ZodObject ? Object.keys(type.change.shape) : [],
        required: [type.keyField],
        needsRef: !type.tenantWide && type.kind !== 'account',
      },
    ]),
  ]);

const checkNames = (
  emit: Emit,
  path: Path,
  contents: ReadonlyMap<string, Content>,
): MappingFinding[] => {
  const content = contents.get(emit.type);
  if (content === undefined) {
    const message = `nothing is called \`${emit.type}\`${didYouMean(emit.type, [...contents.keys()])}`;
    return [{ path: [...path, 'type'], message }];
  }
  const unknown = Object.keys(emit.fields).filter((field) => !content.fields.includes(field));
  return [
    ...unknown.map((field) => ({
      path: [...path, 'fields', field],
      message: `\`${emit.type}\` has no such field${didYouMean(field, content.fields)}`,
    })),
    ...content.required
      .filter((field) => emit.fields[field] === undefined)
      .map((field) => ({ path: [...path, 'fields'], message: `\`${field}\` is missing` })),
    ...(content.needsRef && emit.ref === undefined
      ? [{ path, message: '`ref` is missing: say whose event it is' }]
      : []),
  ];
};

/** The findings as text, for where the lines are not known. */
export const describeFindings = (findings: readonly MappingFinding[]): string =>
  findings.map(({ path, message }) => `${pathText(path)}: ${message}`).join('\n');
