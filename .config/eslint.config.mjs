// Lint rules for the whole checkout. What is special to this project: the emulator and the harness may not
// read the host's clock or randomness except in the files named below, because a run must be the same to the
// instruction each time. Which file may import which is said in dependency-cruiser.cjs.
import js from '@eslint/js';
import tseslint from 'typescript-eslint';
import { linuxOnly, notPortable, seams } from './portable.mjs';

const hostTime = ['Date', 'performance', 'crypto', 'setTimeout', 'setInterval', 'setImmediate'];

export default tseslint.config(
  {
    ignores: [
      'node_modules',
      'vendor/sources',
      'vendor/cache',
      'harness/dist',
      'specs/examples',
      'specs/release/api',
    ],
  },
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
    },
  },
  {
    files: ['harness/**/*.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...hostTime.map((name) => ({ name, message: 'use the injected wall clock' })),
      ],
    },
  },
  {
    files: ['emulator/**/*.ts', 'harness/**/*.ts', 'images/**/*.ts'],
    ignores: [...seams, ...linuxOnly],
    rules: notPortable,
  },
  {
    files: ['harness/study/report/*.js'],
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
