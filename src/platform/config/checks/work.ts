import type { Finding, Path } from '../fault.ts';
import type { ReadFolder } from '../folder.ts';
import { duplicates, naming } from './naming.ts';

/** Modules, workflows and the steps of a trial name what telemetry.yaml itself declares. */
export const checkWork = ({ telemetry }: ReadFolder): Finding[] => {
  if (telemetry === undefined) return [];
  const { modules, workflows, trial } = telemetry;
  const steps = trial.steps ?? [];
  return [
    ...namesOfFeatures(telemetry, 'modules', modules),
    ...namesOfFeatures(telemetry, 'workflows', workflows),
    ...duplicates(
      steps.map(({ id }) => id),
      (index, id) => finding(['trial', 'steps', index, 'id'], `\`${id}\` is used twice`),
    ),
    ...steps.flatMap((step, index) => trialStep(telemetry, step, ['trial', 'steps', index])),
  ];
};

type Telemetry = NonNullable<ReadFolder['telemetry']>;
type TrialStep = NonNullable<Telemetry['trial']['steps']>[number];

const namesOfFeatures = (
  { features }: Telemetry,
  list: 'modules' | 'workflows',
  entries: Telemetry['modules'],
): Finding[] => {
  const known = features.map(({ id }) => id);
  return [
    ...duplicates(
      entries.map(({ id }) => id),
      (index, id) => finding([list, index, 'id'], `\`${id}\` is used twice`),
    ),
    ...entries.flatMap((entry, index) =>
      entry.features.flatMap((id, place) =>
        known.includes(id)
          ? []
          : [
              finding(
                [list, index, 'features', place],
                `\`${id}\` is not a feature of telemetry.yaml: write ${naming(known, 'a feature that you add there')}`,
              ),
            ],
      ),
    ),
  ];
};

const trialStep = (
  { metrics, features }: Telemetry,
  { metric, feature }: TrialStep,
  path: Path,
): Finding[] => {
  if ((metric === undefined) === (feature === undefined)) {
    return [finding(path, 'must name either a `metric` or a `feature`')];
  }
  const [field, id, known] =
    metric === undefined
      ? (['feature', feature, features.map((one) => one.id)] as const)
      : (['metric', metric, metrics.map((one) => one.id)] as const);
  return id === undefined || known.includes(id)
    ? []
    : [
        finding(
          [...path, field],
          `\`${id}\` is not a ${field} of telemetry.yaml: write ${naming(known, `a ${field} that you add there`)}`,
        ),
      ];
};

const finding = (path: Path, message: string): Finding => ({
  file: 'telemetry.yaml',
  path,
  message,
});
