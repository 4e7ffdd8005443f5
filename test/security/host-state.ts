import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const KEPT = [
  '/etc/passwd',
  '/etc/shadow',
  '/etc/group',
  '/etc/hosts',
  '/proc/sys/kernel/hostname',
  '/proc/sys/kernel/core_pattern',
  '/proc/sys/user/max_user_namespaces',
  '/proc/modules',
  '/usr/bin/true',
];

/** What no job may have changed, however hard it tried. */
export const hostState = (): string[] => [
  ...KEPT.map((path) => `${path} ${hashOf(path)}`),
  readFileSync('/proc/self/mounts', 'utf8'),
];

function hashOf(path: string): string {
  try {
    return createHash('sha256').update(readFileSync(path)).digest('hex');
  } catch {
    return 'unreadable';
  }
}
