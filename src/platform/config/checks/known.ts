import type { Finding, Path } from '../fault.ts';
import type { KnownParts, ReadFolder } from '../folder.ts';
import { naming } from './naming.ts';

/** Names of playbooks, actions and scores, and playbooks' parameters, against the loaded catalogues. */
export const checkKnown = (folder: ReadFolder, known: KnownParts): Finding[] => [
  ...checkPlaybooks(folder, known.playbooks),
  ...checkCeiling(folder, known.playbooks),
  ...checkScores(folder, known.scores),
];

const checkPlaybooks = ({ playbooks }: ReadFolder, known: KnownParts['playbooks']): Finding[] =>
  Object.entries(playbooks?.playbooks ?? {}).flatMap(([id, settings]) => {
    if (known === undefined) return [];
    const playbook = known.find((one) => one.id === id);
    if (playbook === undefined)
      return [unknownName('playbooks.yaml', ['playbooks', id], 'playbook', known)];
    const result = playbook.parameters.safeParse(settings.parameters);
    return (result.error?.issues ?? []).map((issue) => ({
      file: 'playbooks.yaml',
      path: ['playbooks', id, 'parameters', ...issue.path],
      message: issue.message,
    }));
  });

const checkCeiling = ({ autonomy }: ReadFolder, known: KnownParts['playbooks']): Finding[] =>
  Object.keys(autonomy?.ceiling ?? {}).flatMap((key) => {
    if (known === undefined || key === '*') return [];
    const [id = '', action = ''] = key.split('/');
    const playbook = known.find((one) => one.id === id);
    if (playbook === undefined)
      return [unknownName('autonomy.yaml', ['ceiling', key], 'playbook', known)];
    return playbook.tools.includes(action)
      ? []
      : [
          {
            file: 'autonomy.yaml',
            path: ['ceiling', key],
            message: `\`${id}\` has no action \`${action}\`: write ${naming(playbook.tools, '`*`')}`,
          },
        ];
  });

const checkScores = ({ scores }: ReadFolder, known: KnownParts['scores']): Finding[] =>
  Object.entries(scores?.scores ?? {}).flatMap(([id, settings]) => {
    if (known === undefined) return [];
    const score = known.find((one) => one.id === id);
    const path = ['scores', id];
    if (score === undefined) return [unknownName('scores.yaml', path, 'score', known)];
    const faults = score.check?.(settings) ?? [];
    return faults.map((message) => ({ file: 'scores.yaml', path, message }));
  });

const unknownName = (
  file: string,
  path: Path,
  kind: string,
  known: readonly { readonly id: string }[],
): Finding => ({
  file,
  path,
  message: `is not a ${kind} of this build: write ${naming(
    known.map(({ id }) => id),
    'nothing',
  )}`,
});
