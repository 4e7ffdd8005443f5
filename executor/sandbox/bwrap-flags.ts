import type { HousePrograms } from './house/house.ts';
import { BOX_PATHS, type Limits } from './sandbox.ts';

/** What the machine offers, looked up once. */
export interface Base {
  /** /bin, /lib ... of a merged /usr as [link, target]; elsewhere they are folders to bind. */
  readonly links: readonly (readonly [path: string, target: string])[];
  readonly binds: readonly string[];
  /** Where /usr is bound from. */
  readonly usr: string;
  /** Files and folders below /etc that programs need and that tell nothing of the host. */
  readonly etc: readonly string[];
  /** What of that is the owner's and not the distribution's, and of /proc what tells of the machine: empty inside. */
  readonly hidden: { readonly folders: readonly string[]; readonly files: readonly string[] };
  /** Our own folder with `etc` and `tools`. */
  readonly skeleton: string;
  readonly house: HousePrograms;
}

/** Numbers that descriptors have in bwrap. */
export const FD = { args: 3, seccomp: 4, status: 5, gate: 6, workspace: 7, extra: 8 } as const;

export interface BoxLayout {
  readonly base: Base;
  readonly workspaceWritable: boolean;
  /** In the order of their descriptors, which begin at `FD.extra`. */
  readonly lent: readonly { readonly name: string; readonly writable: boolean }[];
  /** Read-only files made of what comes over descriptors, which come behind those of the lent folders. */
  readonly files: readonly string[];
  readonly egressSocket: string | undefined;
  /** What is bound for the house's programs, as [from, to]; none for any other job. */
  readonly house: readonly (readonly [from: string, to: string])[];
  readonly tmpBytes: number;
  /** The owner's. */
  readonly timeZone?: string | undefined;
}

/**
 * The flags of bwrap for one job. Later mounts cover earlier ones. Everything is refused that is not named here:
 * the root is an empty memory file system, made read-only at the end. What keeps the job in comes first.
 */
export function bwrapFlags(layout: BoxLayout): string[] {
  const { base } = layout;
  return [
    ['--unshare-user', '--unshare-all', '--disable-userns'],
    ['--uid', '65534', '--gid', '65534', '--hostname', 'sandbox'],
    ['--die-with-parent', '--new-session', '--cap-drop', 'ALL', '--clearenv'],
    ['--seccomp', String(FD.seccomp), '--json-status-fd', String(FD.status)],
    ...Object.entries(environment(layout)).map(([name, value]) => ['--setenv', name, value]),
    ['--ro-bind', base.usr, '/usr'],
    ...base.hidden.folders.map((path) => ['--perms', '0755', '--tmpfs', path, '--remount-ro', path]),
    ...base.links.map(([path, target]) => ['--symlink', target, path]),
    ...base.binds.map((path) => ['--ro-bind', path, path]),
    ['--ro-bind', `${base.skeleton}/etc`, '/etc'],
    ...base.etc.map((path) => ['--ro-bind', path, path]),
    ['--proc', '/proc', '--dev', '/dev'],
    ...base.hidden.files.map((path) => ['--ro-bind', `${base.skeleton}/tools/empty`, path]),
    ['--size', String(layout.tmpBytes), '--perms', '1777', '--tmpfs', '/tmp'],
    [layout.workspaceWritable ? '--bind-fd' : '--ro-bind-fd', String(FD.workspace), BOX_PATHS.workspace],
    ...layout.lent.map(({ name, writable }, index) => [
      writable ? '--bind-fd' : '--ro-bind-fd',
      String(FD.extra + index),
      `${BOX_PATHS.lent}/${name}`,
    ]),
    ...layout.files.map((path, index) => [
      '--perms',
      '0444',
      '--ro-bind-data',
      String(FD.extra + layout.lent.length + index),
      path,
    ]),
    layout.egressSocket === undefined
      ? []
      : [
          '--ro-bind',
          `${base.skeleton}/tools`,
          BOX_PATHS.tools,
          '--ro-bind',
          layout.egressSocket,
          BOX_PATHS.egressSocket,
        ],
    ...layout.house.map(([from, to]) => ['--ro-bind', from, to]),
    ['--chdir', BOX_PATHS.workspace],
    ['--remount-ro', '/dev', '--remount-ro', '/'],
  ].flat();
}

/** `laid`: where the spawner has it whole (`house` in `spawner/stores.pl`); without that, each part from where it is. */
export function houseBinds(
  house: HousePrograms,
  laid: string | undefined,
): readonly (readonly [from: string, to: string])[] {
  if (laid !== undefined) return [[`${laid}/house`, BOX_PATHS.house]];
  return [
    [house.folder, BOX_PATHS.house],
    [house.packages.path, `${BOX_PATHS.house}/node_modules`],
    ...(house.node === undefined ? [] : [[house.node, BOX_PATHS.node] as const]),
  ];
}

function environment(layout: BoxLayout): Record<string, string> {
  const plain = {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    HOME: '/tmp',
    LANG: 'C.UTF-8',
    TERM: 'dumb',
    USER: 'nobody',
    ...(layout.timeZone === undefined ? {} : { TZ: layout.timeZone }),
  };
  if (layout.egressSocket === undefined) return plain;
  const proxy = `http://127.0.0.1:${BOX_PATHS.proxyPort}`;
  return { ...plain, http_proxy: proxy, https_proxy: proxy, HTTP_PROXY: proxy, HTTPS_PROXY: proxy, no_proxy: '' };
}

/**
 * The first thing that runs inside: it limits itself and what comes after it, says that it is there, waits to be let go,
 * and becomes the command. When we die before that it reads the end of the file, and ends. (`--block-fd` goes on at the
 * end of the file, and waits before bwrap has tied the job's life to ours.) Arguments: folder, file for stdin or nothing, command.
 */
const GATE = `echo >&${FD.gate}; read -r go <&${FD.gate} || exit 125; exec ${FD.gate}<&-
cd -- "$1" || exit 125; [ -z "$2" ] || exec <"$2"; shift 2; exec "$@"`;

/**
 * Limits that the kernel holds for each process; the watchdog holds those of all together, and those that are the same
 * for all jobs the spawner has itself. By the shell, since a program for it would take as long as the shell. Dash calls
 * the processes `-p` where bash says `-u`; both count files in blocks of 512 bytes as `sh`.
 */
function ulimits(limits: Limits, { dataLimit }: { readonly dataLimit: boolean }): string {
  const set = [
    `-t ${Math.max(1, Math.ceil(limits.cpuMs / 1000))}`,
    `-f ${Math.floor(limits.fileBytes / 512)}`,
    ...(dataLimit ? [`-d ${Math.floor(limits.memoryBytes / 1024)}`] : []),
    `-n ${limits.openFiles}`,
  ].map((limit) => `ulimit ${limit}`);
  return `${set.join(' && ')} && { ulimit -u ${limits.processes} 2>&- || ulimit -p ${limits.processes}; } || exit 125`;
}

export const gateCommand = (
  folder: string,
  stdin: string,
  limits: Limits,
  options: { readonly dataLimit: boolean },
): string[] => ['/bin/sh', '-c', `${ulimits(limits, options)}\n${GATE}`, 'sandbox', folder, stdin];
