/** The import matrix of ARCHITECTURE.md, as errors. Order of stages: a stage may look back, never ahead. */
const stages = [
  ['domain', '^src/domain'],
  ['connectors', '^src/connectors'],
  ['sense', '^src/sense'],
  ['knowledge', '^src/knowledge'],
  ['language-models', '^src/language-models'],
  ['tools', '^src/tools'],
  ['playbooks', '^src/playbooks'],
  ['policies', '^src/policies'],
  ['agents', '^src/agents'],
  ['act', '^src/act'],
  ['graph', '^src/graph'],
  ['chat', '^src/chat'],
  ['learn', '^src/learn'],
];

const looksBackOnly = stages.map(([name, path], index) => ({
  name: `${name}-looks-back-only`,
  comment: `${name} may import data types of earlier stages, nothing of later ones`,
  severity: 'error',
  from: { path },
  to: {
    path: [
      ...stages.slice(index + 1).map(([, later]) => later),
      '^src/(api|commands|jobs|sample|main\\.ts|parts\\.ts)',
    ],
    // Plans and proposals are named by playbooks; agents hand them on. Types carry no effect.
    dependencyTypesNot: ['type-only'],
  },
}));

const PURE =
  '^src/(domain|playbooks|sense/signals|sense/scores|tools/act|act/settle/arbiter|graph/routes|language-models/(mask|surfaces))';

module.exports = {
  forbidden: [
    ...looksBackOnly,
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'pure-code-has-no-io',
      comment:
        'calculation stands apart from effects: no database, network, file or clock in pure folders',
      severity: 'error',
      from: { path: PURE, pathNot: 'store\\.ts$' },
      to: {
        path: '^(node:)?(fs|fs/promises|net|http|https|child_process|worker_threads|timers|os|path|dns)$|^src/platform|node_modules/(pg|pg-boss|express|nodemailer|@electric-sql)/',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'only-the-outbox-calls-ports',
      comment:
        'an effect happens through act/outbox or not at all; act/in-app reads what was placed, and places nothing',
      severity: 'error',
      from: {
        path: '^src',
        pathNot:
          '^src/(act/outbox|act/in-app|act/deals|connectors|main\\.ts|serve\\.ts|jobs|commands|parts\\.ts)',
      },
      // What is read from a system stands under `source`, and carries no effect there.
      to: {
        path: '^src/connectors/(?!source/)[^/]+/(?!source/)',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'platform-knows-the-domain-only',
      severity: 'error',
      from: { path: '^src/platform' },
      to: { path: '^src/(?!platform|domain)', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'database-drivers-in-platform-only',
      severity: 'error',
      from: { path: '^src', pathNot: '^src/(platform/db|platform/queue|graph/checkpoints)' },
      to: {
        path: 'node_modules/(pg|pg-cursor|pg-boss|@electric-sql)/',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'models-by-one-door',
      comment: 'a vendor’s client stands in src/language-models and in the embedder, nowhere else',
      severity: 'error',
      from: {
        path: '^src',
        pathNot: '^src/(language-models/openai-compatible|knowledge/embedders/openai-compatible)',
      },
      to: { path: 'node_modules/(@langchain/openai|openai)/' },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: {
        orphan: true,
        path: '^src',
        pathNot:
          '^src/(domain|sense/state|sense/signals|sense/scores|sample|jobs|commands|api|platform/db/embedded-worker)',
      },
      to: {},
    },
    {
      name: 'not-to-test-or-dev',
      severity: 'error',
      from: { path: '^src' },
      to: { path: '^(test|evals|scripts)/', dependencyTypes: ['npm-dev', 'local'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.json'] },
  },
};
