// What would break on another system is refused by the linter: what differs between Linux, macOS and Windows is behind the files of
// images/system/, which take the system as an argument. No plugin has these rules.

const SEAM = 'what differs between systems is behind images/system';

/** What asks for the system, or for what only some have. */
const properties = [
  ...['platform', 'arch', 'kill', 'getuid', 'geteuid', 'getgid', 'umask'].map((property) => ({
    object: 'process',
    property,
  })),
  ...['platform', 'arch', 'type', 'EOL', 'userInfo'].map((property) => ({ object: 'os', property })),
  { object: 'path', property: 'posix' },
  { object: 'path', property: 'win32' },
].map((one) => ({ ...one, message: SEAM }));

const ofFiles =
  '/^(access|appendFile|chmod|copyFile|cp|exists|link|lstat|mkdir|mkdtemp|open|readFile|readdir|readlink|realpath|rename|rm|stat|symlink|unlink|writeFile)(Sync)?$/';

const syntax = [
  {
    selector: 'Literal[value=/^\\u002f(tmp|proc|sys|dev|etc|home|var|usr|bin|opt)(\\u002f|$)/]',
    message: `other systems have no such folder: ${SEAM}; of guests, say so in a comment that switches this off`,
  },
  {
    selector: `CallExpression[callee.name=${ofFiles}] > TemplateLiteral.arguments:first-child TemplateElement[value.raw=/\\u002f/]`,
    message: "put paths of the host together by node:path's join",
  },
  {
    selector: "BinaryExpression[operator='+'] > Literal[value=/^[\\u002f\\\\]$/]",
    message: "put paths of the host together by node:path's join",
  },
  ...['CallExpression', 'AwaitExpression'].map((kind) => ({
    selector: `CallExpression[callee.property.name='split'][arguments.0.value='\\n'] ${kind}[callee.name=/^readFile/]`,
    message: 'a file of the user may end its lines by \\r\\n: split by /\\r?\\n/u',
  })),
  {
    selector:
      'CallExpression[callee.name=/^(spawn|execFile)(Sync)?$/][arguments.0.value=/^(npm|npx|yarn|pnpm|tsc|vitest)$/]',
    message: 'on Windows this is a script and no program: run it by execa',
  },
  {
    selector: 'CallExpression[callee.name=/^(exec|execSync)$/]',
    message: 'shells differ: run the program itself, by execa',
  },
  {
    selector: 'CallExpression[callee.name=/^symlink(Sync)?$/]',
    message: 'on Windows not everybody may make links: copy the file',
  },
  {
    selector: "CallExpression[callee.name=/^mkdir(Sync)?$/] Property[key.name='recursive']",
    message: 'in /proc this never returns: makeFolder of images/system does',
  },
  {
    selector: "MemberExpression[property.name='pathname'][object.type='NewExpression']",
    message: 'the path of a file: URL is what fileURLToPath gives',
  },
];

/** Rules for all that runs on every system. */
export const notPortable = {
  'no-restricted-properties': ['error', ...properties],
  'no-restricted-syntax': ['error', ...syntax],
};

/** The files that say what differs. */
export const seams = ['images/system/**'];

/** Guests are built on Linux alone (`canBuildGuests`), and compared with QEMU there. */
export const linuxOnly = [
  'images/{cpython,cxx,kernel,libposix,libraries,musl,programs,tcc,toolchain,zlib}/**',
  'images/abi/write-headers.ts',
  'images/prebuilt/pack.ts',
  'harness/bench/**',
];
