import { type Command, parseCommand } from '../protocol/command.ts';
import { canonical, sha256 } from '../digest/canonical.ts';
import { ApiProblem } from './problems.ts';
import type { CommandIn } from './schemas.ts';

const TYPES = {
  shell: 'shell',
  run: 'run',
  file_write: 'write_file',
  file_read: 'read_file',
  file_list: 'list_files',
  fetch: 'fetch',
} as const;

/** The typed command that an outside agent asks for. Its id is made of its contents. Throws `command.invalid`. */
export function commandOfOrder({ type, payload }: CommandIn): Command {
  const given = { reason: type, ...payload, type: TYPES[type] };
  const parsed = parseCommand({ ...given, id: `o${sha256(canonical(given)).slice(0, 16)}`, after: [] });
  if (parsed.ok) return parsed.command;
  const errors = parsed.faults.slice(0, 20).map(({ field, problem }) => ({ field: `payload.${field}`, problem }));
  const [first] = errors;
  throw new ApiProblem('command.invalid', {
    what: first === undefined ? 'payload' : `${first.field}: ${first.problem}`,
    errors,
  });
}
