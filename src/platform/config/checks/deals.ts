import type { Finding } from '../fault.ts';
import type { ReadFolder } from '../folder.ts';
import { duplicates, naming } from './naming.ts';

/** Stages are told apart, both ways to end exist, and playbooks move deals between open ones, forwards. */
export const checkDeals = ({ deals }: ReadFolder): Finding[] => {
  if (deals === undefined || deals.stages.length === 0) return [];
  const ids = deals.stages.map(({ id }) => id);
  const missing = (['won', 'lost'] as const).filter(
    (wanted) => !deals.stages.some(({ standing }) => standing === wanted),
  );
  return [
    ...duplicates(ids, (index, id) => finding(['stages', index, 'id'], `\`${id}\` is used twice`)),
    ...missing.map((standing) =>
      finding(
        ['stages'],
        `has no stage with \`standing: ${standing}\`: add one, so that deals end`,
      ),
    ),
    ...Object.entries(deals.automation ?? {}).flatMap(([key, id]) =>
      deals.stages.some((stage) => stage.id === id && stage.standing === 'open')
        ? []
        : [
            finding(
              ['automation', key],
              `is not an open stage: write ${naming(
                deals.stages.filter(({ standing }) => standing === 'open').map((each) => each.id),
                'a stage that you add',
              )}`,
            ),
          ],
    ),
  ];
};

const finding = (path: Finding['path'], message: string): Finding => ({
  file: 'deals.yaml',
  path,
  message,
});
