import type { Lang } from '../../bridge/protocol/ids.ts';
import { chatRefusal, chatUnproven } from '../../bridge/text/room/commands/chat-commands.ts';
import { refusal } from '../../bridge/text/room/commands/refusals.ts';
import { planRefusal, unproven } from '../../bridge/text/room/plan-commands.ts';

/** Whose command it was, as people speak of it: a master's own, one of a task, one that an agent asked for in conversation. */
export type CommandContext = 'order' | 'plan' | 'chat';

/** In words, why something was turned away; `why` is one of the gate's, the policy's or the order handler's words, `shown` is woven in. */
export function refusalText(why: string, shown: string, lang: Lang, context: CommandContext): string {
  switch (context) {
    case 'order':
      return refusal[why]?.[lang](shown) ?? why;
    case 'plan':
      return planRefusal[why]?.[lang](shown) ?? refusal[why]?.[lang](shown) ?? unproven[lang](why);
    case 'chat':
      return chatRefusal[why]?.[lang](shown) ?? refusal[why]?.[lang](shown) ?? chatUnproven[lang](why);
  }
}
