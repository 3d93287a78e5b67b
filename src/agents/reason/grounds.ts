import { canonicalJson, type Json, type JsonObject } from '../../domain/json.ts';
import type { Facts } from '../../domain/fact.ts';
import type { Contact } from '../../tools/act/define.ts';
import type { PlannedStep } from '../../playbooks/steps.ts';

/** Where an argument may come from without a model having made it up. */
export interface Sources {
  readonly plan: readonly PlannedStep[];
  readonly contacts: readonly Pick<Contact, 'id'>[];
  readonly facts: Facts;
}

/** Words are judged by themselves: whether they are true, and whether a person reads them first. */
const JUDGED_ELSEWHERE = new Set(['words']);

/**
 * The arguments that come neither from the plan of rules (the same tool and value) nor from facts (a contact of the
 * account, ids of known facts). A figure counts as grounded by the plan alone: some fact always happens to have it.
 */
export const ungrounded = (
  { tool, args }: { readonly tool: string; readonly args: JsonObject },
  { plan, contacts, facts }: Sources,
): string[] => {
  const planned = plan.filter((step) => step.tool === tool);
  const isPlanned = (name: string, value: Json) =>
    planned.some((step) =>
      same((step.args as Readonly<Record<string, Json | undefined>>)[name], value),
    );
  const isKnown = (name: string, value: Json) =>
    name === 'contactId'
      ? contacts.some(({ id }) => id === value)
      : name === 'cites' &&
        Array.isArray(value) &&
        value.every((id: Json) => typeof id === 'string' && Object.hasOwn(facts, id));
  return Object.entries(args)
    .filter(([name]) => !JUDGED_ELSEWHERE.has(name))
    .filter(([name, value]) => !isPlanned(name, value) && !isKnown(name, value))
    .map(([name]) => name);
};

const same = (a: Json | undefined, b: Json): boolean =>
  a !== undefined && canonicalJson(a) === canonicalJson(b);
