import { expect, test } from 'vitest';
import type { Embedder } from '../../src/knowledge/embedders/define.ts';
import { hidingFrom } from '../../src/knowledge/embedders/hiding.ts';
import { packagedEmbedder } from '../../src/knowledge/embedders/packaged.ts';

test('a question leaves hidden for a service, and is read as it is in the house', async () => {
  const sent: string[] = [];
  const service: Embedder = {
    id: 'service:x',
    embed: async (texts) => {
      sent.push(...texts);
      return texts.map(() => [1]);
    },
  };
  const embedders = hidingFrom(
    {
      wanted: service,
      named: (id) =>
        id === packagedEmbedder.id ? packagedEmbedder : id === service.id ? service : null,
    },
    (text) => text.replace('Northwind', '[company-1]'),
  );
  await embedders.wanted.embed(['what did Northwind ask?']);
  await embedders.named('service:x')?.embed(['Northwind']);
  expect(sent).toEqual(['what did [company-1] ask?', '[company-1]']);
  expect(embedders.named(packagedEmbedder.id)).toBe(packagedEmbedder);
  expect(embedders.named('nobody')).toBeNull();
});
