import { z } from 'zod';
import { configJsonSchemas } from '../../platform/config/json-schemas.ts';
import { mappingSchema } from './mapping-schema.ts';

/** JSON Schemas (draft 7) of everything that a person writes by hand, by file name: a tenant's files and mappings. */
export const editorSchemas = (): Readonly<Record<string, object>> => ({
  ...configJsonSchemas(),
  'mapping.schema.json': mappingJsonSchema(),
});

/** What `creates` holds is described as in a tenant's folder. */
const mappingJsonSchema = (): object => {
  const schema = z.toJSONSchema(mappingSchema, {
    io: 'input',
    target: 'draft-7',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema === mappingSchema.shape.creates.unwrap()) describeFiles(jsonSchema.properties);
    },
  });
  return { ...schema, title: 'Retinue: how the files of a folder become events' };
};

const describeFiles = (properties: Record<string, unknown> | undefined): void => {
  if (properties === undefined) return;
  const files = configJsonSchemas();
  for (const file of Object.keys(properties)) {
    properties[file] = { ...files[`${file}.schema.json`], $schema: undefined };
  }
};
