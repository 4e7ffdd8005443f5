import { UserId } from '../bridge/protocol/ids.ts';
import { personaOf } from '../bridge/protocol/default-roster.ts';
import type { Persona, Roster } from '../bridge/protocol/roster.ts';

/** Whose picture is drawn for what it is; another's follows from its id. */
export type Emblem = Persona | 'executor' | 'coordinator';

/** An account that an agent speaks through: `@agent_<id>:<server>`. */
export interface Ghost {
  readonly userId: UserId;
  readonly name: string;
  readonly colour: string;
  /** Draws the avatar. */
  readonly emblem: Emblem | { readonly id: string };
}

export interface OwnAccounts {
  readonly master: UserId;
  readonly admin: UserId;
  readonly executor: UserId;
  readonly coordinator: UserId;
}

export const userIdOf = (localpart: string, serverName: string): UserId => UserId.parse(`@${localpart}:${serverName}`);

export function people(serverName: string): OwnAccounts {
  return {
    master: userIdOf('master', serverName),
    admin: userIdOf('admin', serverName),
    executor: userIdOf('executor', serverName),
    coordinator: userIdOf('agent_coordinator', serverName),
  };
}

/** The coordinator first, then the agents in the order of the roster. */
export function ghosts(roster: Roster, serverName: string): readonly Ghost[] {
  const coordinator = {
    userId: userIdOf('agent_coordinator', serverName),
    name: roster.coordinator.name,
    colour: '#3d5a50',
    emblem: 'coordinator',
  } as const;
  const agents = roster.agents.map((agent) => ({
    userId: userIdOf(`agent_${agent.id}`, serverName),
    name: agent.name,
    colour: agent.colour ?? colourOf(agent.id),
    emblem: personaOf(agent) ?? { id: agent.id },
  }));
  return [coordinator, ...agents];
}

/** A steady colour for agents that name none. */
export function colourOf(id: string): string {
  const palette = ['#8c564b', '#2a7f62', '#5b6abf', '#b5548a', '#8a7a1f', '#3a6ea5', '#a0522d', '#56708a'];
  const sum = Buffer.from(id).reduce((total, byte) => (total * 31 + byte) % 9_973, 7);
  return palette[sum % palette.length] ?? '#56708a';
}
