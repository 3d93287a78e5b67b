import { createRequire } from 'node:module';
import type { Agent } from './agents/define.ts';
import { loadAgents } from './agents/load.ts';
import type { Connector } from './connectors/define.ts';
import type { Mapper } from './connectors/stripe/source/define.ts';
import type { Reader } from './connectors/stripe/source/reader.ts';
import { bug } from './domain/errors.ts';
import { loadCatalogue } from './platform/catalogue.ts';
import type { Playbook } from './playbooks/define.ts';
import type { PackagedPolicies } from './policies/define.ts';
import { loadPackagedPolicies } from './policies/load.ts';
import type { ScoreDefinition } from './sense/scores/define.ts';
import type { Signal } from './sense/signals/define.ts';
import type { EntityType } from './sense/state/define.ts';
import type { ActTool } from './tools/act/define.ts';
import type { ReadTool } from './tools/read/define.ts';

/** Every catalogue, loaded once, and handed to the verbs that use it, so that pure folders stay pure. */
export interface Parts {
  readonly entities: readonly EntityType[];
  readonly signals: readonly Signal[];
  readonly scores: readonly ScoreDefinition[];
  readonly playbooks: readonly Playbook[];
  readonly agents: readonly Agent[];
  readonly actTools: readonly ActTool[];
  readonly readTools: readonly ReadTool[];
  readonly policies: PackagedPolicies;
  readonly connectors: readonly Connector[];
  /** How Stripe's objects become ours. */
  readonly stripeMappers: readonly Mapper[];
  /** How Stripe's objects are listed. */
  readonly stripeReaders: readonly Reader[];
  /** Which build decided: kept with each decision, and compared on replay. */
  readonly buildId: string;
}

const folder = (path: string): URL => new URL(`./${path}/`, import.meta.url);

/** Loads the catalogues and checks that what they say of one another holds. */
export const loadParts = async (): Promise<Parts> => {
  const [
    entities,
    signals,
    scores,
    playbooks,
    agents,
    actTools,
    readTools,
    connectors,
    stripeMappers,
    stripeReaders,
    policies,
  ] = await Promise.all([
    loadCatalogue<EntityType>(folder('sense/state')),
    loadCatalogue<Signal>(folder('sense/signals')),
    loadCatalogue<ScoreDefinition>(folder('sense/scores')),
    loadCatalogue<Playbook>(folder('playbooks')),
    loadAgents(),
    loadCatalogue<ActTool>(folder('tools/act')),
    loadCatalogue<ReadTool>(folder('tools/read')),
    loadCatalogue<Connector>(folder('connectors')),
    loadCatalogue<Mapper>(folder('connectors/stripe/source/mappers')),
    loadCatalogue<Reader>(folder('connectors/stripe/source/readers')),
    loadPackagedPolicies(),
  ]);
  const parts = {
    entities,
    signals,
    scores,
    playbooks,
    agents,
    actTools,
    readTools,
    connectors,
    stripeMappers,
    stripeReaders,
    policies,
  };
  const faults = faultsOf(parts);
  if (faults.length > 0) throw bug('catalogue.names', faults.join('; '));
  return { ...parts, buildId: buildId() };
};

/** Names that lead nowhere: each is an error of the build, found at its start and not when a case needs it. */
export const faultsOf = ({
  playbooks,
  agents,
  actTools,
}: Pick<Parts, 'playbooks' | 'agents' | 'actTools'>): string[] => {
  const tools = new Set(actTools.map(({ id }) => id));
  const strangers = (owner: string, named: readonly string[]) =>
    named
      .filter((tool) => !tools.has(tool))
      .map((tool) => `${owner} names no act tool \`${tool}\``);
  return [
    ...agents.flatMap((agent) => strangers(`agent \`${agent.id}\``, agent.tools)),
    ...playbooks.flatMap((playbook) => strangers(`playbook \`${playbook.id}\``, playbook.tools)),
    ...playbooks.flatMap((playbook) => {
      const agent = agents.find(({ id }) => id === playbook.agent);
      if (agent === undefined)
        return [`playbook \`${playbook.id}\` names no agent \`${playbook.agent}\``];
      return playbook.tools
        .filter((tool) => !agent.tools.includes(tool))
        .map(
          (tool) => `agent \`${agent.id}\` may not use \`${tool}\` of playbook \`${playbook.id}\``,
        );
    }),
  ];
};

const buildId = (): string => {
  const { version } = createRequire(import.meta.url)('../package.json') as {
    readonly version: string;
  };
  return process.env['RETINUE_BUILD'] ?? version;
};
