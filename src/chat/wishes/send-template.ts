import type { TenantConfig } from '../../domain/tenant.ts';
import { contactMeant } from '../contact-meant.ts';
import { defineWish } from '../define.ts';

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
  want: async (asked, look) => {
    const meant = templatesMeant(asked.question.words, asked.config);
    const [templateId] = meant;
    if (templateId === undefined || meant.length > 1) {
      const ids = emails(asked.config).map((id) => `\`${id}\``);
      return {
        unclear: `which of the approved templates: ${ids.join(', ')}? Chat sends no words of its own.`,
      };
    }
    const to = await contactMeant(asked, look, ['champion', 'budget owner', 'admin', 'executive']);
    if ('unclear' in to) return to;
    return {
      args: { contactId: to.contactId, templateId },
      reason: `${asked.person.name} asked for it in chat`,
    };
  },
});

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
