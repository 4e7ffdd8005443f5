import { parseArgs } from 'node:util';

export type Wanted =
  | { readonly kind: 'help' }
  | { readonly kind: 'live'; readonly room: 'hq' | 'ops' }
  | { readonly kind: 'single'; readonly room: 'hq' | 'ops'; readonly text: string }
  | { readonly kind: 'wrong'; readonly argument: string };

/** What stands after `npm run chat --`. Words without quotes are one message too. */
export function wanted(args: readonly string[]): Wanted {
  let read;
  try {
    read = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { room: { type: 'string', default: 'hq' }, help: { type: 'boolean', short: 'h', default: false } },
    });
  } catch {
    return { kind: 'wrong', argument: args.find((argument) => argument.startsWith('-')) ?? args.join(' ') };
  }
  const { help, room } = read.values;
  if (help) return { kind: 'help' };
  if (room !== 'hq' && room !== 'ops') return { kind: 'wrong', argument: `--room ${room}` };
  if (read.positionals.length === 0) return { kind: 'live', room };
  const text = read.positionals.join(' ').trim();
  return text === '' ? { kind: 'wrong', argument: '""' } : { kind: 'single', room, text };
}
