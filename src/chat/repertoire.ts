import { loadCatalogue } from '../platform/catalogue.ts';
import type { Repertoire } from './choose.ts';
import type { AnswerableQuestion, Wish } from './define.ts';

let loaded: Promise<Repertoire> | undefined;

/** The questions and wishes of this build, loaded once. */
export const loadRepertoire = (): Promise<Repertoire> =>
  (loaded ??= Promise.all([
    loadCatalogue<AnswerableQuestion>(new URL('./questions/', import.meta.url)),
    loadCatalogue<Wish>(new URL('./wishes/', import.meta.url)),
  ]).then(([questions, wishes]) => ({ questions, wishes })));
