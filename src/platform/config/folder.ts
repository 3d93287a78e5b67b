import type { z } from 'zod';
import type { JsonObject } from '../../domain/json.ts';
import { approvalsFile } from './files/approvals.ts';
import { autonomyFile } from './files/autonomy.ts';
import { dealsFile } from './files/deals.ts';
import { guardsFile } from './files/guards.ts';
import { identityFile } from './files/identity.ts';
import { modelsFile } from './files/models.ts';
import { ownersFile } from './files/owners.ts';
import { playbooksFile } from './files/playbooks.ts';
import { plansFile } from './files/plans.ts';
import { scoresFile } from './files/scores.ts';
import { telemetryFile } from './files/telemetry.ts';
import { tenantFile } from './files/tenant.ts';
import type { TemplateFile } from './files/template.ts';

/** The files of a tenant's folder, by what they hold. Only `tenant.yaml` must be there. */
export const SINGLE_FILES = {
  tenant: tenantFile,
  plans: plansFile,
  owners: ownersFile,
  telemetry: telemetryFile,
  playbooks: playbooksFile,
  scores: scoresFile,
  autonomy: autonomyFile,
  guards: guardsFile,
  approvals: approvalsFile,
  identity: identityFile,
  deals: dealsFile,
  models: modelsFile,
} as const;

export type SingleFile = keyof typeof SINGLE_FILES;

export const fileName = (file: SingleFile): string => `${file}.yaml`;

/** A folder's files as read, each against its own schema. */
export type CheckedFolder = {
  readonly [File in SingleFile]: z.output<(typeof SINGLE_FILES)[File]>;
} & {
  readonly templates: readonly { readonly file: string; readonly template: TemplateFile }[];
  readonly policies: readonly { readonly file: string; readonly text: string }[];
};

/** The same while some files may be unreadable: checks between files then skip them. */
export type ReadFolder = Pick<CheckedFolder, 'templates' | 'policies'> &
  Partial<Pick<CheckedFolder, SingleFile>>;

/**
 * What the running build offers, against which a folder's names are checked: the loaded catalogues, given by whoever
 * composes the program. Members that are left out are not checked.
 */
export interface KnownParts {
  readonly playbooks?: readonly {
    readonly id: string;
    readonly parameters: z.ZodType;
    readonly tools: readonly string[];
  }[];
  readonly scores?: readonly {
    readonly id: string;
    /** What is wrong with a tenant's settings for the score. */
    readonly check?: (settings: JsonObject) => readonly string[];
  }[];
}
