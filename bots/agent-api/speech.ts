import type { Spoken } from '../../bridge/http/swarm-port.ts';
import type { AgentInbox } from '../../bridge/stores/agent-inbox.ts';
import { ApiProblem } from '../../bridge/http/problems.ts';
import type { Questions } from '../../bridge/stores/open-questions.ts';
import type { MessageIn } from '../../bridge/http/schemas.ts';
import { type Account, refused } from '../../bridge/matrix/account.ts';
import { fits, messageContent, type OutgoingText } from '../../bridge/matrix/content.ts';
import type { Mentioned } from '../../bridge/matrix/pills.ts';
import { maskSecrets } from '../../bridge/matrix/secrets/secrets.ts';
import type { AgentId, EventId, Lang, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import { MAX_TURNS_PER_ROOT, type SwarmJob } from '../../bridge/protocol/turn.ts';
import { mentionedByAgent } from '../addressing/address.ts';
import { languageOf } from '../../bridge/protocol/orders/language.ts';
import type { ModelBindings } from '../models/model-bindings.ts';
import type { Resident, Residents } from '../residents/residents.ts';
import { chainOf, meantQuestion, tooDeep } from './calls.ts';
import type { Outsiders } from './outsiders.ts';

export interface SpeechDeps {
  readonly residents: Residents;
  readonly outsiders: Outsiders;
  readonly bindings: Pick<ModelBindings, 'ready'>;
  readonly inbox: AgentInbox;
  readonly questions: Questions;
  readonly ghost: (user: UserId) => Account;
  readonly masters: () => Promise<ReadonlySet<UserId>>;
  readonly hq: RoomId;
  readonly lang: Lang;
  /** What masters last wrote in a room. */
  readonly roomLang: (room: RoomId) => Promise<Lang>;
  readonly ownerTitle: string;
  /** How many turns this chain has set off, these included. */
  readonly countTurns: (root: string, jobs: number) => Promise<number>;
  readonly enqueue: (jobs: readonly SwarmJob[]) => Promise<void>;
}

type Receiver =
  | { readonly kind: 'all' | 'master' }
  | { readonly kind: 'other'; readonly who: Mentioned }
  | { readonly kind: 'agent'; readonly agent: Resident };

const HOUR_MS = 3_600_000;

/** What outside agents say in HQ, each from its own account, and whom it calls. */
export class Speech {
  readonly #deps: SpeechDeps;

  constructor(deps: SpeechDeps) {
    this.#deps = deps;
  }

  async say(self: AgentId, message: MessageIn, seed: string): Promise<Spoken> {
    const receiver = this.#receiver(message.receiver);
    const now = Date.now();
    const asked = await this.#answers(self, message, now);
    if (asked.kind === 'answered') return { event: null, called: [], answer: 'taken', bound: null };
    const named = mentionedByAgent(message.content, this.#deps.residents.agents, self);
    const called = [
      ...new Set([...(receiver.kind === 'agent' && receiver.agent.id !== self ? [receiver.agent.id] : []), ...named]),
    ];
    const text = this.#addressed(message.content, receiver, named);
    const event = await this.send(
      self,
      {
        text,
        ...(asked.replyTo === undefined ? {} : { replyTo: asked.replyTo }),
        ...(message.performative === undefined ? {} : { performative: message.performative }),
        mentions: await this.#mentions(receiver, called),
      },
      seed,
    );
    return {
      event,
      answer: asked.answer,
      ...(await this.#call(self, message, event, called, receiver.kind === 'all', now)),
    };
  }

  /**
   * Whether the words are an answer, which the turn that asked says in its place and with its own calls. What comes too
   * late for that, or means more than what was guessed to be the answer, is said as the agent's own message.
   */
  async #answers(
    self: AgentId,
    message: MessageIn,
    now: number,
  ): Promise<
    | { readonly kind: 'answered' }
    | { readonly kind: 'own'; readonly answer: Spoken['answer']; readonly replyTo?: EventId }
  > {
    const { questions } = this.#deps;
    const text = maskSecrets(message.content).text;
    const { inReplyTo } = message;
    if (inReplyTo === undefined) {
      const guess = message.type === 'chat' ? meantQuestion(await questions.open(self, now), self) : undefined;
      if (guess === undefined || (await questions.isUnread(self, guess))) return { kind: 'own', answer: null };
      const taken = await questions.answer(self, guess, text, now, true);
      return taken === 'taken' || taken === 'again' ? { kind: 'answered' } : { kind: 'own', answer: null };
    }
    const answer = await questions.answer(self, inReplyTo, text, now);
    if (answer === 'taken' || answer === 'again') return { kind: 'answered' };
    if (answer === 'unknown') throw new ApiProblem('ask.unknown');
    const replyTo = await questions.eventOf(inReplyTo);
    // A task's phase has gone on, and its JSON is nothing for the room.
    if (replyTo === undefined) throw new ApiProblem('answer.late');
    return { kind: 'own', answer: answer === 'better' ? 'taken' : 'late', replyTo };
  }

  /** A message of the agent's own in HQ. Throws `message.too-long`, or `room.closed` where it is not let in. */
  async send(
    self: AgentId,
    said: Pick<OutgoingText, 'text' | 'mentions' | 'thread' | 'replyTo'> & {
      readonly performative?: MessageIn['performative'];
    },
    seed: string,
    more: Record<string, unknown> = {},
  ): Promise<EventId> {
    const { residents, ghost, hq } = this.#deps;
    const user = residents.byId.get(self)?.userId;
    if (user === undefined) throw new ApiProblem('room.closed');
    const { performative, text, ...rest } = said;
    const chavion = {
      v: 1,
      kind: 'answer',
      agent: self,
      ...(performative === undefined ? {} : { performative }),
    } as const;
    const content = { ...messageContent({ ...rest, text: maskSecrets(text).text, chavion }), ...more };
    if (!fits(content)) throw new ApiProblem('message.too-long');
    try {
      return await ghost(user).send(hq, 'm.room.message', content, `door.${seed}`);
    } catch (error) {
      if (refused(error)) throw new ApiProblem('room.closed');
      throw error;
    }
  }

  #receiver(word: string): Receiver {
    const { residents, ownerTitle } = this.#deps;
    const key = word.normalize('NFC').trim().replace(/^@/u, '').toLowerCase();
    if (key === 'all' || key === 'master') return { kind: key };
    if (key === ownerTitle.toLowerCase()) return { kind: 'master' };
    const is = ({ id, callsigns }: { readonly id: string; readonly callsigns: readonly string[] }) =>
      id === key || callsigns.some((callsign) => callsign.normalize('NFC').toLowerCase() === key);
    const agent = residents.agents.find(is);
    if (agent !== undefined) return { kind: 'agent', agent };
    const other = residents.others.find(is);
    if (other !== undefined) return { kind: 'other', who: other };
    throw new ApiProblem('receiver.unknown', { who: word.slice(0, 60) });
  }

  /** Whoever reads the room sees whom it is for. */
  #addressed(content: string, receiver: Receiver, named: readonly AgentId[]): string {
    if (receiver.kind === 'agent')
      return named.includes(receiver.agent.id) ? content : `@${receiver.agent.config.name} ${content}`;
    return receiver.kind === 'other' ? `@${receiver.who.name} ${content}` : content;
  }

  async #mentions(receiver: Receiver, called: readonly AgentId[]): Promise<readonly Mentioned[]> {
    const agents = called.flatMap((id) => {
      const one = this.#deps.residents.byId.get(id);
      return one === undefined ? [] : [{ userId: one.userId, name: one.config.name }];
    });
    if (receiver.kind !== 'master') return agents;
    return [...agents, ...[...(await this.#deps.masters())].map((userId) => ({ userId, name: '' }))];
  }

  async #call(
    self: AgentId,
    message: MessageIn,
    event: EventId,
    called: readonly AgentId[],
    toAll: boolean,
    now: number,
  ): Promise<Pick<Spoken, 'called' | 'bound'>> {
    const { inbox, outsiders, bindings, residents, hq, roomLang } = this.#deps;
    const chain = chainOf(await inbox.latest(self), now);
    const letter = {
      type: message.type,
      from: self,
      content: maskSecrets(message.content).text,
      event,
      root: chain.root ?? event,
      depth: chain.depth,
      at: now,
    } as const;
    // Who is elsewhere and asleep finds it later; who is asked now gets it as a question.
    const asleep = called.filter((id) => outsiders.get(id) !== undefined && !bindings.ready.has(id));
    const listening = toAll
      ? outsiders.all.map(({ id }) => id).filter((id) => id !== self && !called.includes(id))
      : [];
    await Promise.all([...asleep, ...listening].map((id) => inbox.put(id, event, letter)));
    const awake = called.filter((id) => bindings.ready.has(id) && residents.byId.has(id));
    if (awake.length === 0) return { called: asleep, bound: null };
    if (tooDeep(chain)) return { called: asleep, bound: 'depth' };
    const taken = await this.#deps.countTurns(chain.root ?? `${self}.${Math.floor(now / HOUR_MS)}`, awake.length);
    if (taken > MAX_TURNS_PER_ROOT) return { called: asleep, bound: 'turns' };
    const turn = {
      type: 'turn',
      room: hq,
      source: event,
      at: now,
      root: chain.root ?? event,
      depth: chain.depth,
      lang: languageOf(message.content, await roomLang(hq)),
    } as const;
    await this.#deps.enqueue(awake.map((agent) => ({ ...turn, agent })));
    return { called: [...awake, ...asleep], bound: null };
  }
}
