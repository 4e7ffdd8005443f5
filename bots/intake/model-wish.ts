import type { AgentId } from '../../bridge/protocol/ids.ts';
import { modelCalled, modelFacts, modelKind } from '../../bridge/protocol/models.ts';
import { ModelName } from '../../bridge/protocol/roster.ts';
import type { ModelFault } from '../../bridge/text/room/models.ts';
import type { Callable } from '../addressing/address.ts';

/** What `!model` asks for. Pure. */
export type ModelWish =
  | { readonly kind: 'show'; readonly agent: AgentId }
  /** null: the roster's own. */
  | { readonly kind: 'set'; readonly agent: AgentId; readonly model: ModelName | null }
  | { readonly kind: 'nobody'; readonly word: string }
  | { readonly kind: 'no-model'; readonly agent: AgentId; readonly word: string; readonly why: ModelFault };

export interface Choosable extends Callable {
  readonly config: { readonly endpoint?: unknown };
}

const DEFAULT = new Set(['default', '기본', '원래대로']);

/** `words` is what stands behind the command: somebody by any callsign, then perhaps a model. */
export function modelWish(words: string, agents: readonly Choosable[]): ModelWish {
  const text = words.normalize('NFC').replace(/^@/, '');
  const named = agents
    .flatMap((agent) =>
      [agent.id, ...agent.callsigns].map((name) => ({ agent, name: name.normalize('NFC').toLowerCase() })),
    )
    .filter(({ name }) => text.toLowerCase().startsWith(name) && /^(?:$|[\s,:])/u.test(text.slice(name.length)))
    .toSorted((a, b) => b.name.length - a.name.length)[0];
  if (named === undefined) return { kind: 'nobody', word: (text.split(/\s/u)[0] ?? '').slice(0, 40) };
  const { agent, name } = named;
  const word = text
    .slice(name.length)
    .replace(/^[\s,:]+/u, '')
    .replace(/^`([^`]*)`$/u, '$1')
    .trim();
  if (word === '') return { kind: 'show', agent: agent.id };
  if (DEFAULT.has(word.toLowerCase())) return { kind: 'set', agent: agent.id, model: null };
  const model = modelNamed(word, agent);
  return typeof model === 'object'
    ? { kind: 'no-model', agent: agent.id, word: word.slice(0, 80), why: model.why }
    : { kind: 'set', agent: agent.id, model };
}

/** A phone begins with a capital letter; what stands behind the slash is the provider's to spell. */
function modelNamed(word: string, { config }: Choosable): ModelName | { readonly why: ModelFault } {
  const slash = word.indexOf('/');
  const head = (slash === -1 ? word : word.slice(0, slash)).toLowerCase();
  const model = ModelName.safeParse(slash === -1 ? (modelCalled(head) ?? head) : `${head}${word.slice(slash)}`);
  if (!model.success || !/^[\w./:@+-]{1,200}$/.test(model.data))
    return { why: slash > 0 && !hasModels(head) ? 'provider' : 'shape' };
  const { elsewhere, endpoint } = modelFacts(model.data);
  // That is no model which anybody here could have: agents from outside are let in by `!agent`.
  if (elsewhere) return { why: 'shape' };
  if (endpoint && config.endpoint === undefined) return { why: 'endpoint' };
  return model.data;
}

const hasModels = (word: string): boolean => modelKind(word) !== undefined && modelFacts(word).bare !== true;
