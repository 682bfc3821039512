export const bundlePath: string;
export function bundleStatus(): 'fresh' | 'stale' | 'missing';
export function ensureBundle(): Promise<void>;
