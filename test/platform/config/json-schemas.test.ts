import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { configJsonSchemas } from '../../../src/platform/config/json-schemas.ts';
import { editorSchemas } from '../../../src/sense/import/json-schema.ts';

const folder = new URL('../../../docs/schemas/', import.meta.url);

describe('the JSON Schemas for editors', () => {
  it('are those in docs/schemas: run `npm run schemas`', async () => {
    const schemas = editorSchemas();
    const names = (await readdir(folder)).filter((name) => name.endsWith('.schema.json'));
    expect(names.sort()).toEqual(Object.keys(schemas).sort());
    for (const name of names) {
      expect(JSON.parse(await readFile(new URL(name, folder), 'utf8')), name).toEqual(
        JSON.parse(JSON.stringify(schemas[name])),
      );
    }
  });

  it('refuse settings that are none', () => {
    for (const [name, schema] of Object.entries(editorSchemas())) {
      expect(schema, name).toMatchObject({ type: 'object', additionalProperties: false });
    }
  });

  it('explain every setting that a tenant starts with', () => {
    const schema = configJsonSchemas()['tenant.schema.json'] as {
      properties: Record<string, { description?: string }>;
    };
    const silent = Object.entries(schema.properties).filter(
      ([, { description }]) => description === undefined,
    );
    expect(silent.map(([name]) => name)).toEqual([]);
  });
});
