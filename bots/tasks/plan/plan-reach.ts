import { type Command, hostsOfCommand, lentTo } from '../../../bridge/protocol/command.ts';
import type { Plan } from '../../../bridge/protocol/plan.ts';
import { commandsOf } from './plan-consents.ts';

/** Whether a plan reaches further out of its workspace than the plans before it did, taken together. Pure. */
export function beyondReach(plan: Plan, before: readonly Plan[]): boolean {
  const had = new Set(before.flatMap(commandsOf).flatMap(reachOf));
  return commandsOf(plan)
    .flatMap(reachOf)
    .some((one) => !had.has(one));
}

/** Everything outside of the workspace that a command may read, write or speak to; nothing where it stays inside. */
function reachOf(command: Command): readonly string[] {
  return [
    ...hostsOfCommand(command).map((host) => `host ${host}`),
    // Who may write in a folder may read there.
    ...lentTo(command).flatMap(({ name, access }) => [
      `lent ${name}`,
      ...(access === 'rw' ? [`lent ${name} to write`] : []),
    ]),
    ...outwardOf(command),
  ];
}

function outwardOf(command: Command): readonly string[] {
  switch (command.type) {
    case 'fetch':
      return command.method === 'POST' ? [`post ${command.url}`] : [];
    case 'send_mail':
      return command.to.map((address) => `letter ${address.toLowerCase()}`);
    case 'read_mail':
      return ['mailbox'];
    case 'call_tool':
      return [`tool ${command.server} ${command.tool}`];
    case 'run':
    case 'shell':
    case 'write_file':
    case 'read_file':
    case 'list_files':
    case 'read_page':
    case 'read_document':
    case 'make_document':
    case 'send_file':
      return [];
  }
}
