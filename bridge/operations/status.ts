import { existsSync, readFileSync, statSync } from 'node:fs';
import { availableParallelism, loadavg, uptime } from 'node:os';
import { join } from 'node:path';
import { loadSettings } from '../config/load.ts';
import { PARTS } from '../launcher/instance/accounts.ts';
import { askTroubles } from '../launcher/control.ts';
import { readableBytes } from '../text/readable-bytes.ts';
import { disksOf, instancePlaces } from '../launcher/disk/disks.ts';
import { executorHealth } from '../launcher/executor-part.ts';
import { readJson } from '../launcher/instance/files.ts';
import { dataPaths, Instance, stateRoot } from '../launcher/instance/instance.ts';
import { holder } from '../launcher/instance/lock.ts';
import { Ready } from '../launcher/instance/ready.ts';
import { padded } from '../launcher/instance/terminal.ts';
import { latenessText } from '../text/room/lateness.ts';
import { statusText } from '../text/terminal/operations.ts';
import { watchedText } from '../text/room/watched.ts';
import { lastBackup } from './backup.ts';
import { folderBytes } from './folder-bytes.ts';
import type { VerbRequest } from './verbs.ts';

/** `npm start -- status`: how the house stands, on one screen. Returns 0 when every part is up, else 1. */
export async function status({ project, environment, terminal }: VerbRequest): Promise<number> {
  const settings = loadSettings(environment);
  const paths = dataPaths(project, settings);
  const text = statusText[terminal.lang];
  const row = (name: string, value: string) => terminal.line(`  ${padded(name, 14)} ${value}`);
  const instance = readJson(paths.instance, Instance);
  const launcher = holder(paths.lock);
  if (instance === undefined || launcher === undefined) {
    terminal.mark(false, instance === undefined ? text.noHouse(paths.data) : text.closed());
    if (instance !== undefined) row(text.backup(), backupLine(paths, text));
    return 1;
  }
  const ready = existsSync(paths.ready) ? readJson(paths.ready, Ready) : undefined;
  const up = ready !== undefined && PARTS.every((part) => ready.pids[part] !== null);
  terminal.mark(up, up ? text.open(age(launcher.pid, text)) : text.starting());
  const troubles = (await askTroubles(paths)) ?? [];
  for (const part of PARTS) {
    const pid = ready?.pids[part] ?? null;
    const trouble = troubles.find((one) => one.part === part);
    const away =
      trouble !== undefined && trouble.since !== null
        ? latenessText.row(trouble.how, trouble.deaths.length, secondsUntil(trouble.again))[terminal.lang]()
        : undefined;
    row(
      part,
      pid === null
        ? (away ?? text.down())
        : `${text.process(pid)} · ${readableBytes(residentBytes(pid))} · ${age(pid, text)}${away === undefined ? '' : ` · ${away}`}`,
    );
    if (away === undefined && trouble !== undefined && trouble.deaths.length > 1)
      terminal.mark(
        'note',
        latenessText.unsteady(part, trouble.deaths.length, join(paths.logs, `${part}.log`))[terminal.lang](),
      );
  }
  const root = stateRoot(instance, paths);
  const [first, ...others] = await disksOf(instancePlaces(instance, paths, environment));
  row(text.disk(), text.used(readableBytes(await folderBytes(root)), readableBytes(first?.free ?? 0)));
  for (const { folders, free } of others) row('', text.freeAt(folders.join(', '), readableBytes(free)));
  for (const said of watchedText((await executorHealth(join(root, 'executor')))?.watched))
    terminal.mark('note', said[terminal.lang]());
  row(text.machine(), text.load((loadavg()[0] ?? 0).toFixed(1), availableParallelism()));
  row(text.backup(), backupLine(paths, text));
  if (ready !== undefined) row(text.address(), `${ready.homeserver}${ready.api === null ? '' : ` · ${ready.api}`}`);
  return up ? 0 : 1;
}

const secondsUntil = (at: number | null): number | null =>
  at === null ? null : Math.max(0, Math.round((at - Date.now()) / 1000));

type Text = (typeof statusText)['ko'];

function backupLine(paths: ReturnType<typeof dataPaths>, text: Text): string {
  const last = lastBackup(paths);
  return last === undefined ? text.noBackup() : text.lastBackup(last.at, readableBytes(last.bytes));
}

/** VmRSS of proc(5); 0 for a process that has just gone. */
function residentBytes(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

function age(pid: number, text: Text): string {
  const began = statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.ctimeMs;
  return text.since(began === undefined ? 0 : Math.min(uptime() * 1000, Date.now() - began));
}
