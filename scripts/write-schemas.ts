import { mkdir, writeFile } from 'node:fs/promises';
import { editorSchemas } from '../src/sense/import/json-schema.ts';

/** Writes the JSON Schemas of a tenant's files and of mappings for editors: `npm run schemas`. */
const folder = new URL('../docs/schemas/', import.meta.url);

await mkdir(folder, { recursive: true });
for (const [name, schema] of Object.entries(editorSchemas())) {
  await writeFile(new URL(name, folder), `${JSON.stringify(schema, null, 2)}\n`);
}
