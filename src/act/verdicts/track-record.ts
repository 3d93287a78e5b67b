import type { TenantTx } from '../../platform/db/database.ts';
import { expectedOf, type Expected } from './precision.ts';
import { countVerdicts, countVerdictsByReason } from './verdict-store.ts';

/** What is to be expected of a case by its playbook and the inputs of its reasons. */
export type TrackRecord = (playbook: string, inputs: readonly string[]) => Expected;

/** What people said of the cases of a world so far. */
export const loadTrackRecord = async (tx: TenantTx, world: string): Promise<TrackRecord> => {
  const playbooks = new Map((await countVerdicts(tx, world)).map((row) => [row.playbook, row]));
  const reasons = new Map(
    (await countVerdictsByReason(tx, world)).map((row) => [`${row.playbook}/${row.input}`, row]),
  );
  return (playbook, inputs) =>
    expectedOf(
      playbooks.get(playbook),
      [...new Set(inputs)].map((input) => reasons.get(`${playbook}/${input}`)),
    );
};
