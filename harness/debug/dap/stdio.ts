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
  const gone = new Promise<void>((resolve) => {
    input.on('close', resolve);
    input.on('end', resolve);
    output.on('error', () => {
      resolve();
    });
  });
  // An editor that has disconnected may keep the pipe open for as long as it likes.
  await Promise.race([adapter.ended, gone]);
}
