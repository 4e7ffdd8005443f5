import { basename } from 'node:path';
import { hostsOfCommand, parseCommand } from '../../bridge/protocol/command.ts';
import { BOX_PATHS } from '../../executor/sandbox/sandbox.ts';
import type { AbuseCase, CommandInput, Family, Outcome, Scene } from './case.ts';

/** A file that came into a room. */
export interface SentFile {
  readonly name: string;
  readonly text: string;
}

/** What came back of an order, read from the rooms and from the record. */
export interface OrderOutcome extends Outcome {
  readonly files: readonly SentFile[];
}

/** One attack as the master's own `!run` would carry it: by his mistake, or because somebody talked him into it. */
export interface OrderCase {
  readonly name: string;
  readonly family: Family | 'output in the rooms';
  readonly prepare?: ((scene: Scene) => void) | undefined;
  /** What stands behind `!run`. */
  readonly order: (scene: Scene) => string;
  /** Ends it by a sign under the order after so long. */
  readonly cancelAfterMs?: number | undefined;
  readonly attempted: string | ((outcome: OrderOutcome) => boolean);
  readonly harm: (scene: Scene, outcome: OrderOutcome) => string | undefined | Promise<string | undefined>;
  readonly cannotRun?: (() => string | undefined) | undefined;
  /** It fills or closes the common workspace, so it runs alone. */
  readonly alone?: boolean;
}

/** Cases that say something about the bare sandbox only, and what stands in their place here, if anything. */
const NOT_BY_ORDER: ReadonlySet<string> = new Set([
  // All direct orders share one workspace: swapped in a case of its own.
  'finds its workspace swapped for a link to a foreign folder',
  "finds its workspace's parent swapped for a link",
  // `!run` may read every folder that is lent.
  'sees a lent folder that it did not ask for',
  'asks for a folder that nobody lent',
  // Limits that the suite sets and the policy does not have; tried with those of the policy instead.
  // Told by what it prints alone; of an order both streams are one.
  'goes out to the internet',
  'fills /tmp',
  'fills /tmp with empty files',
  'writes one file that is too large',
  'makes twenty thousand small files',
  'burns the processor on every core',
  'burns the processor in children that come and go',
  'opens more files than it may',
  'talks for ever',
  'talks for ever on both ways at once',
  'says one line without end',
]);

const ALONE: ReadonlySet<string> = new Set([
  'fills the disk with many files',
  'fills the disk with files that have no name any more',
  'fills the disk through a mapping of a file that has no name any more',
  'digs folders too deep to be counted',
  'hides files in a folder that it closed',
]);

/** The same attack as an order; undefined where `!run` has no words for it. */
export function orderOf(each: AbuseCase, scene: Scene): OrderCase | undefined {
  if (NOT_BY_ORDER.has(each.name) || each.limits !== undefined || textOf(each.command(scene), scene) === undefined)
    return undefined;
  const reading = each.command(scene).type === 'read_file';
  return {
    name: each.name,
    family: each.family,
    prepare: each.prepare,
    order: (real) => textOf(each.command(real), real) ?? '',
    cancelAfterMs: each.cancelAfterMs,
    // What cannot be read is missing from the room; the order itself ends well.
    attempted: reading ? ({ result }) => result.kind === 'exited' : each.attempted,
    harm: reading ? (real, outcome) => each.harm(real, asRead(outcome)) : each.harm,
    cannotRun: each.cannotRun,
    alone: ALONE.has(each.name),
  };
}

/** What was read is what came as a file. */
function asRead(outcome: OrderOutcome): OrderOutcome {
  const text = outcome.files.map((file) => file.text).join('');
  return { ...outcome, stdout: text, stderr: text };
}

function textOf(command: CommandInput, scene: Scene): string | undefined {
  switch (command.type) {
    case 'shell':
      if (command.workspace === 'ro' || command.cwd !== undefined || command.stdin !== undefined) return undefined;
      return order(scene, command.script, {
        seconds: Math.ceil((command.timeoutMs ?? 15_000) / 1_000),
        hosts: command.hosts ?? [],
        write: (command.lent ?? []).filter(({ access }) => access === 'rw').map(({ name }) => name),
      });
    case 'fetch':
      return fetchOrder(command, scene);
    // A file is read for an order when it is to be brought into the room.
    case 'read_file':
      return order(scene, 'true', { files: [command.path] });
    case 'run':
    case 'write_file':
    case 'list_files':
    case 'read_page':
    case 'read_document':
    case 'make_document':
    case 'send_file':
    case 'send_mail':
    case 'read_mail':
    case 'call_tool':
      return undefined;
  }
}

/** An address that no command may name is refused by its type; the rest is what the tool inside is called with. */
function fetchOrder(command: CommandInput, scene: Scene): string | undefined {
  const parsed = parseCommand(command);
  if (!parsed.ok || parsed.command.type !== 'fetch') return undefined;
  const { method, url } = parsed.command;
  return order(scene, `perl /run/chavion/tools/fetch.pl /run/chavion/egress.sock ${method} '${url}'`, {
    hosts: hostsOfCommand(parsed.command),
  });
}

interface Options {
  readonly seconds?: number;
  readonly hosts?: readonly string[];
  readonly write?: readonly string[];
  readonly files?: readonly string[];
}

const WORKSPACE = new RegExp(String.raw`${BOX_PATHS.workspace}(?=[\s/;"']|$)`, 'g');

/** The text behind `!run`: the case works in a folder of its own in the workspace that all orders share. */
export function order(
  scene: Scene,
  script: string,
  { seconds = 15, hosts = [], write = [], files = [] }: Options = {},
): string {
  const folder = basename(scene.workspace);
  const options = [
    `--time ${seconds}`,
    ...hosts.map((host) => `--net ${host}`),
    ...write.map((name) => `--write ${name}`),
    ...files.map((path) => `--file ${folder}/${path}`),
  ];
  const moved = script.replaceAll(WORKSPACE, `${BOX_PATHS.workspace}/${folder}`);
  return `${options.join(' ')}\n~~~~~~\ncd ${folder}\n${moved}\n~~~~~~`;
}
