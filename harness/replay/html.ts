/**
 * A recorded run as one HTML file, which asks the network for nothing: scripts, style, v86 and all that the run was made of are
 * in it, compressed.
 *
 * What must hold: the same run gives the same bytes; what the page shows first stands in front of what is large.
 */
import { promisify } from 'node:util';
import { deflateRaw } from 'node:zlib';
import { toHtml } from 'hast-util-to-html';
import { h } from 'hastscript';
import { readV86Wasm } from '../../emulator/v86/wasm-file.ts';
import { inProject } from '../../images/build/paths.ts';
import { replayScripts } from './bundle.mjs';
import type { RecordedRun } from './recording.ts';

const deflate = promisify<Uint8Array, { level: number }, Buffer>(deflateRaw);
const LEVEL = 9;

const packed = async (bytes: Uint8Array): Promise<string> =>
  (await deflate(bytes, { level: LEVEL })).toString('base64');

/** Text that ends no script element. */
const inScript = (source: string): string => source.replaceAll('</script', '<\\/script');

/** The page. Its elements of type `text/plain` hold base64 of raw deflate; `data-part` names what. */
export async function renderReplay({ recording, parts }: RecordedRun): Promise<string> {
  const { worker, page, style } = await replayScripts(inProject());
  const described = Buffer.from(JSON.stringify(recording));
  const held = { recording: described, ...parts, v86: readV86Wasm(), worker: Buffer.from(worker) };
  const texts = await Promise.all(
    Object.entries(held).map(async ([name, bytes]) => [name, await packed(bytes)] as const),
  );
  const title = `${recording.title} — replay`;
  const tree = h('html', { lang: 'en' }, [
    h('head', [
      h('meta', { charSet: 'utf-8' }),
      h('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
      h('title', title),
      h('style', style),
    ]),
    h('body', [
      h('div#app', [
        h('h1', recording.title),
        h('p', 'Opening … this page needs its script to run the machine.'),
      ]),
      { ...h('script'), children: [{ type: 'raw', value: inScript(page) }] },
      ...texts.map(([name, text]) => h('script', { type: 'text/plain', dataPart: name }, text)),
    ]),
  ]);
  return `<!doctype html>\n${toHtml(tree, { allowDangerousHtml: true })}\n`;
}
