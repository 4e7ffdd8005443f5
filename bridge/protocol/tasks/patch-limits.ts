import { type Command, hostsOfCommand, lentTo, writesWorkspace } from '../command.ts';

/** A patch puts right what was agreed on; what asks for more is a new plan's affair. Looked at by who makes it and by who runs it. Null where it does not, else what it asks for. */
export function beyond(command: Command, failed: Command): string | null {
  const host = hostsOfCommand(command).find((one) => !hostsOfCommand(failed).includes(one));
  if (host !== undefined) return `${host} is no host of the command that failed`;
  const granted = new Map(lentTo(failed).map(({ name, access }) => [name, access] as const));
  const lent = lentTo(command).find(
    ({ name, access }) => !granted.has(name) || (access === 'rw' && granted.get(name) === 'ro'),
  );
  if (lent !== undefined) return `the command that failed had not ${lent.name} with ${lent.access}`;
  return writesWorkspace(command) && !writesWorkspace(failed)
    ? 'the command that failed wrote nothing into the workspace'
    : null;
}
