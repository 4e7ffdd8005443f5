import { type Handed, type Json, type ScriptedCall, type WireFormat, data, said } from './wire-format.ts';

const googleChunk = (parts: readonly object[], more: object = {}) =>
  data({
    candidates: [{ content: { parts, role: 'model' }, index: 0, ...more }],
    usageMetadata: { promptTokenCount: 41, candidatesTokenCount: 1, totalTokenCount: 42 },
    modelVersion: 'gemini-4-hydrogen',
    responseId: 'r1',
  });

/** Google has no texts there, only values. */
const googleArgs = ({ input }: ScriptedCall): unknown => {
  if (typeof input !== 'string') return input;
  return input === '' ? undefined : input;
};

export const google: WireFormat = {
  system: (body) => body.systemInstruction.parts.map((part: Json) => part.text).join('\n'),
  messages: (body) =>
    body.contents
      .filter(({ parts }: Json) => parts.some((part: Json) => !('functionCall' in part || 'functionResponse' in part)))
      .map((one: Json) => said(one.role, one.parts, (part) => 'inlineData' in part)),
  tools: (body) =>
    (body.tools ?? []).flatMap(({ functionDeclarations = [] }: Json) =>
      functionDeclarations.map(({ name, description, parametersJsonSchema, parameters }: Json) => ({
        name,
        description,
        schema: parametersJsonSchema ?? parameters,
      })),
    ),
  results: (body) =>
    body.contents
      .map(({ parts }: Json) =>
        parts.flatMap(({ functionResponse: done }: Json) =>
          done === undefined
            ? []
            : [
                {
                  id: done.id,
                  text: done.response.content ?? done.response.error,
                  failed: done.response.error !== undefined,
                },
              ],
        ),
      )
      .filter((results: readonly Handed[]) => results.length > 0),
  isSearch: (body) => (body.tools ?? []).some(({ googleSearch }: Json) => googleSearch !== undefined),
  begin: '',
  found: () => '',
  cites: () => '',
  open: '',
  piece: (text) => googleChunk([{ text }]),
  close: () => '',
  calls: (calls) =>
    calls.map((call, at) =>
      googleChunk([
        {
          functionCall: {
            ...(call.id === undefined ? {} : { id: call.id }),
            name: call.name,
            args: googleArgs(call),
          },
          ...(at === 0 ? { thoughtSignature: 'c2lnbmVk' } : {}),
        },
      ]),
    ),
  end: (_text, _calls, found) =>
    googleChunk([{ text: '' }], {
      finishReason: 'STOP',
      ...(found === undefined
        ? {}
        : {
            groundingMetadata: {
              webSearchQueries: found.queries,
              groundingChunks: found.sources.map(({ url, title }) => ({ web: { uri: url, title } })),
            },
          }),
    }),
};
