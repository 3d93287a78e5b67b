import type { Decision, Guards } from '../../domain/decision.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import type { PolicyOutcome } from '../../policies/decide.ts';

/** A decision with everything that it can be asked about later. */
export interface StoredDecision extends Decision {
  readonly world: string;
  /** Which decision on this proposal in this phase it is, from 1. */
  readonly sequence: number;
  readonly guards: Guards;
  /** What Cedar made of the request before the arbiter spoke; `null` where it was not asked. */
  readonly policy: PolicyOutcome | null;
  readonly arbitrationId: string | null;
  /** Why the account was settled: a round, a hold that ended, an approval. */
  readonly cause: string;
}

interface DecisionRow {
  readonly decision_id: string;
  readonly proposal_id: string;
  readonly world: string;
  readonly phase: Decision['phase'];
  readonly sequence: number;
  readonly verdict: Decision['verdict'];
  readonly reasons: Decision['reasons'];
  readonly approvers: string[];
  readonly quorum: number;
  readonly hold_until: Instant | null;
  readonly request: JsonObject;
  readonly policy: PolicyOutcome | null;
  readonly policy_version: string;
  readonly arbitration_id: string | null;
  readonly config_version: number;
  readonly release: number | null;
  readonly build_id: string;
  readonly fact_set_id: string;
  readonly guards: Guards;
  readonly cause: string;
  readonly at: Instant;
}

const toDecision = (row: DecisionRow): StoredDecision => ({
  id: row.decision_id,
  proposalId: row.proposal_id,
  world: row.world,
  phase: row.phase,
  sequence: row.sequence,
  verdict: row.verdict,
  reasons: row.reasons,
  approvers: row.approvers,
  quorum: row.quorum,
  until: row.hold_until,
  request: row.request,
  policy: row.policy,
  policyVersion: row.policy_version,
  arbitrationId: row.arbitration_id,
  configVersion: row.config_version,
  release: row.release,
  buildId: row.build_id,
  factSetId: row.fact_set_id,
  guards: row.guards,
  cause: row.cause,
  at: row.at,
});

/** Decisions on these proposals, oldest first. */
export const selectDecisions = async (
  tx: TenantTx,
  proposalIds: readonly string[],
): Promise<StoredDecision[]> => {
  const rows = await tx.query<DecisionRow>(
    `select * from decisions where proposal_id = any($1)
      order by at, proposal_id, phase desc, sequence`,
    [proposalIds],
  );
  return rows.map(toDecision);
};

/** The newest decision of a phase on each of these proposals. */
export const selectLatest = async (
  tx: TenantTx,
  proposalIds: readonly string[],
  phase: Decision['phase'],
): Promise<ReadonlyMap<string, StoredDecision>> => {
  const rows = await tx.query<DecisionRow>(
    `select distinct on (proposal_id) * from decisions
      where proposal_id = any($1) and phase = $2 order by proposal_id, sequence desc`,
    [proposalIds, phase],
  );
  return new Map(rows.map((row) => [row.proposal_id, toDecision(row)]));
};

export const selectDecision = async (
  tx: TenantTx,
  decisionId: string,
): Promise<StoredDecision | null> => {
  const [row] = await tx.query<DecisionRow>('select * from decisions where decision_id = $1', [
    decisionId,
  ]);
  return row === undefined ? null : toDecision(row);
};

export const insertDecision = async (tx: TenantTx, entry: StoredDecision): Promise<void> => {
  await tx.query(
    `insert into decisions (tenant_id, decision_id, proposal_id, world, phase, sequence, verdict, reasons, approvers,
       quorum, hold_until, request, policy, policy_version, arbitration_id, config_version, release, build_id,
       fact_set_id, guards, cause, at)
     values ($1,$2,$3,$4,$5,$6,$7,$8::jsonb,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,$21,$22)`,
    [
      tx.tenantId,
      entry.id,
      entry.proposalId,
      entry.world,
      entry.phase,
      entry.sequence,
      entry.verdict,
      // A bare array would be read as a PostgreSQL array, not as jsonb.
      JSON.stringify(entry.reasons),
      entry.approvers,
      entry.quorum,
      entry.until,
      entry.request,
      entry.policy,
      entry.policyVersion,
      entry.arbitrationId,
      entry.configVersion,
      entry.release,
      entry.buildId,
      entry.factSetId,
      entry.guards,
      entry.cause,
      entry.at,
    ],
  );
};

/** Keeps a policy set by its hash, once. */
export const keepPolicyTexts = async (
  tx: TenantTx,
  set: {
    readonly version: string;
    readonly schema: string;
    readonly texts: Readonly<Record<string, string>>;
  },
  now: Instant,
): Promise<void> => {
  await tx.query(
    `insert into policy_texts (tenant_id, policy_version, schema, texts, stored_at)
     values ($1, $2, $3, $4, $5) on conflict do nothing`,
    [tx.tenantId, set.version, set.schema, set.texts, now],
  );
};

export const selectPolicyTexts = async (
  tx: TenantTx,
  version: string,
): Promise<{
  readonly schema: string;
  readonly texts: Readonly<Record<string, string>>;
} | null> => {
  const [row] = await tx.query<{ schema: string; texts: Record<string, string> }>(
    'select schema, texts from policy_texts where policy_version = $1',
    [version],
  );
  return row ?? null;
};

/** Keeps what the arbiter weighed, once. */
export const keepArbitration = async (
  tx: TenantTx,
  id: string,
  input: JsonObject,
): Promise<void> => {
  await tx.query(
    'insert into arbitrations (tenant_id, arbitration_id, input) values ($1, $2, $3) on conflict do nothing',
    [tx.tenantId, id, input],
  );
};

export const selectArbitration = async (tx: TenantTx, id: string): Promise<Json | null> => {
  const [row] = await tx.query<{ input: Json }>(
    'select input from arbitrations where arbitration_id = $1',
    [id],
  );
  return row?.input ?? null;
};
