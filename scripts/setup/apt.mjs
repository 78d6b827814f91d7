// What a system lacks: installed by apt where that needs no question, else the commands for a person to type.
import { spawnSync } from 'node:child_process';

/** Package managers and what they call the things that may be missing; none where a system always has it. */
const managers = [
  {
    systems: 'Debian, Ubuntu',
    command: 'sudo apt install',
    vulkan: ['libvulkan1', 'mesa-vulkan-drivers'],
    atomic: ['libatomic1'],
  },
  {
    systems: 'Fedora',
    command: 'sudo dnf install',
    vulkan: ['vulkan-loader', 'mesa-vulkan-drivers'],
    atomic: ['libatomic'],
  },
  { systems: 'Arch', command: 'sudo pacman -S', vulkan: ['vulkan-icd-loader', 'vulkan-swrast'], atomic: ['gcc-libs'] },
  { systems: 'macOS', command: 'brew install', vulkan: ['vulkan-loader', 'molten-vk'], atomic: [] },
  { systems: 'Windows', command: 'winget install', vulkan: ['KhronosGroup.VulkanRT'], atomic: [] },
];

/** Debian's names for things: `vulkan` (loader and drivers) or `atomic` (a library that Node needs). */
export const debianPackages = (things) => things.flatMap((thing) => managers[0][thing]);

/** One line with the command for each system, such as `Debian, Ubuntu: sudo apt install libatomic1 · Fedora: …`. */
export function commandsFor(things) {
  return managers
    .map(({ systems, command, ...names }) => [`${systems}: ${command}`, ...things.flatMap((thing) => names[thing])])
    .filter((words) => words.length > 1)
    .map((words) => words.join(' '))
    .join(' · ');
}

/** Words to put before apt-get so that it installs without asking anyone; a string says why there are none. */
function beforeApt() {
  if (process.platform !== 'linux' || spawnSync('apt-get', ['--version']).status !== 0) return 'there is no apt';
  if (process.getuid() === 0) return [];
  return spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0 ? ['sudo', '-n'] : 'sudo needs a password';
}

/** Runs apt-get; the line in which it says what went wrong, or null where nothing did. */
function run(before, args) {
  const apt = ['env', 'LC_ALL=C', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-o', 'DPkg::Lock::Timeout=120'];
  const [program, ...rest] = [...before, ...apt, ...args];
  const result = spawnSync(program, rest, { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] });
  if (result.status === 0) return null;
  return /^E: (.+?)\.?$/mu.exec(result.stderr ?? '')?.[1] ?? `apt-get ended with ${result.status ?? result.signal}`;
}

/** Of Debian packages, those that are not installed. */
export function missingPackages(names) {
  const format = '-f=${Package} ${db:Status-Status}\n';
  const lines = spawnSync('dpkg-query', ['-W', format, ...names], { encoding: 'utf8' }).stdout?.split('\n') ?? [];
  return names.filter((name) => !lines.includes(`${name} installed`));
}

/** Whether apt could install a package from its lists. */
function isKnown(name) {
  return /^ {2}Candidate: [^(]/mu.test(spawnSync('apt-cache', ['policy', name], { encoding: 'utf8' }).stdout ?? '');
}

/**
 * Installs Debian packages if apt may be used. Tells why not, or null if all went well; `passOver` is called with those
 * that this system does not know, instead of failing on them.
 * @returns {string | null}
 */
export function aptInstall(names, passOver) {
  const before = beforeApt();
  if (typeof before === 'string') return before;
  process.stdout.write(`Installing ${names.join(' ')} (apt) …\n`);
  const install = (packages) => run(before, ['install', '-y', '--no-install-recommends', ...packages]);
  const failure = install(names);
  if (failure === null || /resolving|unreachable|connect/u.test(failure)) return failure;
  const stale = run(before, ['update']);
  if (stale !== null) return stale;
  const known = passOver === undefined ? names : names.filter((name) => isKnown(name));
  if (known.length < names.length) passOver(names.filter((name) => !known.includes(name)));
  return known.length === 0 ? null : install(known);
}
