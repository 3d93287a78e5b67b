import { z } from 'zod';
import { templateFile } from './files/template.ts';
import { SINGLE_FILES } from './folder.ts';

const TITLES: Readonly<Record<string, string>> = {
  tenant: 'The company: name, currency, zone, and when customers may be contacted',
  plans: 'Plans, prices and limits',
  owners: 'People who own accounts',
  telemetry: 'Metrics and features',
  playbooks: 'Playbooks and the planner',
  scores: 'Weights and thresholds of scores',
  autonomy: 'The ceiling of autonomy',
  guards: 'How long inputs may be silent',
  approvals: 'When a person decides',
  identity: 'Whose records are whose, and which system is believed',
  deals: 'Stages of the deal pipeline',
  models: 'Language models and what they may cost',
  template: 'A message template',
};

/**
 * JSON Schemas (draft 7, which editors' YAML support reads best) of what a person writes, by file name. They describe
 * form; checks between files happen in `retinue config check`.
 */
export const configJsonSchemas = (): Readonly<Record<string, object>> =>
  Object.fromEntries(
    Object.entries({ ...SINGLE_FILES, template: templateFile }).map(([name, schema]) => [
      `${name}.schema.json`,
      {
        ...z.toJSONSchema(schema, { io: 'input', target: 'draft-7' }),
        title: `Retinue: ${TITLES[name] ?? name}`,
      },
    ]),
  );
