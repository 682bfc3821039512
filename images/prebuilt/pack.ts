/**
 * Makes the packages of prebuilt guests, `nanvix-v86-guests-VERSION.tgz` and `nanvix-v86-guests-debug-VERSION.tgz`, from what
 * the recipes give: `npm run pack:guests`. Builds what is missing. Writes the tarballs into the current folder.
 *
 * What must hold: the same sources and tools give the same tarballs, whoever makes them, when and where.
 */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { headersSteps } from '../abi/recipe.ts';
import { DigestMemo } from '../build/digest-memo.ts';
import { resultFiles } from '../build/entry.ts';
import { buildSteps } from '../build/engine.ts';
import { sourceKeyOf } from '../build/keys.ts';
import { readLockFile, type SourceName } from '../build/lock-file.ts';
import { cacheRoot, inProject, packageVersion } from '../build/paths.ts';
import { decidingTools } from '../build/results.ts';
import type { BuiltStep, Step } from '../build/step.ts';
import { libraryStep } from '../cpython/library.ts';
import { debugFile, pythonSteps, stdlibStep } from '../cpython/recipe.ts';
import { fullVariant, referenceVariant } from '../cpython/variant.ts';
import { kernelSteps } from '../kernel/recipe.ts';
import { libposixSteps } from '../libposix/recipe.ts';
import { muslStep } from '../musl/recipe.ts';
import { helloRamfsStep } from '../ramfs/recipe.ts';
import { Store } from '../store/store.ts';
import { tccStep, tccSysrootSteps } from '../tcc/recipe.ts';
import { pythonToolsStep } from '../toolchain/recipe.ts';
import { sourceStep } from '../toolchain/sources.ts';
import { zlibStep } from '../zlib/recipe.ts';
import { DEBUG_PACKAGE, GUESTS_PACKAGE, stepFolder } from './guests.ts';

/** The built CPython of both eras with and without further modules, and the one that the start-up study compares with. */
const pythons = [
  ...(['S', 'M'] as const).flatMap((era) => [
    pythonSteps(referenceVariant, era),
    pythonSteps(fullVariant, era, 'full'),
  ]),
  pythonSteps({ ...referenceVariant, name: 'reference', encodings: 'source' }),
];
const steps: readonly Step[] = [
  ...Object.values(headersSteps),
  ...Object.values(kernelSteps).flatMap((byMemory) => Object.values(byMemory)),
  muslStep,
  zlibStep,
  libposixSteps.S['no-pie'],
  libposixSteps.M['no-pie'],
  ...pythons.flatMap(({ stripped, linked }) => [stripped, linked]),
  stdlibStep,
  libraryStep,
  tccStep,
  ...Object.values(tccSysrootSteps),
  helloRamfsStep,
];

/** Where each source says under which terms it is passed on: the file's name in its archive; of SQLite's, the comment at its start. */
const licences: readonly (readonly [SourceName, string])[] = [
  ['bzip2', 'LICENSE'],
  ['cpython', 'LICENSE'],
  ['libffi', 'LICENSE'],
  ['musl', 'COPYRIGHT'],
  ['sqlite', 'sqlite3.h'],
  ['tcc', 'COPYING'],
  ['xz', 'COPYING'],
  ['zlib', 'README'],
];

/** Where Debian says under which terms libgcc.a is passed on, which is the compiler's: its terms, and the licence that they name. */
const DEBIAN_DOCUMENTS = '/usr/share/doc';
const DEBIAN_GPL_3 = '/usr/share/common-licenses/GPL-3';

/** A fixed time for every file, so that tarballs repeat: npm's own. */
const TIME = new Date('1985-10-26T08:15:00Z');

/** What of a step goes into the debug package. */
const isForDebugging = (file: string): boolean => file === debugFile;

async function pack(target: string): Promise<readonly string[]> {
  const sources = licences.map(([name]) => sourceStep(name));
  const { built } = await buildSteps([...steps, ...sources, pythonToolsStep], {
    cacheRoot: cacheRoot(),
    onProgress: (event) => {
      if (event.kind === 'started') process.stderr.write(`${event.step}\n`);
    },
  });
  const folder = mkdtempSync(path.join(tmpdir(), 'nanvix-v86-guests-'));
  try {
    const [guests, debug] = [GUESTS_PACKAGE, DEBUG_PACKAGE].map((name) => path.join(folder, name)) as [
      string,
      string,
    ];
    const memo = new DigestMemo(new Store(cacheRoot()));
    const keys = new Map<Step, Promise<string>>();
    for (const [index, step] of steps.entries()) {
      const one = built[index];
      if (one !== undefined) copyStep(one, await sourceKeyOf(step, memo, keys), guests, debug);
    }
    copyLicences(built.slice(steps.length), path.join(built.at(-1)?.files ?? '', 'bin'), guests);
    writePackage(guests, GUESTS_PACKAGE, 'Guests for nanvix-v86, built: kernels, CPython, libraries');
    writeFileSync(path.join(guests, 'README.md'), README);
    cpSync(inProject('THIRD-PARTY-NOTICES.md'), path.join(guests, 'THIRD-PARTY-NOTICES.md'));
    writePackage(debug, DEBUG_PACKAGE, 'Debug information of the guests in nanvix-v86-guests');
    for (const one of [guests, debug]) giveModes(one);
    return [guests, debug].map((one) => tarball(one, target));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param sourceKey As of now: a result may have been made from other sources that gave the same headers. */
function copyStep(built: BuiltStep, sourceKey: string, guests: string, debug: string): void {
  const { step, digest, key, identity, fileCount, format } = built.manifest;
  const tools = decidingTools(built);
  // Not the inputs and times: they tell of the machine, and nobody reads them there.
  const manifest = { format, step, key, sourceKey, digest, identity, fileCount, tools };
  const folder = stepFolder(guests, step, sourceKey);
  mkdirSync(folder, { recursive: true });
  const files = resultFiles(built);
  writeFileSync(path.join(folder, 'manifest.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  writeFileSync(path.join(folder, 'files.json'), `${JSON.stringify(files, undefined, 1)}\n`);
  for (const { path: name } of files) {
    const root = isForDebugging(name) ? stepFolder(debug, step, sourceKey) : folder;
    cpSync(path.join(built.files, name), path.join(root, 'files', name), {
      recursive: true,
      dereference: true,
    });
  }
}

/** Modes are part of a tarball, and would tell the umask of who made it. */
function giveModes(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const place = path.join(folder, entry.name);
    if (entry.isDirectory()) giveModes(place);
    else chmodSync(place, (statSync(place).mode & 0o100) === 0 ? 0o644 : 0o755);
  }
  chmodSync(folder, 0o755);
}

/** @param tools Folder of the programs that unpack. */
function copyLicences(sources: readonly BuiltStep[], tools: string, guests: string): void {
  const lock = readLockFile();
  const folder = path.join(guests, 'licences');
  mkdirSync(folder, { recursive: true });
  cpSync(inProject('LICENSE'), path.join(folder, 'nanvix-v86'));
  copyLibgccLicence(folder);
  licences.forEach(([name, file], index) => {
    const source = lock.sources[name];
    const archive = path.join(sources[index]?.files ?? '', source.file);
    const place = source.folder === '.' ? file : `${source.folder}/${file}`;
    const text = execFileSync('tar', ['-xOf', archive, place], {
      encoding: 'utf8',
      env: { ...process.env, PATH: `${tools}:${process.env['PATH'] ?? ''}` },
    });
    writeFileSync(
      path.join(folder, name),
      file.endsWith('.h') ? `${text.split('*/', 1)[0] ?? ''}*/\n` : text,
    );
  });
}

/** @throws Error where the compiler is not Debian's: its libgcc.a cannot be passed on without its terms. */
function copyLibgccLicence(folder: string): void {
  const [documents] = readdirSync(DEBIAN_DOCUMENTS).filter((name) => /^gcc-\d+-base$/.test(name));
  if (documents === undefined || !existsSync(DEBIAN_GPL_3))
    throw new Error(
      'the licence of libgcc is not on this machine: pack the guests on Debian, with its gcc installed',
    );
  cpSync(path.join(DEBIAN_DOCUMENTS, documents, 'copyright'), path.join(folder, 'libgcc'));
  cpSync(DEBIAN_GPL_3, path.join(folder, 'GPL-3'), { dereference: true });
}

const README = `# nanvix-v86-guests

Guests for nanvix-v86 of the same version: kernels, CPython, libc, the POSIX layer and TinyCC, built. Install it beside nanvix-v86, which
then builds nothing. Each file is checked by its digest before it is used.

\`steps/\` has one folder for each step of the build. \`licences/\` has the terms of each part: CPython, musl, zlib, TinyCC, libgcc (the
GPL with the runtime library exception), and nanvix-v86 itself. THIRD-PARTY-NOTICES.md says what is whose.
`;

function writePackage(folder: string, name: string, description: string): void {
  const { license, engines } = JSON.parse(readFileSync(inProject('package.json'), 'utf8')) as Record<
    string,
    unknown
  >;
  const version = packageVersion();
  const head = { name, version, description, license: `SEE LICENSE IN licences`, engines };
  const files = ['steps', 'licences', 'THIRD-PARTY-NOTICES.md'];
  const guests = name === DEBUG_PACKAGE ? { peerDependencies: { [GUESTS_PACKAGE]: version } } : {};
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    path.join(folder, 'package.json'),
    `${JSON.stringify({ ...head, ...(name === DEBUG_PACKAGE && { license }), files, ...guests }, undefined, 2)}\n`,
  );
}

/** @returns The absolute path of the tarball. */
function tarball(folder: string, target: string): string {
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--pack-destination', target], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
      maxBuffer: 1 << 28,
    }),
  ) as readonly { readonly filename: string }[];
  const file = path.join(target, packed?.filename ?? '');
  utimesSync(file, TIME, TIME);
  return file;
}

for (const file of await pack(process.cwd())) process.stdout.write(`${file}\n`);
