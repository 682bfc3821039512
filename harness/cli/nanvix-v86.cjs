#!/usr/bin/env -S -u NODE_EXTRA_CA_CERTS node --v8-pool-size=1 --single-threaded-gc
// The command `nanvix-v86`. Plain JavaScript, because it runs before anything can load TypeScript; CommonJS, because Node's
// loader of modules takes as long to start as all of this.
//
// It loads the command line as one file with V8's code cache, which starts in a fraction of the time the sources
// would take; in a checkout that file is made again whenever a source is newer. The two V8 flags above keep V8's
// own threads from starving the emulator on few cores: they work as start-up flags only, and nothing fails without them.
// Certificates, where the environment names some, take Node longer to read than all of its start; nothing here uses TLS.
const { bundlePath, bundleStatus } = require('./bundle-status.cjs');
const { loadBundle } = require('./load-bundle.cjs');

/** A defect of this program: EX_SOFTWARE of sysexits. */
const STATUS_INTERNAL = 70;

async function run([, , ...commandLine]) {
  try {
    if (bundleStatus() !== 'fresh') {
      const { ensureBundle } = await import('./bundle.mjs');
      await ensureBundle();
    }
    const { main } = loadBundle(bundlePath, commandOf(commandLine));
    process.exitCode = await main(commandLine);
    await flushed(process.stdout);
    await flushed(process.stderr);
    // Node would wait for all the code that V8 still means to optimize.
    process.exit();
  } catch (error) {
    process.stderr.write(`nanvix-v86: ${String(error.message).split('\n')[0]}\n`);
    process.exitCode = STATUS_INTERNAL;
  }
}

/** The command, where it stands first and can be part of a file's name. */
function commandOf([first = '']) {
  return /^[a-z]{1,12}$/.test(first) ? first : '';
}

/** Resolves when what was written to a stream has been handed over. */
function flushed(stream) {
  return stream.writableLength === 0 ? undefined : new Promise((resolve) => stream.write('', resolve));
}

void run(process.argv);
