export function ensureBundle(): Promise<string | undefined>;
