import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { basename } from 'node:path';
import { ConfigRefusal } from '../../config/refusal.ts';
import type { Settings } from '../../protocol/settings.ts';
import { startFaultText } from '../../text/terminal/start-faults.ts';

export interface PortUse {
  readonly port: number;
  /** The variable that moves it. */
  readonly variable: string;
}

export interface PortTaken extends PortUse {
  /** `nginx (812)`, where this account may know it. */
  readonly by: string | undefined;
}

const PORTS = [
  'CHAVION_SYNAPSE_PORT',
  'CHAVION_REDIS_PORT',
  'CHAVION_APPSERVICE_PORT',
  'CHAVION_API_PORT',
  'CHAVION_PREVIEW_PORT',
] as const;

export const portUses = (settings: Settings): readonly PortUse[] =>
  PORTS.map((variable) => ({ variable, port: settings[variable] }));

/** Throws a `Refusal` that names every port which cannot be had, and the variable that moves it. */
export async function checkPorts(settings: Settings): Promise<void> {
  const uses = portUses(settings);
  const twice = clashing(uses);
  if (twice.length > 0) throw new ConfigRefusal(startFaultText.portsTwice(twice));
  const taken = await takenPorts(uses);
  if (taken.length > 0) throw new ConfigRefusal(startFaultText.portsTaken(taken));
}

export async function takenPorts(uses: readonly PortUse[]): Promise<readonly PortTaken[]> {
  const taken: PortTaken[] = [];
  for (const use of uses) {
    if (!(await isFree(use.port))) taken.push({ ...use, by: listener(use.port) });
  }
  return taken;
}

/** The same port asked for twice. */
export function clashing(uses: readonly PortUse[]): readonly PortUse[] {
  return uses.filter((use) => uses.some((other) => other !== use && other.port === use.port));
}

/** Free for a server; a connection that is just closing does not count. */
function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** proc_net(5): local address in hex, state 0A listens, the inode leads to the process that holds it. */
function listener(port: number): string | undefined {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const inodes = ['/proc/net/tcp', '/proc/net/tcp6']
    .flatMap((table) => lines(table))
    .flatMap((line) => {
      const fields = line.trim().split(/\s+/);
      return fields[1]?.endsWith(`:${hex}`) === true && fields[3] === '0A' ? [`socket:[${fields[9]}]`] : [];
    });
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (descriptors(pid).some((target) => inodes.includes(target))) return `${programOf(pid)} (${pid})`;
  }
  return undefined;
}

function lines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch {
    return [];
  }
}

function descriptors(pid: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
      } catch {
        return [];
      }
    });
  } catch {
    return [];
  }
}

/** Threads rename the process; its command line does not change. */
const programOf = (pid: string): string =>
  basename((lines(`/proc/${pid}/cmdline`)[0] ?? '').split('\0')[0] ?? '').split(' ')[0] ?? '?';
