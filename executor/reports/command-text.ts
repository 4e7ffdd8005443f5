import { domainToUnicode } from 'node:url';
import { hostsOfCommand, type Command } from '../../bridge/protocol/command.ts';
import type { SendMailCommand } from '../../bridge/protocol/outside-commands.ts';
import type { PartName } from '../../bridge/text/room/approval.ts';
import type { Prepared, PreparedLetter } from '../ledger/ledger-entry.ts';

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
    case 'read_page':
      return `read_page ${command.url}${command.from === 0 ? '' : ` ${command.from}`}`;
    case 'read_document':
      return `read_document ${quoted(command.path)}${command.from === 0 ? '' : ` ${command.from}`}`;
    case 'make_document':
      return `make_document ${quoted(command.path)}${command.hand === false ? ' (hand: false)' : ''}\n${command.content}`;
    case 'send_file':
      return `send_file ${quoted(command.path)}`;
    case 'send_mail':
      return `${letterHead(command)}\n\n${command.text}`;
    case 'read_mail':
      return [
        'read_mail',
        command.uid ?? command.limit,
        ...(command.query === undefined ? [] : [quoted(command.query)]),
      ].join(' ');
    case 'call_tool':
      return `${command.server} ${quoted(command.tool)}\n${JSON.stringify(command.arguments, null, 2)}`;
  }
}

/** The same in parts, each a block of its own: nothing in one of them can look like the beginning of another. */
export function commandParts(
  command: Command,
  { letter, tool }: Pick<Prepared, 'letter' | 'tool'> = {},
): readonly { readonly name: PartName; readonly text: string }[] {
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
    case 'read_page':
    case 'read_document':
    case 'send_file':
    case 'read_mail':
      return part('command', commandText(command));
    case 'make_document':
      return [
        ...part('command', commandText({ ...command, content: '' }).trimEnd()),
        ...part('content', command.content),
      ];
    case 'send_mail':
      return letterParts(command, letter).flatMap(({ name, text }) => part(name, text));
    case 'call_tool':
      return [
        ...part('command', `${command.server} ${quoted(command.tool)}${tool === undefined ? '' : `\n→ ${tool.to}`}`),
        ...part('content', JSON.stringify(command.arguments, null, 2)),
      ];
    case 'fetch':
      return [...part('command', commandText({ ...command, body: undefined })), ...part('sent', command.body)];
  }
}

/** Enough for a person to compare. */
const SHORT_DIGEST = 16;

/** All of a letter: nothing that goes out is not here. */
const letterParts = (
  { to, subject, text, attachments }: SendMailCommand,
  letter: PreparedLetter | undefined,
): readonly { readonly name: PartName; readonly text: string }[] => [
  { name: 'letter-from', text: letter?.from ?? '' },
  { name: 'letter-to', text: to.map(addressShown).join('\n') },
  { name: 'letter-subject', text: subject },
  { name: 'letter-text', text },
  {
    name: 'letter-files',
    text: attachments
      .map((path) => {
        const file = letter?.files.find((one) => one.path === path);
        return file === undefined
          ? quoted(path)
          : `${quoted(path)} ${file.bytes} B sha256 ${file.sha256.slice(0, SHORT_DIGEST)}`;
      })
      .join('\n'),
  },
];

/** A host of other letters in both of its forms: one looks right, the other one counts. */
function addressShown(address: string): string {
  const host = address.slice(address.lastIndexOf('@') + 1);
  const seen = domainToUnicode(host);
  return seen === host || seen === '' ? address : `${address} (${seen})`;
}

const letterHead = ({ to, subject, attachments }: SendMailCommand): string =>
  [`send_mail ${to.join(' ')}`, `Subject: ${subject}`, ...attachments.map((path) => `+ ${quoted(path)}`)].join('\n');

/** As a shell would take it back. */
const quoted = (argument: string): string =>
  /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", String.raw`'\''`)}'`;

export const cwdOf = (command: Command): string => ('cwd' in command ? command.cwd : '.');
export const hostList = (command: Command): readonly string[] => [...hostsOfCommand(command)];
