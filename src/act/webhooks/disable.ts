import { LIVE } from '../../domain/case.ts';
import type { TenantConfig } from '../../domain/tenant.ts';
import type { Instant } from '../../domain/time.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { record } from '../ledger/ledger.ts';
import { openTask } from '../tasks/tasks.ts';
import type { Endpoint } from './endpoint.ts';
import { markDisabled } from './endpoint-store.ts';

/** Switches an endpoint off and gives a person the task to look. What happens meanwhile is kept for it. */
export const disable = async (
  tx: TenantTx,
  input: {
    readonly endpoint: Endpoint;
    readonly reason: string;
    readonly config: TenantConfig;
    readonly now: Instant;
  },
): Promise<void> => {
  const { endpoint, reason, config, now } = input;
  await markDisabled(tx, endpoint.id, { at: now, reason });
  await record(tx, {
    world: LIVE.id,
    kind: 'webhook.disabled',
    subjects: {},
    body: { endpointId: endpoint.id },
    at: now,
  });
  await openTask(tx, {
    world: LIVE.id,
    key: `webhook/${endpoint.id}/${now}`,
    actionId: null,
    accountId: null,
    caseId: null,
    draft: {
      kind: 'check_webhook',
      title: `A webhook was switched off: ${hostOf(endpoint.url)}`,
      assignee: config.owners.find(({ role }) => role === 'data')?.id ?? '',
      dueBusinessDays: 1,
      reason,
      draft: [
        `Events no longer go to ${endpoint.url} (${endpoint.id}${endpoint.description === '' ? '' : `, ${endpoint.description}`}).`,
        `Why: ${reason}.`,
        '',
        `Once it works again: retinue webhooks enable ${endpoint.id}`,
        'Everything that was not delivered is sent then, oldest first. If nobody needs it any more:',
        `retinue webhooks remove ${endpoint.id}`,
      ].join('\n'),
    },
    config,
    now,
  });
};

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : url);
