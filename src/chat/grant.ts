import { listApprovals } from '../act/approvals/read.ts';
import { listDecisions, type StoredProposal } from '../act/settle/read.ts';
import { listPeople } from '../platform/auth/people.ts';
import { mayPerson } from '../platform/auth/rights.ts';
import { holdsOneOf } from '../policies/roles.ts';
import type { Answer, Talk } from './answer.ts';
import type { AskedOf, Desk, Filed, Look, Wish } from './define.ts';
import { inTenant } from './desk.ts';
import { fileRequest, type Request } from './file-request.ts';
import { plain } from './markdown.ts';

type Granted = Pick<Answer, 'text' | 'filed'>;

/** A wish as a model read it: what it filled in, and how far that may be relied on. */
export interface ReadByModel {
  readonly taken: unknown;
  readonly ungrounded: readonly string[];
  readonly readUntrusted: boolean;
}

/**
 * Turns a wish into a proposal of whoever asked, and says where it stands; or says what it lacks, and files none. What
 * the wish takes is read out of the operator's words, unless a model has read it.
 */
export const grant = async (
  talk: Talk,
  wish: Wish,
  asked: AskedOf,
  look: Look,
  byModel?: ReadByModel,
): Promise<Granted> => {
  const ruling = mayPerson(talk.desk.person, 'propose');
  if (!ruling.allowed) return { text: `${plain(ruling.reason)}. Nothing was proposed.`, filed: [] };
  const read = byModel ?? wish.read(asked);
  const wanted = 'unclear' in read ? read : await wish.want(read.taken, asked, look);
  if ('unclear' in wanted)
    return { text: `${capital(plain(wanted.unclear))} Nothing was proposed.`, filed: [] };
  talk.signal.throwIfAborted();
  talk.tell({ tool: wish.tool, text: `Proposing: ${wish.title}` });
  return fileAndSay(talk.desk, {
    key: talk.key,
    accountId: asked.account.accountId,
    tool: wish.tool,
    playbook: wish.playbook,
    args: wanted.args,
    reason: byModel === undefined ? wanted.reason : `${wanted.reason}, as a model read it`,
    ungrounded: byModel?.ungrounded ?? [],
    readUntrusted: byModel?.readUntrusted ?? false,
  });
};

/** What a wish takes and the program does not have, and what can be done instead. */
export const notThere = ({ title, instead }: Wish, missing: readonly string[]): string =>
  [
    `Retinue cannot do that yet (${plain(title.toLowerCase())}): it has no ${missing.join(' and no ')}. No proposal was filed.`,
    ...(instead === undefined ? [] : [plain(instead)]),
  ].join(' ');

/** Files a request and tells what became of it, in words. */
export const fileAndSay = async (desk: Desk, request: Request): Promise<Granted> => {
  const outcome = await fileRequest(desk, request);
  switch (outcome.kind) {
    case 'missing':
      return {
        text: `Retinue cannot do that yet: it has no ${outcome.missing.join(' and no ')}. No proposal was filed.`,
        filed: [],
      };
    case 'impossible':
      return {
        text: `That cannot be proposed: ${plain(outcome.problems.join('; '))}. No proposal was filed.`,
        filed: [],
      };
    case 'filed':
      return {
        text: await standingOf(desk, outcome.proposal),
        filed: [filedOf(outcome.proposal)],
      };
  }
};

const filedOf = (proposal: StoredProposal): Filed => ({
  tool: proposal.tool,
  accountId: proposal.accountId,
  caseId: proposal.caseId,
  proposalId: proposal.id,
  summary: proposal.preview.summary,
  status: proposal.status,
});

const standingOf = async (desk: Desk, proposal: StoredProposal): Promise<string> => {
  const { decision, approval, people } = await inTenant(desk, async (tx) => ({
    decision: (await listDecisions(tx, { proposalIds: [proposal.id] })).at(-1),
    approval: (await listApprovals(tx, { proposalIds: [proposal.id] })).at(-1),
    people: await listPeople(tx),
  }));
  const reasons = (decision?.reasons ?? []).map(({ text }) => `- ${plain(text)}`).join('\n');
  const may = people.filter(
    ({ id, roles }) =>
      proposal.proposedBy !== `person:${id}` && holdsOneOf(roles, approval?.roles ?? []),
  );
  const approve =
    proposal.status === 'pending_approval' && approval !== undefined
      ? [
          `${may.map(({ name }) => plain(name)).join(', ')} may approve it; you proposed it, so you may not: \`retinue approve ${approval.id}\`.`,
        ]
      : [];
  return [
    `Proposed: **${plain(proposal.preview.summary)}** — ${becameOf(proposal)}.`,
    ...(reasons === '' ? [] : [reasons]),
    ...approve,
    ...(desk.world.kind === 'live'
      ? []
      : [`In the ${desk.world.kind} world \`${desk.world.id}\`: it reaches nobody.`]),
    `The whole story: \`retinue case ${proposal.caseId}\`.`,
  ].join('\n\n');
};

const becameOf = ({ status, preview }: StoredProposal): string =>
  status === 'permitted' && !preview.outward
    ? 'the policy permits it'
    : (BECAME[status] ?? plain(status));

const BECAME: Readonly<Record<string, string>> = {
  pending_approval: 'it waits for an approval',
  permitted: 'the policy permits it, and it goes out when its hold ends',
  done: 'it is done',
  held: 'it is held for now',
  forbidden: 'the policy refuses it',
  superseded: 'it gives way to something more urgent',
  void: 'it does not stand',
};

const capital = (text: string): string => {
  const sentence = /[.?!]$/.test(text) ? text : `${text}.`;
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
};
