import type { AgentId, EventId, Lang, UserId } from '../../bridge/protocol/ids.ts';
import type { ModelName } from '../../bridge/protocol/roster.ts';
import type { Floor, SwarmJob } from '../../bridge/protocol/turn.ts';
import type { HelpPlace } from '../../bridge/text/room/help.ts';
import type { ModelState } from '../../bridge/text/room/models.ts';
import type { Callable } from '../addressing/address.ts';
import type { QuotedMessage } from '../memory/quoted-to-remember.ts';
import type { TaskAbove } from '../tasks/follow-ups.ts';
import type { Choosable } from './model-wish.ts';

/** What a message sets off. Stored as a whole before anything is done, so that a repeated event does the same. */
export interface IntakePlan {
  readonly jobs: readonly SwarmJob[];
  /** The room's new floor. */
  readonly floor?: Floor;
  /** Answers to this room's events up to this time (origin_server_ts) end. */
  readonly stopAt?: number;
  /** ... and so do tasks: this one, or all of the room. */
  readonly stopThread?: EventId;
  /** A model is another one from now on; null: the roster's again. */
  readonly model?: { readonly agent: AgentId; readonly name: ModelName | null };
  /** Words from a web chat, for the turn that waits for them. */
  readonly carried?: { readonly turn: string; readonly text: string };
  /** What was said in this room up to this time (origin_server_ts) is not remembered any more. */
  readonly forgetAt?: number;
  /** Answers to these are not needed any more where nothing of them was seen: that event's are in their place. */
  readonly instead?: readonly { readonly source: EventId; readonly by: EventId }[];
  /** Somebody who is no master has now been told so. */
  readonly told?: UserId;
}

export interface Facts {
  readonly agents: readonly Callable[];
  readonly others: readonly (Callable & { readonly name: string })[];
  /** Those with a model to answer with. */
  readonly ready: ReadonlySet<AgentId>;
  /** Those of them that are asked only when called by name. */
  readonly whenCalled: ReadonlySet<AgentId>;
  /** Those of them in blackout that have said so: until when, in words. */
  readonly quiet?: ReadonlyMap<AgentId, (lang: Lang) => string>;
  /** Nobody answers anything. */
  readonly frozen?: boolean;
  /** Whoever lives in the house, here or elsewhere. */
  readonly everyone: readonly Choosable[];
  /** The agent's model and how it stands with it: as it is now, as it would be with `model`, with null as in the roster. */
  readonly modelOf: (
    agent: AgentId,
    model?: ModelName | null,
  ) => { readonly model: string; readonly state: ModelState };
  /** What this message replies to was put up to be carried to a web chat. */
  readonly relayed?: { readonly turn: string; readonly agent: AgentId; readonly waiting: boolean } | undefined;
  /** Who can do more than speak: those with a model that asks for tools. */
  readonly handy: ReadonlySet<AgentId>;
  /** Who of all that are spoken to acts: the first of these that can. */
  readonly acts: readonly AgentId[];
  readonly floor: Floor;
  readonly repliedTo?: UserId | undefined;
  /** What a master replies to on purpose, as it reads now. */
  readonly quoted?: QuotedMessage | undefined;
  readonly unasked?: ReadonlySet<UserId>;
  readonly threadOf?: UserId | undefined;
  readonly fallbackLang: Lang;
  /** What masters last wrote in here: the name of a command says little about who types it. */
  readonly roomLang: Lang;
  readonly ownerTitle: string;
  readonly integrator: AgentId;
  readonly nameOf: (agent: AgentId) => string;
  /** Those who live elsewhere and are not there now: what calls them is left in their inbox. */
  readonly away?: ReadonlySet<AgentId>;
  /** Those who live elsewhere and may not speak; they count as away. */
  readonly mute?: ReadonlySet<AgentId>;
  /** Those who live here and cannot be heard in this room of the house: not in it, or their account is closed, locked or suspended. */
  readonly off?: readonly Callable[];
  /** The table of `!agents`. */
  readonly agentsTable: (lang: Lang) => string;
  /** How many answers `!stop` would end now, and how many tasks. */
  readonly running: number;
  readonly tasks?: number;
  /** Of masters, which the executor ends then. */
  readonly commands?: number;
  /** Whose opinions stand in the room, where a vote may be about them. */
  readonly opinions?: readonly AgentId[];
  /** The finished task that the message stands under. */
  readonly task?: TaskAbove | undefined;
  /** HQ and ops the executor reads too. */
  readonly place: HelpPlace;
}

export const NOTHING: IntakePlan = { jobs: [] };
