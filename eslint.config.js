import js from '@eslint/js';
import tseslint from 'typescript-eslint';

const PURE = [
  'src/domain/**/*.ts',
  'src/sense/signals/**/*.ts',
  'src/sense/scores/*.ts',
  'src/playbooks/**/*.ts',
  'src/act/settle/arbiter*.ts',
  'src/graph/routes.ts',
  'src/tools/act/**/*.ts',
  'src/language-models/{mask,surfaces}.ts',
];

const wallClock = [
  { selector: "NewExpression[callee.name='Date']", message: 'take `now` as an argument' },
  {
    selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
    message: 'take `now` as an argument',
  },
  {
    selector: "MemberExpression[object.name='Temporal'][property.name='Now']",
    message: 'take `now` as an argument',
  },
];

const impure = [
  ...wallClock,
  {
    selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
    message: 'pure code draws no lots: derive it from an identifier',
  },
  { selector: ':function[async=true]', message: 'pure code does not wait' },
  { selector: 'AwaitExpression', message: 'pure code does not wait' },
];

export default tseslint.config(
  { ignores: ['node_modules', '.retinue', 'coverage', 'evals/reports', 'docs/schemas'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      // A catalogue member is found by its folder, and a store function may be async for the interface's sake.
      '@typescript-eslint/require-await': 'off',
      // `type` where a value must stay assignable to Json, `interface` elsewhere: a rule cannot tell.
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/consistent-indexed-object-style': 'off',
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      complexity: ['error', 15],
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/platform/clock.ts', 'src/domain/time.ts'],
    rules: { 'no-restricted-syntax': ['error', ...wallClock] },
  },
  {
    files: PURE,
    ignores: ['src/domain/time.ts'],
    rules: { 'no-restricted-syntax': ['error', ...impure] },
  },
  {
    files: ['test/**/*.ts', 'evals/**/*.ts', 'scripts/**/*.ts', 'bench/**/*.ts'],
    rules: {
      'max-lines': 'off',
      'max-lines-per-function': 'off',
      'no-console': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-floating-promises': 'error',
    },
  },
  {
    files: ['**/*.js', '**/*.cjs'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly' } },
  },
  {
    // Runs in the pages of the customer's product. What comes from outside is text there, never mark-up.
    files: ['src/api/in-app/widget/*.js'],
    languageOptions: {
      sourceType: 'script',
      globals: Object.fromEntries(
        [
          ...['document', 'location', 'fetch', 'setTimeout', 'AbortController', 'CSSStyleSheet'],
          ...['IntersectionObserver', 'TextDecoderStream', 'URLSearchParams', 'RetinueInApp'],
        ].map((name) => [name, 'readonly']),
      ),
    },
    rules: {
      'no-restricted-properties': [
        'error',
        ...['innerHTML', 'outerHTML', 'insertAdjacentHTML', 'write'].map((property) => ({
          property,
          message: 'texts come from outside: set `textContent`',
        })),
      ],
    },
  },
);
