import { z } from 'zod';
import { configError } from '../../domain/errors.ts';
import { deriveId } from '../../domain/identifiers.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Scale } from './line.ts';

/** Weights and thresholds of a score. A tenant's files may give any of them anew; what they leave out stays packaged. */
export interface Settings {
  /** Points by line. They add up to 100 at least: more saturates sooner, and the receipt shows the clamp. */
  readonly weights: Readonly<Record<string, number>>;
  readonly scales: Readonly<Record<string, Scale>>;
  /** What a missing line counts as when nothing worse was last known, in basis points of its weight. */
  readonly neutral: number;
  /** Below this share of weight present (basis points) the score is unknown. */
  readonly minimumCoverage: number;
  /** An account younger than this has no baseline. */
  readonly youngDays: number;
  /** What the worst case must keep to for a sale: a risk below it, a health from it on. */
  readonly sellBound: number;
}

export type PackagedSettings = Settings;

const points = z.number().int().min(0).max(100);
const basisPoints = z.number().int().min(0).max(10_000);
const scale = z
  .strictObject({ from: basisPoints, full: basisPoints })
  .refine(({ from, full }) => from < full, '`from` must be less than `full`');

const overridesOf = ({ weights, scales }: Settings) =>
  z
    .strictObject({
      weights: z.strictObject(sameKeys(weights, points.optional())),
      scales: z.strictObject(sameKeys(scales, scale.optional())),
      neutral: basisPoints,
      minimumCoverage: basisPoints,
      youngDays: z.number().int().min(0).max(365),
      sellBound: points,
    })
    .partial();

const sameKeys = <T extends z.ZodType>(record: object, schema: T): Record<string, T> =>
  Object.fromEntries(Object.keys(record).map((key) => [key, schema]));

/** What is wrong with a tenant's settings of a score, each as `churn_risk.weights.logins: …`. */
export const checkSettings = (
  id: string,
  packaged: Settings,
  overrides: JsonObject,
): readonly string[] => {
  const parsed = overridesOf(packaged).safeParse(overrides);
  if (!parsed.success) {
    return parsed.error.issues.map(
      ({ path, message }) => `${[id, ...path.map(String)].join('.')}: ${message}`,
    );
  }
  const total = sumOf(merge(packaged, overrides).weights);
  return total < 100 || total > 200
    ? [`${id}.weights: they add up to ${total}; use 100 to 200 in all`]
    : [];
};

const sumOf = (weights: Settings['weights']): number =>
  Object.values(weights).reduce((total, weight) => total + weight, 0);

const merge = (packaged: Settings, overrides: JsonObject): Settings => {
  const given = overrides as Partial<Settings>;
  return {
    ...packaged,
    ...given,
    weights: { ...packaged.weights, ...given.weights },
    scales: { ...packaged.scales, ...given.scales },
  };
};

export interface SettingsInForce extends Settings {
  /** The packaged version, with a mark of the tenant's own settings where there are any. */
  readonly version: string;
}

/** Settings in force for a tenant. Throws `scores.settings_invalid` with every fault. */
export const settingsInForce = (
  score: { readonly id: string; readonly packaged: Settings; readonly weightsVersion: string },
  overrides: JsonObject,
): SettingsInForce => {
  const known = inForce.get(overrides)?.get(score.id);
  if (known !== undefined) return known;
  const settings = readSettings(score, overrides);
  const byScore = inForce.get(overrides) ?? new Map<string, SettingsInForce>();
  inForce.set(overrides, byScore.set(score.id, settings));
  return settings;
};

// Checked once for each applied configuration, not once for each account and day.
const inForce = new WeakMap<JsonObject, Map<string, SettingsInForce>>();

const readSettings = (
  { id, packaged, weightsVersion }: Parameters<typeof settingsInForce>[0],
  overrides: JsonObject,
): SettingsInForce => {
  const faults = checkSettings(id, packaged, overrides);
  if (faults.length > 0) {
    throw configError('scores.settings_invalid', `correct scores.yaml: ${faults.join('; ')}`);
  }
  const version =
    Object.keys(overrides).length === 0
      ? weightsVersion
      : `${weightsVersion}+${deriveId('w', overrides)}`;
  return { ...merge(packaged, overrides), version };
};
