import type { UserId } from '../../bridge/protocol/ids.ts';
import type { Roster } from '../../bridge/protocol/roster.ts';
import { inBrackets } from '../residents/sealed.ts';
import type { Residents } from '../residents/residents.ts';

export interface House {
  readonly roster: Pick<Roster, 'ownerTitle'>;
  readonly residents: Pick<Residents, 'byUser' | 'others'>;
  readonly masters: ReadonlySet<UserId>;
  /** Display names, which everybody chooses for himself. */
  readonly members: ReadonlyMap<string, string>;
}

/** Who speaks, as models read it. Only a master bears the owner's title, whatever others call themselves. */
export function speakers({ roster, residents, masters, members }: House): (user: UserId) => string {
  const title = inBrackets(roster.ownerTitle);
  const others = new Map(residents.others.map(({ userId, name }) => [userId, name]));
  return (user) => {
    const display = inBrackets(members.get(user) ?? user);
    if (masters.has(user)) return masters.size === 1 || display === title ? title : `${title}, ${display}`;
    const name = inBrackets(residents.byUser.get(user)?.config.name ?? others.get(user) ?? '');
    if (name === '') return `guest ${display}`;
    return name === title ? `agent ${name}` : name;
  };
}
