import { join } from 'node:path';
import type { ServiceSettings } from './service-settings.ts';

export interface ServiceUnit {
  readonly project: string;
  /** Who runs the launcher; undefined is root, which gives each part an account of its own. */
  readonly account: string | undefined;
  /** Folders of programs, npm among them. */
  readonly path: string;
  readonly settings?: ServiceSettings;
}

/** What root needs to give parts their accounts and folders, to look after their processes, and nothing else. */
const ROOT_MAY = [
  'CHOWN',
  'DAC_OVERRIDE',
  'DAC_READ_SEARCH',
  'FOWNER',
  'FSETID',
  'KILL',
  'SETGID',
  'SETUID',
  'SYS_NICE',
  'SYS_PTRACE',
  'SYS_RESOURCE',
];

/**
 * `chavion.service`, https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html. Left out on purpose,
 * since bubblewrap could not build its boxes: RestrictNamespaces, ProtectHostname, and all that lays something over
 * /proc (ProtectKernelTunables, ProtectKernelLogs, ProtectProc). ProtectHome: what is lent may lie there.
 */
export function serviceUnit({ project, account, path, settings = { carried: {}, left: [] } }: ServiceUnit): string {
  return `${[
    '[Unit]',
    'Description=Chavion, a house of AI agents',
    'Wants=network-online.target',
    'After=network-online.target',
    // A house that cannot start says why and stays down, rather than trying for ever.
    'StartLimitIntervalSec=10min',
    'StartLimitBurst=5',
    '',
    '[Service]',
    'Type=exec',
    `WorkingDirectory=${escaped(project)}`,
    `ExecStart=/bin/sh ${quoted(join(project, '.node', 'run'))} chavion.ts`,
    `Environment=${quoted(`PATH=${path}`)}`,
    ...(Object.keys(settings.carried).length === 0
      ? []
      : ['# As they were where this was installed; they go before .env.']),
    ...Object.entries(settings.carried).map(([name, value]) => `Environment=${quoted(`${name}=${value}`)}`),
    ...(settings.left.length === 0
      ? []
      : [`# In force there and not taken over, since everybody may read this file: ${settings.left.join(' ')}`]),
    ...(account === undefined ? [] : [`User=${account}`]),
    'Restart=on-failure',
    'RestartSec=5',
    // The launcher ends its parts in order; what is left after that is ended with it.
    'KillMode=mixed',
    'TimeoutStopSec=90',
    'SyslogIdentifier=chavion',
    'UMask=0077',
    'LimitNOFILE=65536',
    'TasksMax=8192',
    // A command that took too much memory is no reason to end the house.
    'OOMPolicy=continue',
    'Delegate=yes',
    '',
    'NoNewPrivileges=yes',
    `CapabilityBoundingSet=${account === undefined ? ROOT_MAY.map((name) => `CAP_${name}`).join(' ') : ''}`,
    'ProtectSystem=full',
    'PrivateTmp=yes',
    'DevicePolicy=closed',
    'ProtectKernelModules=yes',
    'ProtectClock=yes',
    'RestrictRealtime=yes',
    'RestrictSUIDSGID=yes',
    'LockPersonality=yes',
    'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK',
    'SystemCallArchitectures=native',
    '',
    '[Install]',
    'WantedBy=multi-user.target',
  ].join('\n')}\n`;
}

/** `%` begins a specifier. */
const escaped = (text: string): string => text.replaceAll('%', '%%');

const quoted = (text: string): string =>
  `"${escaped(text)
    .replaceAll('\\', String.raw`\\`)
    .replaceAll('"', String.raw`\"`)}"`;
