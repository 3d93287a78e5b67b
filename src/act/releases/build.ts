import type { Agent } from '../../agents/define.ts';
import type { Prompt } from '../../agents/prompt.ts';
import { configError } from '../../domain/errors.ts';
import { digest } from '../../domain/identifiers.ts';
import type { Json } from '../../domain/json.ts';
import { hashesOf, type Build } from '../../platform/release/artefacts.ts';
import type { Release } from '../../platform/release/release-store.ts';

/** What a build is known by. */
export interface BuildParts {
  readonly agents: readonly Agent[];
  readonly buildId: string;
}

/** The build with the artefacts that come with it: a prompt for each agent. */
export const buildOf = ({ agents, buildId }: BuildParts): Build => ({
  id: buildId,
  artefacts: agents.map(({ id, prompt }) => ({
    name: `prompt/${id}`,
    body: prompt as unknown as Json,
  })),
});

export const packagedHash = ({ id, artefacts }: Build): string =>
  digest({ id, artefacts: hashesOf(artefacts) });

/** An agent with the prompt of the release that an account is under. */
export const withPinnedPrompt = (
  agent: Agent,
  artefacts: Readonly<Record<string, Json>>,
): Agent => {
  const pinned = artefacts[`prompt/${agent.id}`] as Prompt | undefined;
  return pinned === undefined ? agent : { ...agent, prompt: pinned };
};

/** Throws `release.other_build` unless this build can run the release. */
export const requireBuild = ({ id, buildId }: Release, build: Pick<Build, 'id'>): void => {
  if (buildId === build.id) return;
  throw configError(
    'release.other_build',
    `release ${id} needs build ${buildId}, and this is build ${build.id}: start build ${buildId}, or go to a release of this build (\`retinue release list\`, \`retinue release rollback <number>\`)`,
    { release: id, needs: buildId, build: build.id },
  );
};
