import { digest } from '../../domain/identifiers.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { PlaybookSettings, Template, TenantConfig } from '../../domain/tenant.ts';

/** One part that a release pins. The name says what it is: `prompt/cs`, `scores/churn_risk`, `playbook/churn-save`, `model/cs`. */
export interface Artefact {
  readonly name: string;
  readonly body: Json;
}

/** What a build brings along: its id, and the artefacts that come with it, such as prompts. */
export interface Build {
  readonly id: string;
  readonly artefacts: readonly Artefact[];
}

/** The parts of a release, ready to be used. */
export interface Pinned {
  readonly release: number;
  /** Of artefacts, by name. */
  readonly bodies: Readonly<Record<string, Json>>;
}

export const hashOf = ({ name, body }: Artefact): string => digest({ name, body });

/** Hash by name, which is what a release keeps. */
export const hashesOf = (artefacts: readonly Artefact[]): Readonly<Record<string, string>> =>
  Object.fromEntries(artefacts.map((artefact) => [artefact.name, hashOf(artefact)]));

/** The parts of a configuration that a release pins: score settings, playbooks' parameters and modes, templates, models' names. */
export const artefactsOf = (config: TenantConfig): Artefact[] => [
  ...Object.entries(config.scores).map(([id, body]) => ({ name: `scores/${id}`, body })),
  ...Object.entries(config.playbooks).map(([id, settings]) => ({
    name: `playbook/${id}`,
    body: pinnedSettings(settings),
  })),
  ...templateIds(config).map((id) => ({
    name: `templates/${id}`,
    body: config.templates.filter((one) => one.id === id) as unknown as Json,
  })),
  ...modelNames(config),
];

/** Which model answers for whom; what models may cost is a limit, and never pinned. */
const modelNames = ({ models }: TenantConfig): Artefact[] =>
  models === undefined
    ? []
    : [
        { name: DEFAULT_MODEL, body: models.default },
        ...Object.entries(models.agents).map(([agent, body]) => ({ name: `model/${agent}`, body })),
      ];

const DEFAULT_MODEL = 'model/default';

/** Whether a playbook runs and whom it leaves out are switches, and never pinned. */
const pinnedSettings = ({ enabled: _, holdout: __, ...pinned }: PlaybookSettings): JsonObject =>
  pinned;

const templateIds = ({ templates }: TenantConfig): string[] => [
  ...new Set(templates.map(({ id }) => id)),
];

/**
 * The configuration with the parts that a release pins in place of its own. Everything else stays as it is: policies,
 * thresholds, ceilings, guards, contact rules, suspension, budgets, and which playbooks are switched on.
 */
export const withPinned = (config: TenantConfig, { release, bodies }: Pinned): TenantConfig => {
  const parts = (kind: string): [string, Json][] =>
    Object.entries(bodies).flatMap(([name, body]): [string, Json][] =>
      name.startsWith(`${kind}/`) ? [[name.slice(kind.length + 1), body]] : [],
    );
  const playbooks = Object.fromEntries(parts('playbook')) as Record<string, JsonObject>;
  return {
    ...config,
    release,
    scores: Object.fromEntries(parts('scores')) as TenantConfig['scores'],
    playbooks: playbooksOf(config, playbooks),
    templates: parts('templates').flatMap(([, body]) => body as unknown as Template[]),
    ...modelsOf(config, bodies, parts('model')),
  };
};

/** A release of a configuration that says nothing of models leaves those in force. */
const modelsOf = (
  { models }: TenantConfig,
  bodies: Pinned['bodies'],
  pinned: readonly (readonly [string, Json])[],
): Pick<TenantConfig, 'models'> => {
  if (models === undefined || !Object.hasOwn(bodies, DEFAULT_MODEL)) return {};
  const { default: fallback, ...agents } = Object.fromEntries(pinned) as Record<string, string>;
  return { models: { ...models, default: fallback ?? null, agents } };
};

const playbooksOf = (
  config: TenantConfig,
  pinned: Readonly<Record<string, JsonObject>>,
): TenantConfig['playbooks'] => {
  const ids = new Set([...Object.keys(config.playbooks), ...Object.keys(pinned)]);
  return Object.fromEntries(
    [...ids].map((id) => {
      const { enabled = true, holdout } = config.playbooks[id] ?? {};
      // One that the release did not know has its defaults.
      const own = pinned[id] ?? { mode: 'rules', parameters: {} };
      const settings = { ...own, enabled, ...(holdout === undefined ? {} : { holdout }) };
      return [id, settings as unknown as PlaybookSettings];
    }),
  );
};

/** Whether an artefact comes with the build; the others come from the tenant's files. */
export const isPackaged = (name: string): boolean =>
  !/^(scores|playbook|templates|model)\//.test(name);
