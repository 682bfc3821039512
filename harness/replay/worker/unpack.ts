/** Opens what a page holds: base64 of raw deflate. */
import type { PartName, RecordedRun, Recording } from '../recording.ts';

/** Everything in a page: the recording, its parts, and v86. */
export interface Contents {
  readonly run: RecordedRun;
  readonly v86: Uint8Array;
}

async function unpack(text: string): Promise<Uint8Array> {
  const packed = Buffer.from(text, 'base64');
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** @throws Error where something is missing, as in a page that was cut off. */
export async function unpackContents(texts: Readonly<Record<string, string>>): Promise<Contents> {
  const entries = await Promise.all(
    Object.entries(texts).map(async ([name, text]) => [name, await unpack(text)] as const),
  );
  const { recording, v86, ...parts } = Object.fromEntries(entries) as Partial<
    Record<PartName | 'recording' | 'v86', Uint8Array>
  >;
  if (recording === undefined || v86 === undefined)
    throw new Error('this page is not complete: fetch it anew');
  const described = JSON.parse(new TextDecoder().decode(recording)) as Recording;
  return { run: { recording: described, parts }, v86 };
}
