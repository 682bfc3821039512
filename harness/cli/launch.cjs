// Starts one of the commands: loads the command line, or the part of it that is wanted, as one file with V8's code cache, which starts
// in a fraction of the time the sources would take. In a checkout that file is made again whenever anything it was made from has changed.
//
// Plain JavaScript, because it runs before anything can load TypeScript; CommonJS, because Node's loader of modules takes as long
// to start as all of this.
const { setFlagsFromString } = require('node:v8');

// V8 takes code that was compiled before, also of Node's own modules, only under the flags that it was compiled with. The heap has its
// size by now, so that the flag which gave it can go, and Node's modules need not be compiled.
setFlagsFromString('--initial-old-space-size=0');

const { bundleFor, bundleStatus, loaderPath } = require('./bundle-status.cjs');

/** A defect of this program: EX_SOFTWARE of sysexits. */
const STATUS_INTERNAL = 70;

/**
 * Runs a command and ends the process.
 *
 * @param name What messages begin with.
 * @param entry The function of the bundle that runs a command line and resolves to an exit status.
 * @param kind From a command line, which command it is: decides the bundle, and whose functions V8's cache is to hold. Short, and fit for a file's name.
 */
async function launch(name, entry, kind) {
  const [, , ...commandLine] = process.argv;
  try {
    const command = kind(commandLine);
    const bundle = bundleFor(command);
    let { status, digest } = bundleStatus(bundle);
    if (status !== 'fresh') {
      const { ensureBundle } = await import('./bundle.mjs');
      digest = await ensureBundle(bundle);
    }
    const { loadBundle } = require(loaderPath);
    const commands = loadBundle(bundle.path, command, digest);
    process.exitCode = await commands[entry](commandLine);
    await flushed(process.stdout);
    await flushed(process.stderr);
    // Node would wait for all the code that V8 still means to optimize.
    process.exit();
  } catch (error) {
    process.stderr.write(`${name}: ${String(error.message).split('\n')[0]}\n`);
    process.exitCode = STATUS_INTERNAL;
  }
}

/** Resolves when what was written to a stream has been handed over. */
function flushed(stream) {
  return stream.writableLength === 0 ? undefined : new Promise((resolve) => stream.write('', resolve));
}

module.exports = { launch };
