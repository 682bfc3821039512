#!/usr/bin/env -S NODE_EXTRA_CA_CERTS=${NANVIX_V86_CA_CERTS} node --v8-pool-size=1 --single-threaded-gc
// The command `nanvix-v86`.
//
// The two V8 flags above keep V8's own threads from starving the emulator on few cores: they work as start-up flags only, and
// nothing fails without them. Certificates, where the environment names some, take Node longer to read than all of its start;
// nothing here uses TLS, so they are replaced by a variable that nobody sets. It is written so, and not as `-u`, because npm makes its
// commands for Windows from this line, and knows programs, flags and assignments only.
const { launch } = require('./launch.cjs');

/** The command, where it stands first and can be part of a file's name. */
function commandOf([first = '']) {
  return /^[a-z]{1,12}$/.test(first) ? first : '';
}

void launch('nanvix-v86', 'main', commandOf);
