// Loaded into a process before its program: as it ends, prints the most memory that was resident, in MiB, as the last line.
const { writeSync } = require('node:fs');

const KIBIBYTES_PER_MEBIBYTE = 1024;

// What `process.exit` calls last: listeners to 'exit' keep compiled code, which takes memory as well.
const { reallyExit } = process;
process.reallyExit = (status) => {
  writeSync(1, `\n${process.resourceUsage().maxRSS / KIBIBYTES_PER_MEBIBYTE}`);
  reallyExit.call(process, status);
};
