import { HostPort, LentName, WorkPath } from '../command-fields.ts';
import { behind } from './order-words.ts';

/** `!run` as a master writes it, read the same way by whoever reads it. Pure. */

/** What a master orders directly. Folders that are lent can be read without saying so; the rest is asked for. */
export interface RunOrder {
  readonly script: string;
  /** Names of lent folders that it may write. */
  readonly write: readonly LentName[];
  /** `host:port` that it may reach. */
  readonly hosts: readonly HostPort[];
  /** Seconds; null leaves it to the policy. */
  readonly timeoutSeconds: number | null;
  /** May be run again after a crash that left its end unknown. */
  readonly repeatable: boolean;
  /** On the real folders at once, not on copies of them first. */
  readonly live?: true;
  /** Files of the workspace to bring into the room afterwards. */
  readonly artifacts: readonly WorkPath[];
}

export type ParsedRun =
  | { readonly kind: 'order'; readonly order: RunOrder }
  /** `field` is the part that is wrong, as it was written. */
  | { readonly kind: 'bad'; readonly field: string; readonly why: RunFault };

export type RunFault =
  | 'empty'
  | 'unknown-option'
  | 'no-value'
  | 'bad-time'
  | 'bad-host'
  | 'bad-name'
  | 'bad-path'
  | 'open-block'
  | 'too-long';

/** A phone turns two hyphens into a dash and straight quotes into curly ones. */
const OPTION = /^(?:--|[—–])([\p{L}-]+)(?:[ \t]+|=|(?=\n|$))/u;
const OPTIONS: ReadonlyMap<string, 'write' | 'net' | 'time' | 'repeatable' | 'live' | 'file'> = new Map([
  ['write', 'write'],
  ['쓰기', 'write'],
  ['net', 'net'],
  ['접속', 'net'],
  ['time', 'time'],
  ['시간', 'time'],
  ['repeatable', 'repeatable'],
  ['반복', 'repeatable'],
  ['live', 'live'],
  ['바로', 'live'],
  ['file', 'file'],
  ['파일', 'file'],
]);

/** Longer ones do not fit into a message anyway. */
const MAX_SCRIPT = 60_000;
/** As long as any command may take. */
const MAX_SECONDS = 6 * 3_600;

/** Null where the text is no `!run` at all. */
export function parseRun(body: string): ParsedRun | null {
  const text = behind(body, 'run', '실행');
  return text === null ? null : withOptions(text);
}

function withOptions(text: string): ParsedRun {
  let rest = text;
  let order: RunOrder = { script: '', write: [], hosts: [], timeoutSeconds: null, repeatable: false, artifacts: [] };
  for (let match = OPTION.exec(rest); match !== null; match = OPTION.exec(rest)) {
    const option = OPTIONS.get(match[1]?.toLowerCase() ?? '');
    if (option === undefined) return { kind: 'bad', field: match[0].trim(), why: 'unknown-option' };
    rest = rest.slice(match[0].length);
    if (option === 'repeatable' || option === 'live') {
      order = { ...order, [option]: true };
      rest = rest.trimStart();
      continue;
    }
    const value = /^\S+/.exec(rest)?.[0];
    if (value === undefined) return { kind: 'bad', field: match[0].trim(), why: 'no-value' };
    rest = rest.slice(value.length).trimStart();
    const next = withValue(order, option, value);
    if ('why' in next) return { kind: 'bad', field: value, why: next.why };
    order = next;
  }
  return withScript(order, rest);
}

function withValue(
  order: RunOrder,
  option: 'write' | 'net' | 'time' | 'file',
  value: string,
): RunOrder | { readonly why: RunFault } {
  switch (option) {
    case 'write': {
      const name = LentName.safeParse(value);
      return name.success ? { ...order, write: once(order.write, name.data) } : { why: 'bad-name' };
    }
    case 'net': {
      const host = HostPort.safeParse(/:\d+$/.test(value) ? value : `${value}:443`);
      return host.success ? { ...order, hosts: once(order.hosts, host.data) } : { why: 'bad-host' };
    }
    case 'time': {
      const seconds = secondsOf(value);
      return seconds === null ? { why: 'bad-time' } : { ...order, timeoutSeconds: seconds };
    }
    case 'file': {
      const path = WorkPath.safeParse(value);
      return path.success && path.data !== '.'
        ? { ...order, artifacts: once(order.artifacts, path.data) }
        : { why: 'bad-path' };
    }
  }
}

const once = <T>(list: readonly T[], value: T): readonly T[] => (list.includes(value) ? list : [...list, value]);

const UNITS: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['s', 1],
  ['초', 1],
  ['m', 60],
  ['분', 60],
  ['h', 3_600],
  ['시간', 3_600],
]);

function secondsOf(value: string): number | null {
  const match = /^(\d{1,6})(s|m|h|초|분|시간)?$/.exec(value);
  if (match === null) return null;
  const seconds = Number(match[1]) * (UNITS.get(match[2] ?? '') ?? 0);
  return seconds >= 1 && seconds <= MAX_SECONDS ? seconds : null;
}

function withScript(order: RunOrder, rest: string): ParsedRun {
  if (rest.length > MAX_SCRIPT) return { kind: 'bad', field: 'script', why: 'too-long' };
  const fence = /^(`{3,}|~{3,}(?!~))[^\n`]*\n/.exec(rest);
  if (fence === null) {
    const script = straight(rest.trim());
    return script === ''
      ? { kind: 'bad', field: 'script', why: 'empty' }
      : { kind: 'order', order: { ...order, script } };
  }
  const inner = rest.slice(fence[0].length);
  const script = beforeFence(inner.trimEnd(), fence[1] ?? '');
  // Words behind the block would be neither run nor refused.
  if (script === null) return { kind: 'bad', field: fence[1] ?? '', why: 'open-block' };
  return script.trim() === ''
    ? { kind: 'bad', field: 'script', why: 'empty' }
    : { kind: 'order', order: { ...order, script } };
}

/** What stands above a last line that closes the block: up to three blanks, then as many marks as opened it or more. */
function beforeFence(text: string, fence: string): string | null {
  const lineBreak = text.lastIndexOf('\n');
  const last = text.slice(lineBreak + 1);
  const marks = last.trimStart();
  const closes =
    last.length - marks.length <= 3 &&
    /^ *$/.test(last.slice(0, last.length - marks.length)) &&
    marks.length >= fence.length &&
    marks === fence.charAt(0).repeat(marks.length);
  return closes ? text.slice(0, Math.max(lineBreak, 0)) : null;
}

/** Of one line only: whoever writes a code block means what stands in it. A single backtick pair is dressing. */
function straight(line: string): string {
  const bare = /^`([^`\n]+)`$/.exec(line)?.[1] ?? line;
  return bare.replace(/[“”„]/g, '"').replace(/[‘’‚]/g, "'");
}
