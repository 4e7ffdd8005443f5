/** Plain requests, as anybody could make them. */
export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export async function request(
  base: string,
  method: string,
  path: string,
  options: { token?: string; body?: unknown } = {},
): Promise<Answer> {
  const call = () =>
    fetch(new URL(path, base), {
      method,
      headers: {
        'content-type': 'application/json',
        ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
      },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    });
  // Sockets kept alive may have been closed at the other end just now, each of them.
  const response = await call().catch(call).catch(call).catch(call);
  const text = await response.text();
  const json = response.headers.get('content-type')?.includes('json') === true;
  return { status: response.status, body: json ? JSON.parse(text) : {} };
}

/** Signs in with a password; returns the token. */
export async function signIn(base: string, userId: string, password: string): Promise<string> {
  const body = { type: 'm.login.password', identifier: { type: 'm.id.user', user: userId }, password };
  const { status, body: session } = await request(base, 'POST', '/_matrix/client/v3/login', { body });
  if (status !== 200 || typeof session['access_token'] !== 'string') throw new Error(`login of ${userId}: ${status}`);
  return session['access_token'];
}

export const inRoom = (room: string, rest: string): string =>
  `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/${rest}`;
export const asUser = (path: string, userId: string): string =>
  `${path}${path.includes('?') ? '&' : '?'}user_id=${encodeURIComponent(userId)}`;
