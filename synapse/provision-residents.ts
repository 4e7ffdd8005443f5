import { z } from 'zod';
import { GHOST_DEVICE, type RoomId, type UserId } from '../bridge/protocol/ids.ts';
import { type Avatar, avatar } from './avatar.ts';
import { type HomeserverClient, HomeserverError, Nothing } from './client.ts';
import type { Ghost } from './residents.ts';

/** User id to the drawing that was last uploaded for it. */
export const Avatars = z.record(z.string(), z.object({ key: z.string(), url: z.string() }));
export type Avatars = z.infer<typeof Avatars>;

export interface Member {
  readonly name: string | null;
  readonly avatar: string | null;
}

/** An account of the swarm: made, with its device, name and face. Returns the avatar that it now has, to be remembered. */
export async function provisionGhost(
  client: HomeserverClient,
  token: string,
  ghost: Ghost,
  known: Member | undefined,
  remembered: Avatars[string] | undefined,
): Promise<Avatars[string]> {
  const as = { token, query: { user_id: ghost.userId } };
  const device =
    known === undefined ? null : await client.find('GET', `/_matrix/client/v3/devices/${GHOST_DEVICE}`, Nothing, as);
  if (device === null) await enter(client, token, ghost.userId);

  const profile = `/_matrix/client/v3/profile/${encodeURIComponent(ghost.userId)}`;
  // Synapse names a new account after its localpart.
  const unnamed = known === undefined || known.name === null || known.name === ghost.userId.slice(1).split(':')[0];
  if (unnamed)
    await client.call('PUT', `${profile}/displayname`, Nothing, { ...as, body: { displayname: ghost.name } });

  const drawing = avatar(ghost);
  if (!needsFace(drawing, known, remembered) && remembered !== undefined) return remembered;
  const url =
    remembered?.key === drawing.key && (await isStored(client, token, remembered.url))
      ? remembered.url
      : await upload(client, as, drawing, ghost);
  await client.call('PUT', `${profile}/avatar_url`, Nothing, { ...as, body: { avatar_url: url } });
  return { key: drawing.key, url };
}

/** The face of an account that has a password of its own; an administrator gives it. */
export async function provisionFace(
  client: HomeserverClient,
  admin: string,
  person: Pick<Ghost, 'userId' | 'emblem' | 'colour'>,
  known: Member | undefined,
  remembered: Avatars[string] | undefined,
): Promise<Avatars[string]> {
  const drawing = avatar(person);
  if (!needsFace(drawing, known, remembered) && remembered !== undefined) return remembered;
  const as = { token: admin, query: {} };
  const url =
    remembered?.key === drawing.key && (await isStored(client, admin, remembered.url))
      ? remembered.url
      : await upload(client, as, drawing, person);
  await client.call('PUT', `/_synapse/admin/v2/users/${encodeURIComponent(person.userId)}`, Nothing, {
    token: admin,
    body: { avatar_url: url },
  });
  return { key: drawing.key, url };
}

/** None yet, or the drawing that we gave and that has changed since; a picture that the owner gave stays. */
function needsFace(drawing: Avatar, known: Member | undefined, remembered: Avatars[string] | undefined): boolean {
  if (known?.avatar === undefined || known.avatar === null || known.avatar === '') return true;
  return remembered === undefined || (known.avatar === remembered.url && remembered.key !== drawing.key);
}

async function enter(client: HomeserverClient, token: string, userId: UserId): Promise<void> {
  const user = userId.slice(1).split(':')[0];
  const type = 'm.login.application_service';
  try {
    await client.call('POST', '/_matrix/client/v3/register', Nothing, {
      token,
      body: { type, username: user, inhibit_login: true },
    });
  } catch (error) {
    if (!(error instanceof HomeserverError && error.code === 'M_USER_IN_USE')) throw error;
  }
  const body = {
    type,
    identifier: { type: 'm.id.user', user: userId },
    device_id: GHOST_DEVICE,
    initial_device_display_name: 'Chavion',
  };
  await client.call('POST', '/_matrix/client/v3/login', Nothing, { token, body });
}

async function isStored(client: HomeserverClient, token: string, url: string): Promise<boolean> {
  const [server = '', media = ''] = url.replace('mxc://', '').split('/');
  const path = `/_matrix/client/v1/media/download/${encodeURIComponent(server)}/${encodeURIComponent(media)}`;
  return (await client.find('GET', path, Nothing, { token })) !== null;
}

async function upload(
  client: HomeserverClient,
  as: { token: string; query: Record<string, string> },
  drawing: Avatar,
  ghost: Pick<Ghost, 'emblem'>,
): Promise<string> {
  const Uploaded = z.object({ content_uri: z.string().startsWith('mxc://') });
  const query = { ...as.query, filename: `${typeof ghost.emblem === 'string' ? ghost.emblem : ghost.emblem.id}.png` };
  const { content_uri } = await client.call('POST', '/_matrix/media/v3/upload', Uploaded, {
    token: as.token,
    query,
    bytes: { data: drawing.png(), type: 'image/png' },
  });
  return content_uri;
}

const Members = z.object({
  joined: z.record(z.string(), z.object({ display_name: z.string().nullish(), avatar_url: z.string().nullish() })),
});

export async function joinedMembers(
  client: HomeserverClient,
  token: string,
  room: RoomId,
): Promise<ReadonlyMap<string, Member>> {
  const { joined } = await client.call(
    'GET',
    `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/joined_members`,
    Members,
    { token },
  );
  return new Map(
    Object.entries(joined).map(([user, { display_name, avatar_url }]) => [
      user,
      { name: display_name ?? null, avatar: avatar_url ?? null },
    ]),
  );
}
