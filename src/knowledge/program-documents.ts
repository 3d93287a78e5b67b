import type { NewDocument } from './save-documents.ts';

/** What the program itself knows, as documents that agents and people search together with their own. */
export const PROGRAM = 'program';

interface PlaybookText {
  readonly id: string;
  readonly title: string;
  readonly story: string;
  readonly agent: string;
  readonly class: string;
  readonly tools: readonly string[];
  readonly measure: { readonly outcome: string; readonly withinDays: number };
}

export const playbookDocument = (playbook: PlaybookText): NewDocument => ({
  source: `playbook/${playbook.id}`,
  collection: 'playbooks',
  title: playbook.title,
  sections: [
    { headings: ['What goes wrong without it'], text: playbook.story },
    {
      headings: ['What it does'],
      text: [
        `The playbook ${playbook.id} is a ${playbook.class} playbook of the ${playbook.agent} agent.`,
        `It may use: ${playbook.tools.map(words).join(', ')}.`,
        `It has worked when, within ${String(playbook.measure.withinDays)} days, the outcome is: ${playbook.measure.outcome}.`,
      ].join('\n'),
    },
  ],
});

export interface KnownIncident {
  readonly incidentId: string;
  readonly title?: string | undefined;
  readonly severity?: string | undefined;
  readonly status?: string | undefined;
  readonly startedAt?: string | undefined;
  readonly resolvedAt?: string | undefined;
}

export const incidentDocument = (incident: KnownIncident): NewDocument => ({
  source: `incident/${incident.incidentId}`,
  collection: 'known_issues',
  title: incident.title ?? `Incident ${incident.incidentId}`,
  sections: [
    {
      headings: [],
      text: [
        `${incident.severity ?? 'An'} incident ${incident.incidentId}: ${incident.title ?? 'no title was given'}.`,
        ...(incident.startedAt === undefined
          ? []
          : [`It began on ${incident.startedAt.slice(0, 10)}.`]),
        incident.status === 'resolved'
          ? `It was resolved${incident.resolvedAt === undefined ? '' : ` on ${incident.resolvedAt.slice(0, 10)}`}.`
          : `It is not resolved yet: ${incident.status ?? 'investigating'}.`,
      ].join('\n'),
    },
  ],
});

export interface ClosedCase {
  readonly caseId: string;
  readonly accountId: string;
  readonly playbookTitle: string;
  readonly reasons: readonly string[];
  readonly closedOn: string;
  readonly closeReason: string;
  /** Act tools that were carried out. */
  readonly done: readonly string[];
}

/** Ids and no names: who asks to be forgotten should not have to be looked for here. */
export const outcomeDocument = (closed: ClosedCase): NewDocument => ({
  source: `case/${closed.caseId}`,
  collection: 'outcomes',
  title: `${closed.playbookTitle}: ${closed.closeReason}`,
  sections: [
    {
      headings: [],
      text: [
        `Case ${closed.caseId} of account ${closed.accountId} was opened because: ${closed.reasons.join('; ')}.`,
        closed.done.length === 0
          ? 'Nothing was done.'
          : `What was done: ${closed.done.map(words).join('; ')}.`,
        `It closed on ${closed.closedOn}: ${closed.closeReason}.`,
      ].join('\n'),
    },
  ],
});

const words = (tool: string): string => tool.replaceAll('_', ' ');
