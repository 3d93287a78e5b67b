import { policyToJson, policyToText, type PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import type { NamedPolicy } from '../src/platform/cedar.ts';

/** A policy with one thing wrong in it; `null` text: it was left out. */
export interface Mutant {
  readonly policy: string;
  /** What was changed, in words. */
  readonly change: string;
  readonly text: string | null;
}

type Node = unknown;
type Changed = readonly [string, Node];

/**
 * Every policy that differs from the given one in a single place: left out, a condition gone or turned round, a
 * comparison shifted, one side of an `&&`, a number off by one, a member missing from a set, who may lift it.
 */
export const mutantsOf = ({ id, text, annotations }: NamedPolicy): readonly Mutant[] => {
  const parsed = policyToJson(text);
  if (parsed.type === 'failure') throw new Error(`\`${id}\` is no policy`);
  const { json } = parsed;
  const changed = [...conditionChanges(json), ...liftChanges(json, annotations)];
  return [
    { policy: id, change: 'left out', text: null },
    ...changed.map(([change, policy]) => ({ policy: id, change, text: textOf(policy) })),
  ];
};

const textOf = (policy: PolicyJson): string => {
  const written = policyToText(policy);
  if (written.type === 'failure') throw new Error(JSON.stringify(written.errors));
  return written.text;
};

const conditionChanges = (policy: PolicyJson): (readonly [string, PolicyJson])[] =>
  policy.conditions.flatMap((condition, index) => {
    const put = (other: readonly PolicyJson['conditions'][number][]): PolicyJson => ({
      ...policy,
      conditions: policy.conditions.toSpliced(index, 1, ...other),
    });
    const kind = condition.kind === 'when' ? 'unless' : 'when';
    const bodies = changesOf(condition.body).map(
      ([change, body]) => [change, put([{ ...condition, body: body as never }])] as const,
    );
    return [
      [`without its condition ${index + 1}`, put([])] as const,
      [`condition ${index + 1} turned round`, put([{ ...condition, kind }])] as const,
      ...bodies,
    ];
  });

/** Who may lift it is said by annotations, and read by us and not by Cedar. */
const liftChanges = (
  policy: PolicyJson,
  { approver, quorum, ...rest }: NamedPolicy['annotations'],
): (readonly [string, PolicyJson])[] => {
  if (approver === undefined) return [];
  const other = approver === 'admin' ? 'approver' : 'admin';
  const annotated = (annotations: Record<string, string>): PolicyJson => ({
    ...policy,
    annotations: { ...rest, ...annotations },
  });
  const one = Number(quorum ?? '1') + 1;
  return [
    ['lifted by nobody', annotated({})],
    [`lifted by ${other}`, annotated({ approver: other, quorum: quorum ?? '1' })],
    [`lifted by ${one}`, annotated({ approver, quorum: String(one) })],
  ];
};

const SWAPPED: Readonly<Record<string, readonly string[]>> = {
  '>': ['>=', '<'],
  '>=': ['>', '<'],
  '<': ['<=', '>'],
  '<=': ['<', '>'],
  '==': ['!='],
  '!=': ['=='],
  '&&': ['||'],
  '||': ['&&'],
};

/** The same expression with one thing changed in it, for each thing that can be. */
const changesOf = (node: Node): readonly Changed[] => {
  if (Array.isArray(node)) return membersGone(node);
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) => [
    ...here(key, value as Node),
    ...changesOf(value).map(([change, inner]) => [change, { ...node, [key]: inner }] as const),
  ]);
};

const here = (key: string, value: Node): readonly Changed[] => {
  if (key === 'Value') return literals(value);
  if (key === '!') return [['without its !', (value as { readonly arg: Node }).arg]];
  const swaps = (SWAPPED[key] ?? []).map(
    (other) => [`${other} for ${key}`, { [other]: value }] as const,
  );
  if (key !== '&&' && key !== '||') return swaps;
  const { left, right } = value as { readonly left: Node; readonly right: Node };
  return [...swaps, [`the left of ${key} alone`, left], [`the right of ${key} alone`, right]];
};

const literals = (value: Node): readonly Changed[] => {
  if (typeof value === 'boolean') return [[`${!value} for ${value}`, { Value: !value }]];
  if (typeof value === 'string')
    return [[`another word for "${value}"`, { Value: `not ${value}` }]];
  if (typeof value !== 'number') return [];
  return [-1, 1].map((by) => [`${value + by} for ${value}`, { Value: value + by }]);
};

const membersGone = (members: readonly Node[]): readonly Changed[] =>
  members.map((gone, index) => [
    `a set without ${JSON.stringify((gone as { readonly Value?: Node }).Value ?? gone)}`,
    members.toSpliced(index, 1),
  ]);
