import type { JsonObject } from '../../src/domain/json.ts';
import { readBrief, type ReadBrief } from './brief.ts';
import type { Behaviour, StandInReply } from './stand-in.ts';

type Call = NonNullable<StandInReply['calls']>[number];

/**
 * A mind that knows the practices: it looks things up once, tickets where there are any, and answers at once. Handed a
 * plan it keeps it, and offers half of any discount; without one it asks for what the practice says.
 */
export const sensible: Behaviour = (messages, tools) => {
  const brief = readBrief(messages);
  if (brief.isFirst) return { calls: lookUps(brief) };
  const handed = tools.some((tool) => tool.function.name === 'keep');
  const calls = handed ? answerTo(brief) : byHeart(brief);
  return {
    text: 'The facts carry this.',
    calls: calls.length > 0 ? calls : [decline],
  };
};

const decline: Call = {
  name: 'decline',
  args: { step: null, why: 'the facts ask for nothing beyond what is done anyway' },
};

const lookUps = ({ fact }: ReadBrief): readonly Call[] => [
  { name: 'past_proposals', args: {} },
  ...(fact('ticket_history')?.includes('"tickets":0') === true
    ? []
    : [{ name: 'conversations', args: {} }]),
];

const why = 'by the facts of the case';

const answerTo = ({ plan }: ReadBrief): readonly Call[] =>
  plan.map(({ step, tool, args }) =>
    tool === 'offer_save_discount' && Number(args['basisPoints']) >= 200
      ? {
          name: tool,
          args: { ...args, basisPoints: Number(args['basisPoints']) / 2, step, why: 'half may do' },
        }
      : { name: 'keep', args: { step, why } },
  );

const byHeart = (brief: ReadBrief): readonly Call[] => {
  const make = PRACTICES[brief.playbook];
  return make === undefined ? [] : make(brief);
};

const act = (name: string, args: JsonObject): Call => ({
  name,
  args: { ...args, step: null, why },
});

/** The contact of the first of these roles. */
const contactOf = ({ text }: ReadBrief, roles: readonly string[]): string | null => {
  for (const role of roles) {
    const line = new RegExp(`^- (?<id>[^:\\n]+): [^,\\n]+, ${role}, language`, 'mu').exec(text);
    if (line?.groups?.['id'] !== undefined) return line.groups['id'];
  }
  return null;
};

const findContact = (remark: string): Call =>
  act('open_task', { kind: 'find_contact', dueBusinessDays: 2, cites: [], remarks: [remark] });

const save = (brief: ReadBrief): readonly Call[] => {
  if (!/^- churn risk is (?:high|critical)/mu.test(brief.text)) return [];
  const contactId = contactOf(brief, ['champion', 'budget_owner', 'executive', 'admin', 'user']);
  if (contactId === null) return [findContact('nobody can be asked how they are')];
  return [
    act('send_template', { contactId, templateId: 'check-in' }),
    ...(/^- churn risk is critical/mu.test(brief.text)
      ? [act('offer_save_discount', { contactId, basisPoints: 1000, months: 3 })]
      : []),
  ];
};

const expand = (brief: ReadBrief): readonly Call[] => {
  const asked = /"seats":(?<seats>\d+)/u.exec(brief.fact('seats_requested') ?? '');
  const rejected = Number(brief.fact('rejected_invites') ?? 0);
  const seats = Math.min(50, Number(asked?.groups?.['seats'] ?? rejected));
  const buyer = contactOf(brief, ['budget_owner', 'champion', 'admin', 'executive']);
  const admin = contactOf(brief, ['admin', 'champion', 'budget_owner', 'executive']);
  if (buyer === null || admin === null) return [findContact('seats cannot be offered')];
  return [
    ...(rejected === 0
      ? []
      : [
          act('send_in_app_message', {
            contactId: admin,
            templateId: 'seats-full',
            audience: 'contact',
          }),
        ]),
    ...(seats === 0
      ? []
      : [
          act('offer_seats', { contactId: buyer, seats }),
          act('track_deal', { kind: 'expansion', stage: 'found', seats }),
        ]),
  ];
};

const renew = (brief: ReadBrief): readonly Call[] => {
  const days = Number(brief.fact('days_to_renewal') ?? Infinity);
  const contractId = /About: (?<id>\S+)\. Urgency/u.exec(brief.text)?.groups?.['id'] ?? '';
  const contactId = contactOf(brief, ['budget_owner', 'executive', 'champion', 'admin']);
  return [
    act('track_deal', { kind: 'renewal', stage: 'found', contractId }),
    ...(days > 30
      ? []
      : contactId === null
        ? [findContact('nobody can be asked about the renewal')]
        : [act('send_template', { contactId, templateId: 'renewal-conversation' })]),
  ];
};

const PRACTICES: Readonly<Record<string, (brief: ReadBrief) => readonly Call[]>> = {
  'churn-save': save,
  'seat-expansion': expand,
  'renewal-runway': renew,
};
