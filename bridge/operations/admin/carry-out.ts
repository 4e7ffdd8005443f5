import { makeMaster, type AdminRooms, rulesForGood, unmakeMaster } from '../../../synapse/masters.ts';
import { readRoom } from '../../../synapse/room-state.ts';
import { userIdOf } from '../../../synapse/residents.ts';
import { typeable } from '../../launcher/instance/secrets.ts';
import type { AdminOrder } from '../../protocol/orders/admin-order.ts';
import type { Lang, UserId } from '../../protocol/ids.ts';
import { offIn, STANDING_TYPE } from '../../protocol/standing.ts';
import { adminHelp, adminLines, adminUnknown, masterText } from '../../text/room/admin.ts';
import { type InstanceFacts, adminReport } from './reports.ts';

export interface Carrying extends AdminRooms {
  readonly serverName: string;
  readonly masters: ReadonlySet<UserId>;
  readonly facts: InstanceFacts;
  readonly by: UserId;
  readonly lang: Lang;
}

/** Does what a master has ordered; may be done again. Returns the answer, Markdown; null where somebody else answers. Throws `HomeserverError`. */
export async function carryOut(order: AdminOrder, house: Carrying): Promise<string | null> {
  const { lang } = house;
  switch (order.kind) {
    case 'help':
      return adminHelp[lang]();
    case 'unknown':
      return adminUnknown[lang](order.word);
    case 'workspaces': {
      // The executor's, which alone sees its disk, and answers while it can.
      const states = new Map(await house.facts.health());
      const state = states.get('executor') ?? null;
      const lines = adminLines[lang];
      if (state === 'silent') return `${lines.part('executor')}: ${lines.silent('executor', house.facts.place)}`;
      return state === 'halted' ? `${lines.part('executor')}: ${lines.halted}` : null;
    }
    case 'invite':
      return invite(order.name, house);
    case 'remove':
      return remove(order.name, order.sure, house);
    case 'users':
    case 'rooms':
    case 'disk':
    case 'versions':
    case 'backup':
    case 'health':
      return adminReport(order.kind, { ...house, lines: adminLines[lang], off: await offNow(house) });
  }
}

async function offNow({ client, token, rooms }: AdminRooms): Promise<ReadonlySet<string>> {
  const hq = await readRoom(client, token, rooms.hq);
  return new Set(offIn(hq?.content(STANDING_TYPE)).keys());
}

type Person = { readonly user: UserId } | { readonly refusal: string };

/** A localpart as Matrix allows it (https://spec.matrix.org/v1.15/appendices/#user-identifiers), of this server. */
const LOCALPART = /^[a-z0-9][a-z0-9._=/+-]{0,80}$/;

function personOf(name: string, { serverName, who, lang }: Carrying): Person {
  if (name === '') return { refusal: masterText.noName[lang]() };
  const [localpart = '', ...server] = name.replace(/^@/, '').split(':');
  if (!LOCALPART.test(localpart) || (server.length > 0 && server.join(':') !== serverName))
    return { refusal: masterText.badName[lang](name.slice(0, 60), serverName) };
  const user = userIdOf(localpart, serverName);
  return user.startsWith('@agent_') || user === who.admin || user === who.executor
    ? { refusal: masterText.notPerson[lang](user) }
    : { user };
}

const shortName = (user: UserId): string => `@${user.slice(1).split(':')[0] ?? ''}`;

async function invite(name: string, house: Carrying): Promise<string> {
  const { lang, masters } = house;
  const person = personOf(name, house);
  if ('refusal' in person) return person.refusal;
  if (masters.has(person.user)) return masterText.already[lang](person.user);
  const made = await makeMaster(house, person.user, typeable());
  return made === 'made'
    ? masterText.made[lang](person.user, shortName(person.user), house.facts.place)
    : masterText.joined[lang](person.user);
}

async function remove(name: string, sure: boolean, house: Carrying): Promise<string> {
  const { lang, masters, who, by } = house;
  const person = personOf(name, house);
  if ('refusal' in person) return person.refusal;
  const { user } = person;
  if (!masters.has(user)) return masterText.notMaster[lang](user);
  // The next start would make it a master again: whose house it is, is settled.
  if (user === who.master) return masterText.first[lang](user, house.facts.place);
  if (masters.size === 1) return masterText.last[lang](user);
  if (user === by && !sure) return masterText.oneself[lang](shortName(user));
  if (await rulesForGood(house, user)) return masterText.rules[lang](user);
  await unmakeMaster(house, user);
  return masterText.removed[lang](user, shortName(user));
}
