import { readFile, writeFile } from 'node:fs/promises';

/**
 * Adds the optional packages of other platforms that npm left out of the lock file. npm leaves them out when the registry
 * at hand does not serve them, and `npm ci` then refuses the lock file for being incomplete. Run after `npm install`.
 */

interface LockedPackage {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface LockFile {
  readonly packages: Record<string, LockedPackage>;
}

/** How packages of native binaries name systems and processors, and what npm calls them. */
const SYSTEMS = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'];
const PROCESSORS = {
  'arm-': 'arm',
  arm64: 'arm64',
  ia32: 'ia32',
  loong64: 'loong64',
  ppc64: 'ppc64',
  riscv64: 'riscv64',
  s390x: 's390x',
  x64: 'x64',
};

const LOCK_FILE = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(await readFile(LOCK_FILE, 'utf8')) as LockFile;

for (const { dev, optionalDependencies } of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies ?? {})) {
    const os = SYSTEMS.filter((system) => name.includes(system));
    const cpu = Object.entries(PROCESSORS).flatMap(([part, processor]) => (name.includes(part) ? [processor] : []));
    if (lock.packages[`node_modules/${name}`] || os.length === 0 || cpu.length === 0 || !/^\d+\.\d+\.\d+$/.test(version)) continue;
    const libc = name.includes('musl') ? ['musl'] : name.includes('gnu') ? ['glibc'] : null;
    lock.packages[`node_modules/${name}`] = { version, cpu, ...(dev && { dev }), ...(libc && { libc }), optional: true, os };
    process.stdout.write(`added ${name}@${version}\n`);
  }
}

const packages = Object.fromEntries(Object.entries(lock.packages).toSorted(([a], [b]) => (a < b ? -1 : 1)));
await writeFile(LOCK_FILE, `${JSON.stringify({ ...lock, packages }, null, 2)}\n`);
