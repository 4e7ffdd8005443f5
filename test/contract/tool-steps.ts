import type { ChatMessage, StreamPart, ToolOffer } from '../../bots/models/providers/provider.ts';
import { TOOL_WIRES } from '../house/provider-formats.ts';
import type { ScriptedCall, WireFormat } from '../house/wires/wire-format.ts';
import { HISTORY, textOf } from './provider-run.ts';
import type { Reply } from './provider-server.ts';
import { type Json, STREAMING } from './provider-wires.ts';

/** Tools, and the steps of a turn that asks for them, on the wires of all providers that take tools. */

export const RUN: ToolOffer = {
  name: 'run',
  description: '명령 하나를 작업실에서 실행한다.',
  input: {
    type: 'object',
    properties: { argv: { type: 'array', items: { type: 'string' }, description: 'program and arguments' } },
    required: ['argv'],
    additionalProperties: false,
  },
};
export const LOOK: ToolOffer = { name: 'look', description: 'Looks.', input: { type: 'object', properties: {} } };
export const TOOLS: readonly ToolOffer[] = [RUN, LOOK];
export const DF: ScriptedCall = { name: 'run', input: { argv: ['df', '-h'] } };
export const WHO: ScriptedCall = { name: 'run', input: { argv: ['whoami', '한글 🚚'] } };

const FORMATS: Readonly<Record<string, WireFormat>> = TOOL_WIRES;
export const CALLING = STREAMING.flatMap((wire) => {
  const format = FORMATS[wire.name];
  return format === undefined ? [] : [{ name: wire.name, wire, format }];
});

/** The answer as it stands on the wire. */
export function answer(format: WireFormat, calls: readonly ScriptedCall[], ...pieces: readonly string[]): Reply {
  const text = pieces.join('');
  const said = text === '' ? '' : format.open + pieces.map(format.piece).join('') + format.close(text);
  return { body: format.begin + said + format.calls(calls, text !== '').join('') + format.end(text, calls) };
}

export const callsOf = (parts: readonly StreamPart[]) =>
  parts.flatMap((part) => (part.type === 'tool-call' ? [{ name: part.name, input: part.input }] : []));
export const idsOf = (parts: readonly StreamPart[]): readonly string[] =>
  parts.flatMap((part) => (part.type === 'tool-call' ? [part.id] : []));
export function finishOf(parts: readonly StreamPart[]): Extract<StreamPart, { type: 'finish' }> | undefined {
  const last = parts.at(-1);
  return last?.type === 'finish' ? last : undefined;
}

/** What the next request of the turn has more: the answer with its calls, and what came of them; every second failed. */
export function stepOf(parts: readonly StreamPart[], label: string): readonly ChatMessage[] {
  const step = finishOf(parts)?.step;
  const calls = parts.filter((part) => part.type === 'tool-call');
  const said = textOf(parts);
  return [
    {
      role: 'assistant',
      content: [...(said === '' ? [] : [{ type: 'text' as const, text: said }]), ...calls],
      ...(step === undefined ? {} : { step: { provider: label, state: step } }),
    },
    {
      role: 'user',
      content: calls.map(({ id, name }, i) => ({
        type: 'tool-result' as const,
        id,
        name,
        text: `${i + 1}번째 결과`,
        ...(i % 2 === 1 ? { failed: true as const } : {}),
      })),
    },
  ];
}

export const next = (parts: readonly StreamPart[], label: string): readonly ChatMessage[] => [
  ...HISTORY,
  ...stepOf(parts, label),
];

export const rolesOf = (body: Json): string[] =>
  (body.messages ?? body.input ?? body.contents).map((one: Json) => one.role ?? one.type);
