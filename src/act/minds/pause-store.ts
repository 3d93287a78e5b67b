import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';

/** A time from which rules decide for a playbook, because its model declined too much. */
export interface ModelPause {
  readonly id: string;
  readonly playbook: string;
  readonly agent: string;
  readonly model: string;
  /** Cases that it was judged by, and those in which something of the plan was declined. */
  readonly cases: number;
  readonly declined: number;
  readonly pausedAt: Instant;
  readonly liftedAt: Instant | null;
  readonly liftedBy: string | null;
  readonly liftedBecause: string | null;
}

const COLUMNS = `pause_id as id, playbook, agent, model, cases, declined, paused_at as "pausedAt",
  lifted_at as "liftedAt", lifted_by as "liftedBy", lifted_because as "liftedBecause"`;

export const pauseOn = async (tx: TenantTx, playbook: string): Promise<ModelPause | null> => {
  const [row] = await tx.query<ModelPause>(
    `select ${COLUMNS} from model_pauses where playbook = $1 and lifted_at is null`,
    [playbook],
  );
  return row ?? null;
};

/** Pauses, those in force first, then the newest. */
export const listPauses = (tx: TenantTx, limit = 50): Promise<ModelPause[]> =>
  tx.query<ModelPause>(
    `select ${COLUMNS} from model_pauses order by lifted_at is not null, paused_at desc, pause_id limit $1`,
    [limit],
  );

/** `false` when one is in force already. */
export const insertPause = async (
  tx: TenantTx,
  pause: Pick<
    ModelPause,
    'id' | 'playbook' | 'agent' | 'model' | 'cases' | 'declined' | 'pausedAt'
  >,
): Promise<boolean> => {
  const rows = await tx.query(
    `insert into model_pauses (tenant_id, pause_id, playbook, agent, model, cases, declined, paused_at)
     values ($1,$2,$3,$4,$5,$6,$7,$8) on conflict do nothing returning pause_id`,
    [
      tx.tenantId,
      pause.id,
      pause.playbook,
      pause.agent,
      pause.model,
      pause.cases,
      pause.declined,
      pause.pausedAt,
    ],
  );
  return rows.length > 0;
};

export const markPauseLifted = async (
  tx: TenantTx,
  playbook: string,
  lift: { readonly by: string; readonly because: string; readonly now: Instant },
): Promise<ModelPause | null> => {
  const [row] = await tx.query<ModelPause>(
    `update model_pauses set lifted_at = $2, lifted_by = $3, lifted_because = $4
      where playbook = $1 and lifted_at is null returning ${COLUMNS}`,
    [playbook, lift.now, lift.by, lift.because],
  );
  return row ?? null;
};

/** How a model decided beside the plan of rules: cases of a playbook with something that could be declined. */
export interface DeclineRate {
  readonly playbook: string;
  readonly agent: string;
  readonly model: string;
  readonly cases: number;
  readonly declined: number;
  /** Steps of the plan by rules that could be declined, and those that were. */
  readonly steps: number;
  readonly stepsDeclined: number;
  /** Rounds in which no usable answer came, and rules decided. */
  readonly faults: number;
}

/**
 * By playbook, agent and model, over rounds of the live world that were opened since, and since the playbook's last
 * pause was lifted; of the last `window` rounds each. The plan of rules stands beside each round, so rules decline nothing.
 */
export const declineRates = (
  tx: TenantTx,
  {
    since,
    window,
    playbook = null,
  }: { readonly since: Instant; readonly window: number; readonly playbook?: string | null },
): Promise<DeclineRate[]> =>
  tx.query<DeclineRate>(
    `with reasoned as (
       select r.case_id, c.playbook, r.thought ->> 'agent' as agent, coalesce(r.thought ->> 'model', '') as model, r.plan,
         r.thought -> 'fault' <> 'null'::jsonb as faulty,
         row_number() over (partition by c.playbook, r.thought ->> 'model' order by r.opened_at desc, r.case_id, r.round) as newest
       from rounds r join cases c on c.tenant_id = r.tenant_id and c.case_id = r.case_id
       where r.thought is not null and r.world = 'live' and r.opened_at >= $1 and ($3::text is null or c.playbook = $3)
         and r.opened_at > coalesce((select max(p.lifted_at) from model_pauses p
           where p.tenant_id = r.tenant_id and p.playbook = c.playbook), '-infinity')
     ),
     steps as (
       select playbook, agent, model, case_id,
         count(*) filter (where not (step ->> 'mandatory')::boolean) as could,
         count(*) filter (where step ->> 'fate' in ('declined', 'waits')) as did
       from reasoned, jsonb_array_elements(plan) as step
       where newest <= $2 and not faulty group by playbook, agent, model, case_id
     )
     select playbook, agent, model,
       count(*) filter (where could > 0)::int as cases,
       count(*) filter (where did > 0)::int as declined,
       coalesce(sum(could), 0)::int as steps,
       coalesce(sum(did), 0)::int as "stepsDeclined",
       (select count(*)::int from reasoned f where f.faulty and f.playbook = steps.playbook) as faults
     from steps group by playbook, agent, model order by playbook, model`,
    [since, window, playbook],
  );
