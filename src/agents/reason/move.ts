import type { JsonObject } from '../../domain/json.ts';

/** What a model asks for in its last answer. `why` is its own rationale, and is shown as such. */
export type Move =
  | {
      readonly kind: 'act';
      readonly tool: string;
      readonly args: JsonObject;
      /** The step of the plan that it carries out. */
      readonly step: string | null;
      readonly why: string;
    }
  | { readonly kind: 'keep'; readonly step: string; readonly why: string }
  /** One step of the plan, or with `null` everything. */
  | { readonly kind: 'decline'; readonly step: string | null; readonly why: string };

/** A call of an act tool. */
export type Act = Extract<Move, { kind: 'act' }>;
