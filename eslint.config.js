import tseslint from 'typescript-eslint'

/** The contract is a suite that two fleets run. */
const TESTS = ['**/*.test.ts', 'test/**/*.ts', 'packages/fleet/src/contract/**']

const noRawSql = {
  selector: 'MemberExpression[property.name=/^\\$(queryRawUnsafe|executeRawUnsafe)$/]',
  message: 'SQL text is never assembled from strings: use the tagged $queryRaw or $executeRaw.',
}

/** domain and workflows are judged by a fake clock, so time, chance and environment come in as arguments. */
const noHiddenInputs = [
  {
    selector: 'CallExpression[callee.object.name="Date"][callee.property.name="now"]',
    message: 'Take a Clock as an argument.',
  },
  {
    selector: 'NewExpression[callee.name="Date"][arguments.length=0]',
    message: 'Take a Clock as an argument.',
  },
  {
    selector: 'CallExpression[callee.object.name="performance"][callee.property.name="now"]',
    message: 'Take a Clock as an argument.',
  },
  {
    selector: 'CallExpression[callee.object.name="Math"][callee.property.name="random"]',
    message: 'Take the random source as an argument.',
  },
  {
    selector: 'CallExpression[callee.name=/^(setTimeout|setInterval|setImmediate)$/]',
    message: 'Timers belong to the runner: return nap(), or use Clock.sleep.',
  },
  {
    selector: 'MemberExpression[object.name="process"][property.name=/^(env|hrtime)$/]',
    message: 'Configuration is parsed once at boot and passed in.',
  },
]

export default tseslint.config(
  {
    ignores: [
      '**/node_modules/**',
      '**/dist/**',
      '**/.turbo/**',
      '**/.cacheplane/**',
      'packages/store/src/generated/**',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error', noInlineConfig: true } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.base],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unnecessary-type-assertion': 'error',
      '@typescript-eslint/ban-ts-comment': 'error',
      '@typescript-eslint/prefer-readonly': 'error',
      'no-restricted-syntax': ['error', noRawSql],
      'prefer-const': 'error',
      eqeqeq: 'error',
      'no-console': 'error',
      'no-eval': 'error',
      'no-var': 'error',
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['apps/*/src/**/*.ts', 'packages/*/src/**/*.ts', 'docker/**/*.ts'],
    ignores: TESTS,
    rules: {
      'max-lines-per-function': ['error', { max: 50, skipBlankLines: true, skipComments: true }],
      complexity: ['error', 15],
    },
  },
  {
    files: ['packages/domain/src/**/*.ts', 'packages/workflows/src/**/*.ts'],
    ignores: TESTS,
    rules: { 'no-restricted-syntax': ['error', noRawSql, ...noHiddenInputs] },
  },
  {
    // What runs in a terminal speaks to its user.
    files: [
      'docker/**/*.ts',
      'apps/*/bin/**/*.ts',
      'test/bench/**/*.ts',
      'test/chaos/**/*.ts',
      'test/simulation/main.ts',
    ],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['**/*.js', '**/*.mjs', '**/*.cjs'],
    rules: {
      'prefer-const': 'error',
      eqeqeq: 'error',
      'no-eval': 'error',
      'no-var': 'error',
      'no-unused-vars': 'error',
    },
  },
)
