import { z } from 'zod';
import type { JsonObject } from '../../domain/json.ts';
import { defineWish } from '../define.ts';
import { numberBefore } from '../question.ts';

const KIND_IDS = [
  'executive_check_in',
  'value_review',
  'renewal_conversation',
  'find_contact',
  'complete_data',
  'tell_sales',
  'alert_account_manager',
] as const;

/** The kinds of `open_task` by the words in which people ask for them; the first that fits. */
const KINDS: readonly (readonly [RegExp, (typeof KIND_IDS)[number], readonly string[]])[] = [
  [
    /\bexec\w*|\bcheck-?in\b|\bceo\b|\bfounder\b/,
    'executive_check_in',
    ['churn_risk_score', 'renewals'],
  ],
  [/\bvalue\b|\bqbr\b|\breview\b/, 'value_review', ['feature_adoption', 'renewals']],
  [/\brenewal\b|\brenew\b/, 'renewal_conversation', ['renewals', 'arr']],
  [/\b(find|add) .*\bcontact\b|\bcontact\b.*\bfind\b/, 'find_contact', []],
  [/\bdata\b|\bsource\b/, 'complete_data', []],
  [/\bsales\b|\bexpansion\b/, 'tell_sales', ['plan', 'seats', 'arr']],
  [
    /\b(account manager|csm|owner|call|talk|look (into|after)|follow up|reach out)\b/,
    'alert_account_manager',
    ['arr'],
  ],
];

const USUAL_DAYS = 2;

export default defineWish({
  id: 'open_task',
  title: 'Give a colleague a task about an account',
  examples: ['tell the account manager of Northwind to call them within 3 days'],
  tool: 'open_task',
  playbook: 'requested-contact',
  fits: ({ words, asks }) => {
    if (asks) return 0;
    if (/\b(open|create|add|file|make|give)\b.*\btask\b/.test(words)) return 9;
    return /\b(tell|alert|remind|ask|have|get)\b.*\b(account manager|csm|owner|sales|exec\w*|somebody|someone|a colleague)\b/.test(
      words,
    )
      ? 9
      : 0;
  },
  takes: z.strictObject({
    kind: z.enum(KIND_IDS),
    days: z.int().min(0).max(30).default(USUAL_DAYS),
  }),
  read: ({ question: { words } }) => {
    const kind = KINDS.find(([pattern]) => pattern.test(words));
    if (kind === undefined) {
      return {
        unclear:
          'what kind of task: an executive check-in, a value review, a renewal conversation, tell sales, find a contact, or tell the account manager?',
      };
    }
    const days = numberBefore(words, '(?:business |working )?days?') ?? USUAL_DAYS;
    return { taken: { kind: kind[1], days: Math.min(30, Math.max(0, Math.round(days))) } };
  },
  want: async ({ kind, days }, { question: { text }, person }) => {
    const args: JsonObject = {
      kind,
      dueBusinessDays: days,
      cites: [...(KINDS.find(([, id]) => id === kind)?.[2] ?? [])],
      remarks: [`${person.name} in chat: ${text}`.slice(0, 300)],
    };
    return { args, reason: `${person.name} asked for it in chat` };
  },
});
