#!/usr/bin/env -S NODE_EXTRA_CA_CERTS=${NANVIX_V86_CA} node --v8-pool-size=1 --single-threaded-gc --initial-old-space-size=32
// The command `nanvixd-v86`, which takes nanvixd's place. nanvix-v86.cjs says why it is started so; specs/system/commands.spec.ts
// holds the copies of its first line together.
const { launch } = require('./launch.cjs');

void launch('nanvixd-v86', 'nanvixd', () => 'nanvixd');
