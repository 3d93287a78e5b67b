import type { Category, Preview } from '../../domain/proposal.ts';
import type { TenantConfig } from '../../domain/tenant.ts';
import type { Instant } from '../../domain/time.ts';
import type { Playbook } from '../../playbooks/define.ts';
import { inTenantCurrency } from '../../policies/rates.ts';
import type { ActTool } from '../../tools/act/define.ts';
import { actionDigest, wordsDigest } from './action-digest.ts';
import { previewInputOf, type Standing } from './standing.ts';
import type { StoredProposal } from './store.ts';

export interface Inspection {
  readonly tool: ActTool | undefined;
  readonly playbook: Playbook | undefined;
  readonly standing: Standing;
  readonly config: TenantConfig;
  readonly now: Instant;
}

/**
 * What is wrong with a proposal in itself, before any rule is asked; each is a refusal. Nothing that it says of itself
 * is believed: the tool works its preview out again from the arguments and from what is known of the account now, so
 * that a forged, foreign or outdated one is found, whoever filed it. Pure.
 */
export const inspect = (proposal: StoredProposal, inspection: Inspection): readonly string[] => {
  const { tool, playbook, standing, config } = inspection;
  if (proposal.accountId !== standing.accountId) return ['it is about another account'];
  if (tool === undefined) return [`no act tool is called \`${proposal.tool}\``];
  if (playbook === undefined) return [`no playbook is called \`${proposal.playbook}\``];
  if (!playbook.tools.includes(tool.id)) {
    return [`playbook \`${playbook.id}\` may not propose \`${tool.id}\``];
  }
  if (switchedOff(config, playbook.id)) return [`playbook \`${playbook.id}\` is switched off`];
  const again = workOut(proposal, tool, inspection);
  if (typeof again === 'string') return [again];
  return [
    ...again.problems,
    ...differences(proposal, tool, again),
    ...unsound(proposal.preview, inspection),
  ];
};

const switchedOff = ({ playbooks }: TenantConfig, id: string): boolean =>
  Object.hasOwn(playbooks, id) && playbooks[id]?.enabled === false;

/** The tool's own preview of the arguments, or why there is none. */
const workOut = (
  proposal: StoredProposal,
  tool: ActTool,
  { standing, config, now }: Inspection,
): Preview | string => {
  const parsed = tool.args.safeParse(proposal.args);
  if (!parsed.success) return `the arguments do not fit \`${tool.id}\``;
  try {
    return tool.preview(parsed.data, previewInputOf(standing, config, now));
  } catch {
    return `\`${tool.id}\` can make nothing of the arguments`;
  }
};

const differences = (
  proposal: StoredProposal,
  tool: ActTool,
  again: Preview,
): readonly string[] => {
  if (actionDigest(tool, proposal.args, again) !== proposal.actionDigest) {
    return ['the recipient, the quote or the action itself is no longer what was proposed'];
  }
  // Once it was settled, people may have read its words; they stay as they were read.
  if (proposal.status === 'proposed' && wordsDigest(again) !== wordsDigest(proposal.preview)) {
    return ['the words are not those of the tool'];
  }
  return [];
};

const CATEGORIES: readonly Category[] = ['service', 'contract', 'marketing', 'internal'];

/** Checks that hold for any tool, and so also for one with a fault. */
const unsound = (preview: Preview, { standing, config, now }: Inspection): readonly string[] => [
  ...unsoundMoney(preview, config, now),
  ...(CATEGORIES.includes(preview.category) ? [] : ['it has no known category']),
  ...unsoundFor(preview, standing, config),
];

const unsoundFor = (
  preview: Preview,
  standing: Standing,
  config: TenantConfig,
): readonly string[] => {
  switch (preview.port) {
    case 'email':
      return [...unsoundMessage(preview, standing, config), ...unsoundSender(config)];
    case 'in_app':
      return [...unsoundMessage(preview, standing, config), ...unsoundTerms(preview)];
    case 'tasks':
      return unsoundTask(preview);
    case 'deals':
      return unsoundDeal(preview, config);
    default:
      return ['no port carries it out'];
  }
};

const unsoundMoney = (preview: Preview, config: TenantConfig, now: Instant): readonly string[] => {
  const { money, discountBasisPoints: discount } = preview;
  const problems: string[] = [];
  if (!Number.isSafeInteger(discount) || discount < 0 || discount > 10_000) {
    problems.push('the discount is not between 0 and 100 %');
  }
  if (money === null) return problems;
  if (!Number.isSafeInteger(money.minor) || money.minor < 0)
    return [...problems, 'the amount is not one'];
  if (convertible(preview, config, now)) return problems;
  return [...problems, `no rate from ${money.currency} to ${config.currency} is known for today`];
};

const convertible = ({ money }: Preview, config: TenantConfig, now: Instant): boolean => {
  try {
    return money !== null && inTenantCurrency(money, config, now) !== null;
  } catch {
    return false;
  }
};

const unsoundMessage = (
  { outward, recipient, message, category, port }: Preview,
  { contacts }: Standing,
  { templates }: TenantConfig,
): readonly string[] => {
  if (recipient === null) return ['no recipient'];
  if (message === null) return ['no message'];
  if (!outward) return ['a message cannot be for the house alone'];
  const known = contacts.find(({ id }) => id === recipient.contactId);
  const template = templates.find(
    ({ id, version, language }) =>
      id === message.templateId &&
      version === message.templateVersion &&
      language === message.language,
  );
  return [
    ...(known?.email === recipient.email ? [] : ['the recipient is not a contact of the account']),
    ...(template === undefined
      ? [`template \`${message.templateId}\` was changed or withdrawn`]
      : []),
    ...(template === undefined || template.category === category
      ? []
      : ['the template is of another category']),
    ...(template === undefined || (template.channel ?? 'email') === port
      ? []
      : ['the template is for another channel']),
  ];
};

const unsoundSender = ({ contact }: TenantConfig): readonly string[] =>
  contact.sender === null ? ['no sender is named in the files of the tenant (contact.sender)'] : [];

/** Who is shown a message beside its recipient was asked for no consent, and nobody can unsubscribe from the product. */
const unsoundTerms = ({ message, category }: Preview): readonly string[] => [
  ...(message?.inApp?.audience === 'account' && category !== 'service'
    ? ['only a service message may be shown to everybody of the account']
    : []),
  ...(category === 'marketing' ? ['marketing is not shown in the product'] : []),
];

const unsoundDeal = (
  { outward, deal, category }: Preview,
  { deals, owners }: TenantConfig,
): readonly string[] => {
  if (deal === undefined) return ['no deal'];
  const stage = deals?.stages.find(({ id }) => id === deal.stage);
  return [
    ...(outward || category !== 'internal' ? ['a deal is for the house alone'] : []),
    ...(stage?.standing === 'open' ? [] : ['playbooks move deals between open stages alone']),
    ...(deal.ownerId === null || owners.some(({ id }) => id === deal.ownerId)
      ? []
      : ['the owner of the deal is not in the tenant’s files']),
  ];
};

const unsoundTask = ({ outward, task, category }: Preview): readonly string[] => {
  if (task === null) return ['no task'];
  return outward || category !== 'internal' ? ['a task is for the house alone'] : [];
};
