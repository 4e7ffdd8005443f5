import { z } from 'zod';
import { withoutEnd } from '../../../../bridge/protocol/text-ends.ts';
import type { Waiting } from './manus-events.ts';

/** What to send for a confirmation, or why it cannot be given from the room. */
export type Confirmation =
  | { readonly kind: 'send'; readonly input: Readonly<Record<string, unknown>> | undefined }
  | { readonly kind: 'elsewhere' };

const InputSchema = z.object({
  properties: z.record(
    z.string(),
    z.object({ type: z.unknown().optional(), enum: z.array(z.unknown()).nullish().catch(null) }),
  ),
  required: z.array(z.string()).nullish().catch(null),
});

const YES = ['accept', 'approve', 'confirm', 'allow'];
const NO = ['reject', 'decline', 'deny', 'cancel', 'skip'];

/**
 * A yes or no in the form that the task asks for. The event's `confirm_input_schema` decides, as
 * https://open.manus.ai/docs/v2/task-lifecycle says: `accept` (a boolean) or `action` (one of a list).
 * Whatever wants more than a yes or no (a secret, a browser, a choice) is for Manus' own page; nothing beyond the
 * one step is ever granted (`always_allow`).
 */
export function confirmation(waiting: Waiting, yes: boolean): Confirmation {
  const schema = InputSchema.safeParse(waiting.confirm_input_schema ?? { properties: {} }).data;
  if (schema === undefined) return { kind: 'elsewhere' };
  const { accept, action } = schema.properties;
  const needed = (schema.required ?? []).filter((name) => name !== 'accept' && name !== 'action');
  // A no needs nothing beside it, whatever a yes would.
  if (yes && needed.length > 0) return { kind: 'elsewhere' };
  if (accept?.type === 'boolean') return { kind: 'send', input: { accept: yes } };
  const word = (yes ? YES : NO).find((word) => action?.enum?.includes(word));
  if (word !== undefined) return { kind: 'send', input: { action: word } };
  // "For simple confirmations, this can be omitted": https://open.manus.ai/docs/v2/task.confirmAction
  return yes && Object.keys(schema.properties).length === 0
    ? { kind: 'send', input: undefined }
    : { kind: 'elsewhere' };
}

const SAID_YES =
  /^(?:네+|넵|예+|응+|ㅇㅇ+|그래|좋아|오케이|ok(?:ay)?|yes|yep|yeah|sure|y|go|go ahead|✅|👍|(?:진행|허락|승인|허용|확인|동의)(?:해|해줘|해 줘|합니다|할게|해라|해요|해 주세요)?)(?:요|용)?$/iu;
const SAID_NO =
  /^(?:아니+|아니요|아뇨|아니오|노|ㄴㄴ+|안 ?돼|안 ?됩니다|싫어|하지 ?마|취소|그만|거절|no|nope|n|don't|stop|cancel|❌|👎|(?:취소|거절|중지|중단)(?:해|해줘|해 줘|합니다|해라|해요|해 주세요)?)(?:요|용)?$/iu;

const LONGEST_CONSENT = 200;
/** Beside its own name an agent is called by the product's. */
const PRODUCT = ['마누스', 'manus'];

/** Only an answer that is nothing but a yes or no is one, perhaps behind the agent's name; "네, 그런데 …" is not consent. */
export function consentIn(answer: string, names: readonly string[]): boolean | undefined {
  if (answer.length > LONGEST_CONSENT) return undefined;
  const words = withoutCall(withoutEnd(answer.normalize('NFC').replace(/\s/gu, ' '), '.!~… '), names).trim();
  if (SAID_NO.test(words)) return false;
  return SAID_YES.test(words) ? true : undefined;
}

function withoutCall(words: string, names: readonly string[]): string {
  const bare = words.startsWith('@') ? words.slice(1) : words;
  const name = [...names, ...PRODUCT].find((one) => bare.toLowerCase().startsWith(one.normalize('NFC').toLowerCase()));
  if (name === undefined) return words;
  const rest = bare.slice(name.normalize('NFC').length);
  const called = /^[아야님]*[\s,]/u.test(rest);
  return called ? rest.replace(/^[아야님]*/u, '').replace(/^[\s,]*/u, '') : words;
}
