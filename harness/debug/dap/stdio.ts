/** The debug adapter over standard input and output: what an editor starts. */
import { NanvixDebugAdapter } from './adapter.ts';

/** Serves one editor until it disconnects. */
export async function serveEditor(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
): Promise<void> {
  const adapter = new NanvixDebugAdapter();
  adapter.setRunAsServer(true);
  adapter.start(input, output);
  await new Promise<void>((resolve) => {
    input.on('close', resolve);
    input.on('end', resolve);
  });
}
