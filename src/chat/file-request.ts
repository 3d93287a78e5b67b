import { saveCase, setNextLook, loadCase, type StoredCase } from '../act/cases/case-store.ts';
import { closeCase } from '../act/cases/close.ts';
import { openRound, updateRound } from '../act/cases/round-store.ts';
import { record } from '../act/ledger/ledger.ts';
import { listProposals, type StoredProposal } from '../act/settle/read.ts';
import { fileProposals } from '../act/settle/file.ts';
import { settle } from '../act/settle/settle.ts';
import { previewInputOf, type Standing } from '../act/settle/standing.ts';
import { lockAccount } from '../act/settle/store.ts';
import { inputError } from '../domain/errors.ts';
import { deriveId } from '../domain/identifiers.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Preview } from '../domain/proposal.ts';
import { addHours, dayIn, type Instant } from '../domain/time.ts';
import { CURRENT_VERSION } from '../graph/versions.ts';
import { standingNow } from '../graph/standing-now.ts';
import { requireRight } from '../platform/auth/rights.ts';
import type { TenantTx } from '../platform/db/database.ts';
import type { Playbook } from '../playbooks/define.ts';
import { rootAccountIds } from '../sense/identity/parent-store.ts';
import { readMoney } from '../tools/act/commercial.ts';
import type { ActTool } from '../tools/act/define.ts';
import type { Desk } from './define.ts';

export interface Request {
  /** The same key is the same request: asked again, it finds what it filed. */
  readonly key: string;
  readonly accountId: string;
  readonly tool: string;
  readonly playbook: string;
  readonly args: JsonObject;
  readonly reason: string;
  /** Arguments that a model filled in and nobody's words bear out; none unless told. */
  readonly ungrounded?: readonly string[];
  /** Text of outsiders was read on the way to it. */
  readonly readUntrusted?: boolean;
}

/**
 * `filed`: a proposal stands, wherever the policy put it. `missing`: the program has no such act tool or playbook.
 * `impossible`: the tool itself says why it cannot be done; nothing was filed.
 */
export type RequestOutcome =
  | { readonly kind: 'filed'; readonly proposal: StoredProposal }
  | { readonly kind: 'missing'; readonly missing: readonly string[] }
  | { readonly kind: 'impossible'; readonly problems: readonly string[] };

/** What a wish takes and the program does not have, in words; none when it can be proposed. */
export const missingFor = (
  { parts }: Pick<Desk, 'parts'>,
  { tool, playbook }: Pick<Request, 'tool' | 'playbook'>,
): string[] => [
  ...(parts.actTools.some(({ id }) => id === tool) ? [] : [`act tool \`${tool}\``]),
  ...(parts.playbooks.some(({ id }) => id === playbook) ? [] : [`playbook \`${playbook}\``]),
];

/**
 * Files what a person asks for as a proposal of theirs, in a case of its own, and settles the account: the same
 * arbiter, policy, rung and approvals as for any other, and whoever asked is never the one who approves. Throws
 * `auth.not_allowed` for who may not propose.
 */
export const fileRequest = async (desk: Desk, request: Request): Promise<RequestOutcome> => {
  requireRight(desk.person, 'propose');
  const tool = desk.parts.actTools.find(({ id }) => id === request.tool);
  const playbook = desk.parts.playbooks.find(({ id }) => id === request.playbook);
  if (tool === undefined || playbook?.tools.includes(tool.id) !== true) {
    return { kind: 'missing', missing: missingFor(desk, request) };
  }
  const parsed = tool.args.safeParse(request.args);
  if (!parsed.success) {
    const issues = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    return { kind: 'impossible', problems: issues };
  }
  return desk.db.withTenant(desk.tenantId, (tx) =>
    file(tx, desk, { ...request, args: parsed.data as JsonObject }, tool, playbook),
  );
};

const file = async (
  tx: TenantTx,
  desk: Desk,
  request: Request,
  tool: ActTool,
  playbook: Playbook,
): Promise<RequestOutcome> => {
  const { world, now, config, parts } = desk;
  const { accountId } = request;
  await lockAccount(tx, accountId);
  const caseId = caseIdOf(desk, request);
  const [before] = await listProposals(tx, { caseId });
  if (before !== undefined) return { kind: 'filed', proposal: before };
  const standing = await standingNow(tx, { accountId, world, now, config, parts });
  if (standing === null)
    throw inputError('account_not_found', `there is no account \`${accountId}\` any more`);
  const preview = tool.preview(request.args, previewInputOf(standing, config, now));
  if (preview.problems.length > 0) return { kind: 'impossible', problems: preview.problems };
  const entry = await openCase(tx, desk, request, playbook, standing);
  const [filed] = await propose(tx, desk, request, entry, preview);
  await settle(tx, {
    world,
    now,
    config,
    standing,
    parts,
    reason: `${desk.person.name} asked in chat`,
  });
  const [proposal] = await listProposals(tx, { ids: filed === undefined ? [] : [filed.id] });
  if (proposal === undefined) throw new Error(`request \`${request.key}\` was not filed`);
  await endRound(tx, entry, playbook, proposal, now);
  if (ENDED.includes(proposal.status)) {
    const reason = `what was asked for is ${proposal.status}`;
    await closeCase(tx, { entry: { ...entry, round: proposal.round }, reason, now });
  }
  return { kind: 'filed', proposal };
};

/** Nothing can come of these any more; another request is another case. */
const ENDED: readonly StoredProposal['status'][] = ['forbidden', 'superseded', 'void'];

const caseIdOf = ({ tenantId, world }: Desk, { playbook, accountId, key }: Request): string =>
  deriveId('case', tenantId, world.id, playbook, accountId, 'request', key);

const openCase = async (
  tx: TenantTx,
  desk: Desk,
  request: Request,
  playbook: Playbook,
  { ownerId, facts }: Standing,
): Promise<StoredCase> => {
  const { world, now, config, person } = desk;
  const { accountId } = request;
  const [root] = await rootAccountIds(tx, [accountId]).then((roots) => [...roots.values()]);
  const entry: StoredCase = {
    id: caseIdOf(desk, request),
    tenantId: tx.tenantId,
    world,
    accountId,
    rootAccountId: root ?? accountId,
    playbook: playbook.id,
    class: playbook.class,
    agent: playbook.agent,
    subject: deriveId('request', request.key),
    period: dayIn(config.zone, now),
    status: 'open',
    arm: 'treatment',
    ownerId,
    foundAt: now,
    openedAt: now,
    closedAt: null,
    closeReason: null,
    reasons: [{ input: 'request', text: `${person.name} asked for it in chat` }],
    urgency: URGENCY,
    arrAtRisk: readMoney(facts['arr']?.value),
    rank: 0,
    rankBecause: null,
    round: 0,
    nextLookAt: now,
    nextLookCause: 'opened',
    updatedAt: now,
  };
  await saveCase(tx, entry);
  await record(tx, {
    world: world.id,
    kind: 'case.opened',
    subjects: { accountId, caseId: entry.id, personId: person.id },
    body: {
      playbook: playbook.id,
      subject: entry.subject,
      period: entry.period,
      arm: entry.arm,
      urgency: entry.urgency,
      rank: entry.rank,
      inputs: ['request'],
    },
    at: now,
  });
  return entry;
};

/** What a person asks for goes before what a playbook thought of by itself within its class, and after what burns. */
const URGENCY = 70;

const propose = async (
  tx: TenantTx,
  { person, parts, now, config, world }: Desk,
  { tool, args, reason, ungrounded = [], readUntrusted = false }: Request,
  entry: StoredCase,
  preview: Preview,
): Promise<StoredProposal[]> => {
  const round = await openRound(tx, {
    caseId: entry.id,
    world: world.id,
    cause: `${person.name} asked in chat`,
    mode: 'rules',
    graphVersion: CURRENT_VERSION,
    configVersion: config.version,
    now,
  });
  return fileProposals(tx, {
    case: entry,
    round: round ?? 1,
    proposals: [{ draft: { tool, args, reason, step: 'request' }, preview, ungrounded }],
    proposedBy: `person:${person.id}`,
    readUntrusted,
    tools: parts.actTools,
    now,
  });
};

/** The round is the person's: no graph drives it, and the case waits for its own end. */
const endRound = async (
  tx: TenantTx,
  entry: StoredCase,
  playbook: Playbook,
  { id, tool, round }: StoredProposal,
  now: Instant,
): Promise<void> => {
  await updateRound(tx, entry.id, round, {
    status: 'done',
    steps: [{ ordinal: 0, step: 'request', tool, proposalId: id }],
    closedAt: now,
  });
  const stored = await loadCase(tx, entry.id);
  if (stored === null) return;
  const until = addHours(now, 24 * playbook.measure.withinDays);
  await setNextLook(tx, entry.id, until, 'its time is over');
};
