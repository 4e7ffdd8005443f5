import type { Redis } from 'ioredis';
import { comeIn, makeGhost } from '../../bridge/appservice/new-ghost.ts';
import type { AgentKeys } from '../../bridge/stores/agent-keys.ts';
import type { AgentInbox } from '../../bridge/stores/agent-inbox.ts';
import type { Questions } from '../../bridge/stores/open-questions.ts';
import { type Account, refused } from '../../bridge/matrix/account.ts';
import { messageContent } from '../../bridge/matrix/content.ts';
import { type Outsider, ApiScope } from '../../bridge/protocol/agent-api.ts';
import type { Lang, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import type { SwarmCommandJob } from '../../bridge/protocol/turn.ts';
import { swarmKey } from '../../bridge/queue/redis.ts';
import { agentCommandText as say, keyMessage, keyRoomName } from '../../bridge/text/room/agent-api.ts';
import type { SwarmCommand } from '../commands/house-commands.ts';
import type { Address } from '../residents/public-address.ts';
import type { Residents } from '../residents/residents.ts';
import type { Tasks } from '../tasks/tasks.ts';
import { agentWish, freeId } from './agent-words.ts';
import type { KeyMessages } from './key-messages.ts';
import { configOf, MAX_OUTSIDERS, type Outsiders } from './outsiders.ts';

export interface AgentCommandDeps {
  readonly redis: Redis;
  readonly residents: Residents;
  readonly outsiders: Outsiders;
  readonly keys: AgentKeys;
  readonly inbox: Pick<AgentInbox, 'empty'>;
  readonly questions: Pick<Questions, 'drop'>;
  readonly keyMessages: KeyMessages;
  readonly tasks: Pick<Tasks, 'dismiss'>;
  readonly coordinator: Account;
  readonly ghost: (user: UserId) => Account;
  readonly userOf: (id: string) => UserId;
  /** Where outside agents live beside the others. */
  readonly rooms: readonly RoomId[];
  /** Where what is asked of the launcher stands. */
  readonly ops: RoomId;
  /** Under which they reach the agents' API. */
  readonly address: Address;
  /** How the owner is addressed: nobody else is called so. */
  readonly ownerTitle: string;
}

const DONE_S = 3 * 24 * 3600;

/** `!agent`: brings agents in that live elsewhere, changes their keys, puts them out. */
export function agentCommand(deps: AgentCommandDeps): SwarmCommand {
  const { outsiders, residents, keys } = deps;

  return async (job) => {
    const { lang } = job;
    const wish = agentWish(job.words);
    switch (wish.kind) {
      case 'usage':
        return say.usage[lang]();
      case 'bad-name':
        return say.badName[lang](wish.word);
      case 'list':
        return (
          outsiders.all.map(({ id, name }) => say.entry[lang](name, id, outsiders.isOnline(id))).join('\n') ||
          say.nobody[lang]()
        );
      case 'add':
        // The launcher believes orders of these rooms alone.
        if (!deps.rooms.includes(job.room)) return say.elsewhere[lang]();
        return add(job, wish.name, wish.id);
      case 'scope':
      case 'rotate':
      case 'remove': {
        const agent = named(wish.who);
        if (agent === undefined) return say.unknown[lang](wish.who.slice(0, 60));
        if (wish.kind === 'scope') return scope(agent, wish.scopes, lang);
        return wish.kind === 'rotate' ? rotate(job, agent) : remove(agent, lang);
      }
    }
  };

  function named(who: string): Outsider | undefined {
    const word = who.normalize('NFC').toLowerCase();
    return outsiders.all.find(({ id, name }) => id === word || name.toLowerCase() === word);
  }

  async function add(job: SwarmCommandJob, name: string, wanted: Outsider['id'] | null): Promise<string> {
    const { lang } = job;
    // The same order, come again after a crash: whoever it has made is there already.
    const begun = outsiders.all.find(
      ({ addedAt, by, name: known }) => addedAt === job.at && by === job.by && known === name,
    );
    if (begun === undefined && outsiders.all.length >= MAX_OUTSIDERS) return say.full[lang](MAX_OUTSIDERS);
    const id = begun?.id ?? wanted ?? freeId((word) => calledBy(word));
    const clash = begun === undefined ? [name, id].find((word) => calledBy(word)) : undefined;
    if (clash !== undefined) return say.taken[lang](clash);
    const agent: Outsider = { id, name, addedAt: job.at, by: job.by, scopes: [...ApiScope.options] };
    // What cannot be called would be a mistake later; this throws now.
    configOf(agent);
    const account = deps.ghost(deps.userOf(id));
    await makeGhost(deps.coordinator, account, name);
    // Only the launcher may invite, and it believes the master's order, not this line.
    const asking = messageContent({
      text: say.askedIn[lang](name),
      msgtype: 'm.notice',
      chavion: { v: 1, kind: 'notice', source: job.source, admit: account.userId },
    });
    await deps.coordinator.send(deps.ops, 'm.room.message', asking, `${job.source}.admit`);
    if (!(await comeIn(account, deps.rooms))) return say.notLetIn[lang](name);
    // Last: who is here has a key.
    await giveKey(job, agent);
    await outsiders.add(agent);
    return say.added[lang](name, id);
  }

  /** Of the key that it has, from the next call on. */
  async function scope(agent: Outsider, scopes: readonly ApiScope[], lang: Lang): Promise<string> {
    await outsiders.add({ ...agent, scopes: [...scopes] });
    await keys.rescope(agent.id, scopes);
    return say.scoped[lang](agent.name, scopes);
  }

  async function rotate(job: SwarmCommandJob, agent: Outsider): Promise<string> {
    await giveKey(job, agent);
    return say.rotated[job.lang](agent.name);
  }

  async function remove(agent: Outsider, lang: Lang): Promise<string> {
    await keys.revoke(agent.id);
    await deps.keyMessages.withdraw(agent.id);
    // Tasks hear of it before it is gone: it is asked nothing more, and what it has said there no longer counts.
    await deps.tasks.dismiss(agent.id);
    await outsiders.remove(agent.id);
    await deps.questions.drop(agent.id);
    await deps.inbox.empty(agent.id);
    const account = deps.ghost(deps.userOf(agent.id));
    for (const room of deps.rooms) {
      await account.leave(room).catch((error: unknown) => {
        if (!refused(error)) throw error;
      });
    }
    return say.removed[lang](agent.name);
  }

  /** Once for each order: after a crash in the middle a new key goes out, and the one before opens nothing. */
  async function giveKey(job: SwarmCommandJob, agent: Outsider): Promise<void> {
    const done = swarmKey('door', 'given', job.source);
    if ((await deps.redis.exists(done)) === 1) return;
    const { key, keyId } = await keys.issue(agent.id, agent.scopes, job.at);
    const text = keyMessage[job.lang]({
      name: agent.name,
      id: agent.id,
      key,
      url: deps.address.base,
      onlyHere: deps.address.onlyHere,
    });
    await deps.keyMessages.send(agent.id, job.by, {
      text,
      name: keyRoomName[job.lang](),
      txn: `${job.source}.key.${keyId}`,
    });
    await deps.redis.set(done, keyId, 'EX', DONE_S);
  }

  function calledBy(word: string): boolean {
    const key = word.normalize('NFC').toLowerCase();
    const all = [...residents.agents, ...residents.others];
    return (
      ['all', 'master', '0', deps.ownerTitle.normalize('NFC').toLowerCase()].includes(key) ||
      all.some(
        ({ id, callsigns }) =>
          id === key || callsigns.some((callsign) => callsign.normalize('NFC').toLowerCase() === key),
      )
    );
  }
}
