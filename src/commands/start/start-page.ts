import type { InstalledSample } from '../../sample/install.ts';
import type { LoginLink } from '../../serve.ts';
import { counted, moneyText, relativeTime } from '../../platform/terminal/format.ts';
import type { Terminal } from '../../platform/terminal/terminal.ts';
import { padEnd, printable, wrap } from '../../platform/terminal/text.ts';
import { field, hint, hints, step, section } from '../layout.ts';
import { tierText } from '../pages/run-lines.ts';
import { usageText } from '../pages/usage-text.ts';
import type { CaseBrief, Survey } from './survey.ts';

interface Summary {
  readonly url: string;
  readonly sample: InstalledSample | null;
  readonly tenants: readonly Survey[];
  readonly survey: Survey | null;
  readonly login: LoginLink | null;
}

/** What `npm start` says: what was found, what was done, what waits for a person, and where to look next. */
export const startPage = (terminal: Terminal, summary: Summary): string => {
  const { survey } = summary;
  return [
    `${terminal.style.strong('Retinue')} is running at ${terminal.style.link(summary.url)}`,
    ...(survey === null ? nothingYet(terminal) : tenantLines(terminal, summary, survey)),
    ...others(terminal, summary),
    ...signIn(terminal, summary.login),
    ...(survey === null ? [] : nextSteps(terminal, survey)),
    '',
    terminal.style.faint('Ctrl-C stops it; `npm start` goes on where it stopped.'),
  ].join('\n');
};

const nothingYet = (terminal: Terminal): string[] => [
  'There is no tenant yet. Stop it, then:',
  hint(terminal, 'import <folder> --mapping <file>', 'your own data'),
];

const tenantLines = (terminal: Terminal, summary: Summary, survey: Survey): string[] => [
  `${terminal.style.strong(survey.name)} · ${origin(summary.sample, survey)}`,
  section(terminal, 'Found'),
  ...(survey.report === null
    ? []
    : field(terminal, 'churn risk', tierText(terminal, survey.report.tiers))),
  ...field(terminal, 'open cases', casesText(survey)),
  ...survey.cases.flatMap((each, index) => caseLines(terminal, each, index + 1)),
  section(terminal, 'Done'),
  ...doneLines(terminal, survey),
  section(terminal, 'Waits for a person'),
  ...waitingLines(terminal, survey),
];

const origin = (sample: InstalledSample | null, survey: Survey): string => {
  if (sample?.tenantId === survey.tenantId) {
    const age = relativeTime(sample.anchor, survey.now, survey.zone);
    return sample.loaded
      ? `the sample company, loaded just now: ${counted(sample.accounts, 'account')}, 180 days that end today`
      : `the sample company, loaded ${age}; its data is reused`;
  }
  return survey.report === null
    ? 'never run'
    : `last run ${relativeTime(survey.report.now, survey.now, survey.zone)}`;
};

const casesText = (survey: Survey): string => {
  const parts = Object.entries(survey.casesByPlaybook).map(
    ([id, count]) => `${id} ${String(count)}`,
  );
  const report = survey.report;
  const aside = [
    ...(report !== null && report.casesWaiting > 0
      ? [`${String(report.casesWaiting)} wait for their turn`]
      : []),
    ...(report !== null && report.casesHeldOut > 0
      ? [`${String(report.casesHeldOut)} held out for comparison`]
      : []),
  ];
  const text = parts.length === 0 ? 'none' : parts.join(' · ');
  return aside.length === 0 ? text : `${text} (${aside.join(', ')})`;
};

const caseLines = (terminal: Terminal, each: CaseBrief, number: number): string[] => [
  ...wrap(
    `${terminal.style.strong(printable(each.account))} · ${each.playbook} · ${moneyText(each.arrAtRisk)} at risk · ${terminal.style.faint(each.id)}`,
    terminal.columns,
    `  ${padEnd(`${String(number)}.`, 4)}`,
  ),
  ...each.reasons
    .slice(0, 2)
    .flatMap((reason) => wrap(printable(reason), terminal.columns, '      • ')),
];

const doneLines = (terminal: Terminal, survey: Survey): string[] => {
  const { outbox, proposals } = survey;
  const models = survey.report?.models;
  const sum = (...names: readonly string[]): number =>
    names.reduce((total, name) => total + (outbox[name] ?? 0), 0);
  const soon = sum('email held', 'email ready', 'email sending');
  return [
    ...field(terminal, 'tasks', `${counted(sum('tasks done'), 'task')} opened for people`),
    ...field(
      terminal,
      'e-mails',
      [
        `${String(sum('email done'))} sent`,
        ...(soon === 0 ? [] : [`${String(soon)} about to go`]),
        survey.mail,
      ].join(', '),
    ),
    ...(models === undefined || models.calls === 0
      ? []
      : field(terminal, 'models', `${usageText(models)}, in the last run`)),
    ...field(
      terminal,
      'policy',
      `${counted(proposals['forbidden'] ?? 0, 'proposal')} refused, ${String(proposals['held'] ?? 0)} held back, ${String(proposals['superseded'] ?? 0)} gave way to others`,
    ),
  ];
};

const waitingLines = (terminal: Terminal, survey: Survey): string[] => [
  ...field(
    terminal,
    'approvals',
    `${counted(survey.waiting.approvals, 'proposal')} to approve, edit or reject`,
  ),
  ...field(terminal, 'tasks', `${counted(survey.waiting.tasks, 'task')} to do`),
];

const others = (terminal: Terminal, summary: Summary): string[] => {
  const rest = summary.tenants.filter(({ tenantId }) => tenantId !== summary.survey?.tenantId);
  if (rest.length === 0) return [];
  const names = rest.map(({ tenantId }) => tenantId).join(', ');
  return ['', `Also here: ${names} ${terminal.style.faint('(--tenant <id>)')}`];
};

const signIn = (terminal: Terminal, login: LoginLink | null): string[] => [
  section(terminal, 'Sign in'),
  ...(login === null
    ? ['  Nobody can sign in yet: stop it and run `npx retinue login` first.']
    : [
        `  ${terminal.style.faint(`as ${login.person}, once, within ten minutes; from another window:`)}`,
        `  ${terminal.style.link(`npx retinue login ${login.link}`)}`,
      ]),
];

const nextSteps = (terminal: Terminal, survey: Survey): string[] => {
  const [first] = survey.cases;
  return [
    section(terminal, 'Then'),
    ...hints(terminal, [
      step('approvals', 'what waits for you'),
      ...(first === undefined
        ? []
        : [step(`case ${first.id}`, 'why it is open, and what is proposed')]),
      step('accounts', 'every account with its scores'),
      step('tasks', 'what people have to do'),
    ]),
  ];
};
