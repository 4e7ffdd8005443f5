import type { CommandResult } from '../../bridge/protocol/act.ts';
import type { EventId } from '../../bridge/protocol/ids.ts';
import { material, type ToolOutcome } from './tool.ts';

/** As the model reads it. */
export function outcomeForModel(result: CommandResult | null, request: EventId): ToolOutcome {
  if (result === null)
    return {
      text: 'Nothing has come of it so far: the executor does not answer, or is still at work. Say so; do not claim that it was done.',
      failed: true,
    };
  const { state, why, detail, exitCode, ms, output = '', report, artifacts = [] } = result;
  const record = report === undefined ? {} : { record: report };
  const handed = artifacts
    .map(({ path, bytes }) => ` ${JSON.stringify(path)} (${bytes} bytes) stands in the conversation as a file.`)
    .join('');
  const printed = output === '' ? ' It printed nothing.' : `\n${material(`output ${request.slice(1, 9)}`, output)}`;
  switch (state) {
    case 'done':
      return { text: `Done, exit code ${exitCode ?? 0}, ${ms ?? 0} ms.${handed}${printed}`, ...record };
    case 'failed':
      return {
        text: `Failed: ${why ?? 'unknown'}${exitCode === undefined ? '' : `, exit code ${exitCode}`}.${printed}`,
        failed: true,
        ...record,
      };
    case 'asked':
    case 'running':
      return {
        text: 'The owner has been asked and has not decided yet: the request with ✅ and ❌ stands in the room. Tell the owner in one sentence what you asked for and why. Nothing has been done yet.',
        waits: true,
        ...record,
      };
    case 'refused':
      return {
        text: `Refused: ${[why, detail].filter((part) => part !== undefined).join(', ')}. Nothing was run.`,
        failed: true,
        ...record,
      };
    case 'stopped':
      return { text: `Stopped by the owner.${printed}`, failed: true, ...record };
    case 'unknown':
      return {
        text: 'It was begun and nobody saw its end, because a part of the house was restarted. It may have had an effect: look before you try again.',
        failed: true,
        ...record,
      };
  }
}
