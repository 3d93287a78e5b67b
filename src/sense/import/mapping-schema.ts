import { z } from 'zod';
import { SINGLE_FILES, type SingleFile } from '../../platform/config/folder.ts';
import { zone } from '../../platform/config/fields.ts';

/** What a cell is turned into. */
export const CONVERSIONS = [
  'text',
  'integer',
  'number',
  'money',
  'boolean',
  'day',
  'instant',
  'list',
] as const;

export type Conversion = (typeof CONVERSIONS)[number];

export type Scalar = string | number | boolean;

/** Where a value comes from (exactly one of the first four) and what is done to it, in the order of the fields. */
export interface ExpressionParts {
  readonly column?: string | undefined;
  readonly constant?: Scalar | undefined;
  readonly concat?: readonly Expression[] | undefined;
  readonly object?: Readonly<Record<string, Expression>> | undefined;
  readonly optional?: boolean | undefined;
  readonly ignore?: readonly string[] | undefined;
  readonly lowercase?: boolean | undefined;
  readonly map?: Readonly<Record<string, Scalar>> | undefined;
  readonly otherwise?: Scalar | undefined;
  readonly as?: Conversion | undefined;
  readonly format?: string | undefined;
  readonly currency?: Expression | undefined;
  readonly unit?: 'major' | 'minor' | undefined;
  readonly separator?: string | undefined;
  readonly prefix?: string | undefined;
  readonly default?: Scalar | undefined;
  readonly empty?: 'omit' | 'clear' | undefined;
}

/** A column's name alone, or the parts. */
export type Expression = string | ExpressionParts;

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const column = z.string().min(1, 'write the name of a column');
const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, {
  error: 'use letters, digits, `_`, `-` and `.` only',
});

export const expression: z.ZodType<Expression> = z.lazy(() => z.union([column, expressionParts]));

const expressionParts: z.ZodType<ExpressionParts> = z
  .strictObject({
    column: column
      .optional()
      .describe('The column, or in NDJSON the path of a field: `plan.name`.'),
    constant: scalar.optional().describe('The same for every row.'),
    concat: z.array(expression).min(1).optional().describe('Texts put together; empty if one is.'),
    object: z.record(z.string(), expression).optional().describe('Fields of an object.'),
    optional: z.boolean().optional().describe('Files without this column are fine.'),
    ignore: z.array(z.string()).optional().describe('Values that mean the cell is empty.'),
    lowercase: z.boolean().optional(),
    map: z
      .record(z.string(), scalar)
      .optional()
      .describe('What each value becomes. A value that is not named is a bad row.'),
    otherwise: scalar.optional().describe('With `map`: what a value becomes that is not named.'),
    as: z.enum(CONVERSIONS).optional().describe('Default: text.'),
    format: z
      .string()
      .optional()
      .describe(
        'Of a day or an instant: `dd/MM/yyyy HH:mm`, `epoch_seconds` … Default: ISO 8601, with or without the time.',
      ),
    currency: expression.optional().describe('Of money: {constant: USD}, or a column.'),
    unit: z.enum(['major', 'minor']).optional().describe('Of money: 12.50 (default), or 1250.'),
    separator: z.string().optional().describe('Of a list (default `,`), or between texts.'),
    prefix: z.string().optional().describe('Put before a text that is not empty.'),
    default: scalar.optional().describe('Instead of an empty cell.'),
    empty: z
      .enum(['omit', 'clear'])
      .optional()
      .describe('An empty cell says nothing (default), or clears what was known.'),
  })
  .refine(hasOneOrigin, {
    error: 'say where the value comes from: one of `column`, `constant`, `concat`, `object`',
  });

function hasOneOrigin(parts: object): boolean {
  return ['column', 'constant', 'concat', 'object'].filter((key) => key in parts).length === 1;
}

const condition = z
  .strictObject({
    column,
    equals: z
      .union([scalar, z.array(scalar).min(1)])
      .optional()
      .describe('One of these values.'),
    present: z.boolean().optional().describe('true: the cell is not empty. false: it is.'),
  })
  .refine(({ equals, present }) => (equals === undefined) !== (present === undefined), {
    error: 'say either `equals` or `present`',
  });

const reference = z.strictObject({
  source: z.string().min(1).max(200).describe('The namespace of the identifier.'),
  externalId: expression,
});

const emit = z.strictObject({
  id: name.describe(
    'Part of the event ids: do not rename it. Of two events at one moment the later by this id wins.',
  ),
  type: z.string().min(1).describe('`account.changed`, `usage.recorded` …'),
  source: z.string().min(1).optional().describe('Default: the source of the mapping.'),
  key: z.array(column).min(1).describe('Columns that tell one row from another.'),
  at: expression.describe('When it occurred. A day means its first moment in the zone.'),
  when: z.array(condition).default([]).describe('Conditions that must all hold.'),
  future: z
    .enum(['quarantine', 'wait'])
    .default('quarantine')
    .describe('wait: what lies in the future is left out until an import after that moment.'),
  ref: reference.optional().describe('Whose event it is.'),
  links: z.array(reference).default([]).describe('Other ids that belong to the same account.'),
  fields: z.record(z.string(), expression).default({}).describe('The payload.'),
});

const lookup = z.strictObject({
  table: name.describe('Name of another table of this mapping.'),
  key: column.describe('The column there that tells one row from another.'),
  by: column.describe('The column here that holds such a key.'),
});

const table = z.strictObject({
  file: z
    .string()
    .regex(/^[^/\\]+$/, {
      error: 'write the name of a file in the folder; `*` stands for any text',
    })
    .describe('Name of the file; `*` stands for any text.'),
  optional: z.boolean().default(false).describe('The file may be missing.'),
  format: z.enum(['csv', 'ndjson']).optional().describe('Default: by the end of the name.'),
  delimiter: z.string().length(1, 'write one character').default(',').describe('Of CSV.'),
  encoding: z
    .enum(['utf-8', 'utf-16le', 'windows-1252'])
    .default('utf-8')
    .describe('How the text is written.'),
  zone: zone.optional().describe('Of days and of moments that carry no offset.'),
  lookups: z
    .record(
      z.string().regex(/^[A-Za-z0-9_-]+$/, { error: 'use letters, digits, `_` and `-` only' }),
      lookup,
    )
    .default({})
    .describe(
      'Rows of other tables that say more, by name: with `author` here, `author.role` is a column of theirs. Empty where no row has the key.',
    ),
  emits: z.array(emit).min(1, 'say which events a row gives'),
});

const tenantFiles = Object.keys(SINGLE_FILES) as SingleFile[];

export const mappingSchema = z.strictObject({
  source: z
    .string()
    .min(1)
    .max(100)
    .describe('The sender: event ids are unique within it, freshness is told by it.'),
  zone: zone.optional().describe('Default: the zone of the tenant.'),
  creates: z
    .strictObject({
      tenant: z.record(z.string(), z.json()),
      ...Object.fromEntries(
        tenantFiles
          .filter((file) => file !== 'tenant')
          .map((file) => [file, z.record(z.string(), z.json()).optional()]),
      ),
    })
    .optional()
    .describe('The files of the tenant that an import makes where there is none yet.'),
  tables: z.record(name, table).describe('By name, in the order in which they are read.'),
});

type ParsedMapping = z.output<typeof mappingSchema>;
export type Table = z.output<typeof table>;
export type Emit = z.output<typeof emit>;
export type Lookup = z.output<typeof lookup>;
export type Condition = z.output<typeof condition>;
export type Reference = z.output<typeof reference>;

/** A mapping file, checked. */
export interface Mapping extends Omit<ParsedMapping, 'creates'> {
  /** Name of its file. */
  readonly name: string;
  /** Of its content without comments: the same content is the same version. */
  readonly version: string;
  readonly creates?: Readonly<Partial<Record<SingleFile, unknown>>> | undefined;
}
