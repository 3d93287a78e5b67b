import type { Embedders } from './embedders.ts';
import type { Embedder } from './define.ts';
import { packagedEmbedder } from './packaged.ts';

/** The same embedders, where a text is hidden before it leaves. The packaged one is in the house, and reads it as it is. */
export const hidingFrom = (
  { wanted, named }: Embedders,
  hide: (text: string) => string,
): Embedders => {
  const hiding = (embedder: Embedder): Embedder =>
    embedder.id === packagedEmbedder.id
      ? embedder
      : { ...embedder, embed: (texts) => embedder.embed(texts.map(hide)) };
  return {
    wanted: hiding(wanted),
    named: (id) => {
      const embedder = named(id);
      return embedder === null ? null : hiding(embedder);
    },
  };
};
