import { languageModelsOf } from '../../src/language-models/openai-compatible.ts';
import type { LanguageModels } from '../../src/language-models/define.ts';

/** The service that the environment names; throws where it names none. */
export const liveModels = (
  environment: Readonly<Record<string, string | undefined>>,
): LanguageModels => {
  const models = languageModelsOf({
    baseUrl: environment['OPENAI_BASE_URL'],
    apiKey: environment['OPENAI_API_KEY'],
    model: environment['RETINUE_MODEL'],
  });
  if (models === null) throw new Error('set OPENAI_BASE_URL or OPENAI_API_KEY');
  return models;
};
