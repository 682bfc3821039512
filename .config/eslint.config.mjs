// Lint rules for the whole checkout. What is special to this project: the emulator and the harness may not
// read the host's clock or randomness except in the files named below, because a run must be the same to the
// instruction each time; and imports may only point the way the architecture says.
import js from '@eslint/js';
import tseslint from 'typescript-eslint';

const hostTime = ['Date', 'performance', 'crypto', 'setTimeout', 'setInterval', 'setImmediate'];

const restrictImports = (...patterns) => ({
  'no-restricted-imports': ['error', { patterns: patterns.map(([group, message]) => ({ group, message })) }],
});

export default tseslint.config(
  { ignores: ['node_modules', 'vendor/sources', 'vendor/cache', 'harness/dist', 'specs/examples'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname + '/..' },
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-definitions': ['error', 'interface'],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
    },
  },
  {
    files: ['emulator/**/*.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...hostTime.map((name) => ({ name, message: 'inject a clock instead' })),
      ],
      ...restrictImports([['**/harness/**', '**/images/**'], 'the emulator knows nothing of Nanvix']),
    },
  },
  {
    files: ['images/**/*.ts'],
    rules: restrictImports([['**/harness/**', '**/emulator/**'], 'images are below the harness']),
  },
  {
    files: ['harness/**/*.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...hostTime.map((name) => ({ name, message: 'use the injected wall clock' })),
      ],
      ...restrictImports([['v86', '**/node_modules/v86/**'], 'only the emulator imports v86']),
    },
  },
  {
    files: ['harness/report/*.js'],
    languageOptions: { globals: { document: 'readonly', Element: 'readonly' } },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly' } },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: { globals: { process: 'readonly', __dirname: 'readonly' } },
  },
);
