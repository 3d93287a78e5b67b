import { digest } from '../../domain/identifiers.ts';
import type { ExternalRef, IncomingEvent } from '../../domain/event.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { Instant, Zone } from '../../domain/time.ts';
import { refuse, type Refusal } from '../events/refusal.ts';
import { compile, compileText, partsOf, type RawRow, type Value } from './expression.ts';
import type { Condition, Emit, Reference } from './mapping-schema.ts';
import type { NumberedRow, OpenTable } from './open-table.ts';
import { RowFault } from './row-fault.ts';

/** What one row gives. */
export interface Emitted {
  readonly events: IncomingEvent[];
  readonly refusals: Refusal[];
  /** Events left out because they lie in the future. */
  waiting: number;
  /** Rows of which no emit wanted anything. */
  leftOut: number;
}

export interface EmitContext {
  readonly table: string;
  readonly file: string;
  readonly source: string;
  readonly mappingVersion: string;
  readonly importId: string;
  readonly zone: Zone;
  readonly now: Instant;
}

/** What a table must tell of a row. */
type Readable = Pick<OpenTable, 'columns' | 'show'>;

/** Makes a function that adds a row's events, once for each file. It throws nothing for bad rows. */
export const compileEmits = (
  emits: readonly Emit[],
  open: Readable,
  context: EmitContext,
): ((row: NumberedRow, into: Emitted) => void) => {
  const compiled = emits.map((emit) => compileEmit(emit, open, context));
  return (numbered, into) => {
    if ('fault' in numbered) {
      into.refusals.push(refusedLine(numbered.line, numbered.fault, context));
      return;
    }
    const wanted = compiled.map((one) => one(numbered.line, numbered.row, into));
    if (!wanted.includes(true)) into.leftOut += 1;
  };
};

const compileEmit = (
  emit: Emit,
  open: Readable,
  context: EmitContext,
): ((line: number, row: RawRow, into: Emitted) => boolean) => {
  const holds = compileConditions(emit.when, open);
  const make = compileEvent(emit, open, context);
  return (line, row, into) => {
    try {
      if (!holds(row)) return false;
      const event = make(line, row);
      if (emit.future === 'wait' && event.occurredAt > context.now) into.waiting += 1;
      else into.events.push(event);
    } catch (error) {
      if (!(error instanceof RowFault)) throw error;
      into.refusals.push(refusedRow(emit, line, open.show(row), error.message, context));
    }
    return true;
  };
};

const compileConditions = (
  conditions: readonly Condition[],
  { columns }: Readable,
): ((row: RawRow) => boolean) => {
  const compiled = conditions.map(({ column, equals, present }) => {
    const cell = columns(column);
    if (equals === undefined) return (row: RawRow) => (cell(row) !== '') === present;
    const wanted = new Set((Array.isArray(equals) ? equals : [equals]).map(String));
    return (row: RawRow) => wanted.has(cell(row));
  });
  return (row) => compiled.every((holds) => holds(row));
};

/** Which content an event id stands for: a record that a later file tells otherwise is news; an amount never is. */
const isRecord = (type: string): boolean => type.endsWith('.changed') || type === 'link.bound';

const compileEvent = (
  emit: Emit,
  open: Readable,
  context: EmitContext,
): ((line: number, row: RawRow) => IncomingEvent) => {
  const idOf = compileId(emit, open, context);
  const occurredAt = named(
    'at',
    compile({ ...partsOf(emit.at), as: 'instant' }, open.columns, context.zone),
  );
  const ref = emit.ref === undefined ? undefined : compileRef('ref', emit.ref, open, context.zone);
  const payloadOf = compilePayload(emit, open, context.zone);
  const source = emit.source ?? context.source;
  const { importId, mappingVersion, file } = context;
  return (line, row) => {
    const id = idOf(row);
    const at = occurredAt(row) as Instant;
    const whose = ref?.(row);
    const payload = payloadOf(row);
    const said = { at, payload, ...(whose === undefined ? {} : { ref: { ...whose } }) };
    return {
      eventId: isRecord(emit.type) ? `${id}/${digest(said).slice(0, 12)}` : id,
      source,
      type: emit.type,
      occurredAt: at,
      trust: 'server',
      ...(whose === undefined ? {} : { ref: whose }),
      payload,
      importId,
      mappingVersion,
      origin: { file, line },
    };
  };
};

const compileId = (
  emit: Emit,
  { columns }: Readable,
  { table }: EmitContext,
): ((row: RawRow) => string) => {
  const cells = emit.key.map((column) => [column, columns(column)] as const);
  return (row) => {
    const keys = cells.map(([column, cell]) => {
      const text = cell(row);
      if (text === '') throw new RowFault(`\`${column}\` is empty, and tells the row from others`);
      return text.replaceAll('/', '%2F');
    });
    return `${table}/${keys.join('/')}/${emit.id}`;
  };
};

const compilePayload = (emit: Emit, open: Readable, zone: Zone): ((row: RawRow) => JsonObject) => {
  const fields = Object.entries(emit.fields).map(
    ([field, expression]) =>
      [field, withName(field, compile(expression, open.columns, zone))] as const,
  );
  const links = emit.links.map((link, index) => compileRef(`links[${index}]`, link, open, zone));
  return (row) => {
    const payload: Record<string, Json> = {};
    for (const [field, value] of fields) {
      const found = value(row);
      if (found !== undefined) payload[field] = found;
    }
    if (links.length > 0) payload['links'] = links.map((link) => ({ ...link(row) }));
    return payload;
  };
};

const compileRef = (
  name: string,
  { source, externalId }: Reference,
  open: Readable,
  zone: Zone,
): ((row: RawRow) => ExternalRef) => {
  const value = named(`${name}.externalId`, compileText(externalId, open.columns, zone));
  return (row) => ({ source, externalId: value(row) as string });
};

/** A value that must be there. */
const named = (name: string, value: Value): ((row: RawRow) => Json) => {
  const read = withName(name, value);
  return (row) => {
    const found = read(row);
    if (found === undefined || found === null) throw new RowFault(`\`${name}\` is empty`);
    return found;
  };
};

/** Says which part of the event a fault is about. */
const withName =
  (name: string, value: Value): Value =>
  (row) => {
    try {
      return value(row);
    } catch (error) {
      throw error instanceof RowFault ? new RowFault(`${name}: ${error.message}`) : error;
    }
  };

const refusedLine = (line: number, reason: string, context: EmitContext): Refusal =>
  refusedRow({ id: 'line', type: 'row' }, line, {}, reason, context);

const refusedRow = (
  { id, type }: Pick<Emit, 'id' | 'type'>,
  line: number,
  row: JsonObject,
  reason: string,
  { table, file, source, importId, mappingVersion, now }: EmitContext,
): Refusal =>
  refuse(
    {
      eventId: `${table}/${file}:${line}/${id}`,
      source,
      type,
      occurredAt: now,
      trust: 'server',
      payload: row,
      importId,
      mappingVersion,
      origin: { file, line },
    },
    'bad_row',
    reason,
  );
