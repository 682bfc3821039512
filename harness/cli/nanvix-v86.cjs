#!/usr/bin/env -S NODE_EXTRA_CA_CERTS=${NANVIX_V86_CA} node --v8-pool-size=1 --single-threaded-gc --initial-old-space-size=32
// The command `nanvix-v86`.
//
// The first two V8 flags above keep V8's own threads from starving the emulator on few cores. With the third, in MiB, V8 does not mark
// and compact its old space while the command line is being loaded, when hardly any of it is garbage: that took 7 % of a short run. They
// work as start-up flags only, and nothing fails without them. Certificates, where the environment names some, take Node longer to read
// than all of its start; nothing here uses TLS, so they are replaced by a variable that nobody sets. It is written so, and not as `-u`,
// because npm makes its commands for Windows from this line, and knows programs, flags and assignments only. Linux before 5.1 reads 127
// bytes of the line.
const { launch } = require('./launch.cjs');

/** The command, where it stands first and can be part of a file's name. */
function commandOf([first = '']) {
  return /^[a-z]{1,12}$/.test(first) ? first : '';
}

void launch('nanvix-v86', 'main', commandOf);
