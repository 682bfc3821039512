/**
 * Which room may import which. `npm run lint` refuses all else.
 *
 * The arrows: specs → harness → emulator → v86, and harness → images. Inside the harness, each room may import itself, the
 * rooms below it, and nothing above it.
 */

/** The rooms of the harness, from the lowest to the highest. Rooms in one row know nothing of one another. */
const floors = [
  ['cache'],
  ['guest'],
  ['snapshots'],
  ['look'],
  ['debug', 'dump'],
  ['study'],
  ['replay'],
  ['vitest', 'regrtest'],
  ['cli'],
  ['bench'],
];

const room = (name) => `^harness/${name}/`;

/** A room may not look up, nor at a room of its own floor. */
const rooms = floors.flatMap((floor, level) =>
  floor.map((name) => ({
    name: `room-${name}`,
    comment: `harness/${name} may import only the rooms below it`,
    severity: 'error',
    from: { path: room(name) },
    to: {
      path: [
        '^harness/index\\.ts$',
        ...floors.slice(level + 1).flatMap((above) => above.map(room)),
        ...floor.filter((other) => other !== name).map(room),
      ],
    },
  })),
);

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycle',
      comment: 'two files that need each other are one idea: join them, or take out what both need',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-loose-file',
      comment: 'a file of the harness belongs to a room; only its index.ts lies outside',
      severity: 'error',
      from: { path: '^harness/[^/]+$', pathNot: '^harness/index\\.ts$' },
      to: {},
    },
    {
      name: 'only-what-ships',
      comment: 'nothing that ships may import what does not',
      severity: 'error',
      from: { path: '^(harness|emulator|images)/', pathNot: '^harness/bench/' },
      to: { path: '^(specs|\\.config|harness/bench)/', pathNot: '^\\.config/tsconfig' },
    },
    {
      name: 'only-dependencies-that-ship',
      comment: 'what ships may use a package at run time only if package.json names it for users',
      severity: 'error',
      from: {
        path: '^(harness|emulator|images)/',
        pathNot: [
          '^harness/bench/',
          '^harness/cli/bundle\\.mjs$',
          '^harness/snapshots/fork-worker\\.mjs$',
          // what is bundled into pages when the package is packed
          '^harness/replay/(bundle\\.mjs$|worker/|page/)',
          '\\.browser\\.ts$',
        ],
      },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['type-only', 'npm-peer'],
      },
    },
    {
      name: 'emulator-below-all',
      comment: 'the emulator knows nothing of Nanvix',
      severity: 'error',
      from: { path: '^emulator/' },
      to: { path: '^(harness|images|specs)/' },
    },
    {
      name: 'images-below-the-harness',
      comment: 'the images know nothing of the harness and of the machine that runs them',
      severity: 'error',
      from: { path: '^images/' },
      to: { path: '^(harness|emulator|specs)/' },
    },
    {
      name: 'v86-in-one-folder',
      comment: 'only emulator/v86 knows v86; the benchmark runs it as it comes, in a process of its own',
      severity: 'error',
      from: { pathNot: '^(emulator/v86/|harness/bench/stock-v86[.]mjs$)' },
      to: { path: 'node_modules/v86/' },
    },
    ...rooms,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['^harness/dist', '^specs/examples'] },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
