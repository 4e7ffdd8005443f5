import { hostsOfCommand, type Command } from '../../bridge/protocol/command.ts';
import type { PartName } from '../../bridge/text/room/approval.ts';

/** A command as a person reads it, whole; the same command always gives the same text. */
export function commandText(command: Command): string {
  const stdin = 'stdin' in command && command.stdin !== undefined ? `\n<<< stdin\n${command.stdin}` : '';
  switch (command.type) {
    case 'run':
      return command.argv.map(quoted).join(' ') + stdin;
    case 'shell':
      return command.script + stdin;
    case 'write_file':
      return `write_file ${quoted(command.path)}${command.executable ? ' +x' : ''}${command.encoding === 'base64' ? ' base64' : ''}\n${command.content}`;
    case 'read_file':
      return `read_file ${quoted(command.path)} ${command.maxBytes}`;
    case 'list_files':
      return `list_files ${quoted(command.path)} ${command.maxEntries}`;
    case 'fetch':
      return [
        `${command.method} ${command.url}`,
        ...Object.entries(command.headers).map(([name, value]) => `${name}: ${value}`),
        ...(command.body === undefined ? [] : ['', command.body]),
      ].join('\n');
  }
}

/** The same in parts, each a block of its own: nothing in one of them can look like the beginning of another. */
export function commandParts(command: Command): readonly { readonly name: PartName; readonly text: string }[] {
  const part = (name: PartName, text: string | undefined) =>
    text === undefined || text === '' ? [] : [{ name, text }];
  switch (command.type) {
    case 'run':
      return [...part('command', command.argv.map(quoted).join(' ')), ...part('stdin', command.stdin)];
    case 'shell':
      return [...part('command', command.script), ...part('stdin', command.stdin)];
    case 'write_file':
      return [
        ...part('command', commandText({ ...command, content: '' }).trimEnd()),
        ...part('content', command.content),
      ];
    case 'read_file':
    case 'list_files':
      return part('command', commandText(command));
    case 'fetch':
      return [...part('command', commandText({ ...command, body: undefined })), ...part('sent', command.body)];
  }
}

/** As a shell would take it back. */
const quoted = (argument: string): string =>
  /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", String.raw`'\''`)}'`;

export const cwdOf = (command: Command): string => ('cwd' in command ? command.cwd : '.');
export const hostList = (command: Command): readonly string[] => [...hostsOfCommand(command)];
