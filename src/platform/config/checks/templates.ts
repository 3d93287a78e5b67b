import type { Finding } from '../fault.ts';
import type { ReadFolder } from '../folder.ts';
import type { TemplateFile } from '../files/template.ts';
import { duplicates } from './naming.ts';

/** Templates: slots typed and used, and what a category needs. */
export const checkTemplates = ({ templates, tenant }: ReadFolder): Finding[] => [
  ...duplicates(
    templates.map(({ template }) => `${template.id}/${template.language}`),
    (index) => ({
      file: templates[index]?.file ?? '',
      path: ['id'],
      message: 'is a second text of this id and language: remove one, or change its language',
    }),
  ),
  ...templates.flatMap(({ file, template }) =>
    [...checkId(file, template), ...checkCategory(template, tenant), ...checkSlots(template)].map(
      ({ path, message }) => ({ file, path, message }),
    ),
  ),
];

type Complaint = Omit<Finding, 'file'>;

const checkId = (file: string, { id, language }: TemplateFile): Complaint[] => {
  const names = [`templates/${id}.yaml`, `templates/${id}.${language}.yaml`];
  return names.includes(file)
    ? []
    : [
        {
          path: ['id'],
          message: `must be the file's name: rename the file to \`${names.join('` or `')}\``,
        },
      ];
};

const checkCategory = ({ category }: TemplateFile, tenant: ReadFolder['tenant']): Complaint[] =>
  category === 'marketing' && tenant?.contact.unsubscribe === undefined
    ? [
        {
          path: ['category'],
          message:
            'marketing carries a way to unsubscribe and your postal address: set `contact.unsubscribe` in tenant.yaml, or use `service` or `contract` if that is what it is',
        },
      ]
    : [];

const SLOT = /\{\{([^{}]*)\}\}/g;

const checkSlots = (template: TemplateFile): Complaint[] => [
  ...checkWritten('subject', template),
  ...checkWritten('text', template),
  ...Object.keys(template.slots)
    .filter((slot) => !`${template.subject}\n${template.text}`.includes(`{{${slot}}}`))
    .map((slot) => ({
      path: ['slots', slot],
      message: `is not used: write \`{{${slot}}}\` in the text, or remove it`,
    })),
];

const checkWritten = (field: 'subject' | 'text', template: TemplateFile): Complaint[] => {
  const written = template[field];
  const names = [...written.matchAll(SLOT)].map(([, name = '']) => name);
  const unknown = [...new Set(names)].filter((name) => !Object.hasOwn(template.slots, name));
  const stray = /\{\{|\}\}/.test(written.replace(SLOT, ''));
  return [
    ...unknown.map((name) => ({
      path: [field],
      message: `uses \`{{${name}}}\`, which has no type: add it to \`slots\``,
    })),
    ...(stray
      ? [{ path: [field], message: 'has a `{{` or `}}` that belongs to no slot: write `{{name}}`' }]
      : []),
  ];
};
