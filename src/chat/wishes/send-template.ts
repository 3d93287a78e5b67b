import { z } from 'zod';
import type { TenantConfig } from '../../domain/tenant.ts';
import { contactMeant } from '../contact-meant.ts';
import { defineWish, type Unclear } from '../define.ts';

export default defineWish({
  id: 'send_template',
  title: 'Send one of the approved templates by e-mail',
  examples: ['send Northwind the check-in'],
  tool: 'send_template',
  playbook: 'requested-contact',
  fits: ({ words, asks }) =>
    !asks &&
    /\b(send|write|e-?mail|mail|message)\b/.test(words) &&
    !/\b(task|seats?|discount)\b/.test(words)
      ? 8
      : 0,
  takes: z.strictObject({
    contactId: z.string().min(1).max(200).nullish(),
    templateId: z.string().min(1).max(100),
  }),
  read: ({ question: { words }, config }) => {
    const meant = templatesMeant(words, config);
    const [templateId] = meant;
    return templateId === undefined || meant.length > 1
      ? whichTemplate(config)
      : { taken: { templateId } };
  },
  want: async ({ contactId, templateId }, asked, look) => {
    if (!emails(asked.config).includes(templateId)) return whichTemplate(asked.config);
    const to = await contactMeant(asked, look, { contactId, roles: READERS });
    if ('unclear' in to) return to;
    return {
      args: { contactId: to.contactId, templateId },
      reason: `${asked.person.name} asked for it in chat`,
    };
  },
});

/** Who a letter of ours is for, the likeliest first. */
const READERS = ['champion', 'budget owner', 'admin', 'executive'];

const whichTemplate = (config: TenantConfig): Unclear => {
  const ids = emails(config).map((id) => `\`${id}\``);
  return {
    unclear: `which of the approved templates: ${ids.join(', ')}? Chat sends no words of its own.`,
  };
};

const emails = ({ templates }: Pick<TenantConfig, 'templates'>): string[] => [
  ...new Set(
    templates.filter(({ channel }) => (channel ?? 'email') === 'email').map(({ id }) => id),
  ),
];

/** Templates all of whose words stand in the wish. */
const templatesMeant = (words: string, config: TenantConfig): string[] =>
  emails(config).filter((id) =>
    id.split(/[-_]/).every((part) => new RegExp(`\\b${part.replaceAll(/\W/g, '')}`).test(words)),
  );
