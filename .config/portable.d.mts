import type { Linter } from 'eslint';
export const notPortable: Linter.RulesRecord;
export const seams: readonly string[];
export const linuxOnly: readonly string[];
