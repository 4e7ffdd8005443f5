import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectionError, createClient, HTTPError, MatrixError, type MatrixClient } from 'matrix-js-sdk';
import { logger as sdkLogger, type Logger } from 'matrix-js-sdk/lib/logger.js';
import { ConfigRefusal } from '../config/refusal.ts';
import { terminalText } from '../text/terminal/terminal.ts';
import type { InstanceFile } from './house-file.ts';

const quiet = (): void => undefined;
const silence: Logger = { trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet, getChild: () => silence };
// What the SDK logs outside of any client would be written over the conversation.
Object.assign(sdkLogger, { ...silence, log: quiet });

const DEVICE_NAME = 'npm run chat';
/** A device of a terminal that was killed before it could log out. */
const FORGOTTEN_AFTER_MS = 24 * 60 * 60 * 1000;
/** A homeserver that is being restarted is back by then. */
const PATIENCE_MS = 4_000;
const REQUEST_TIMEOUT_MS = 45_000;

/** A login of its own for this terminal; `logout` ends it. Throws a `Refusal` that says what to do. */
export async function logIn({ homeserver, master }: InstanceFile): Promise<MatrixClient> {
  const before = createClient({ baseUrl: homeserver, logger: silence, localTimeoutMs: REQUEST_TIMEOUT_MS });
  const began = Date.now();
  for (;;) {
    try {
      const login = await before.loginRequest({
        type: 'm.login.password',
        identifier: { type: 'm.id.user', user: master.userId },
        password: master.password,
        initial_device_display_name: DEVICE_NAME,
      });
      const client = createClient({
        baseUrl: homeserver,
        userId: login.user_id,
        deviceId: login.device_id,
        accessToken: login.access_token,
        logger: silence,
        localTimeoutMs: REQUEST_TIMEOUT_MS,
        disableVoip: true,
      });
      void forgetOldDevices(client, master).catch(quiet);
      return client;
    } catch (error) {
      const wait = passing(error);
      if (wait === null || Date.now() - began + wait > PATIENCE_MS) throw refusal(error, homeserver);
      await sleep(wait);
    }
  }
}

/** Milliseconds after which to try again, or null where that is no use. */
function passing(error: unknown): number | null {
  if (error instanceof ConnectionError) return 500;
  if (!(error instanceof HTTPError)) return null;
  if (error.httpStatus === 429)
    return error instanceof MatrixError && typeof error.data['retry_after_ms'] === 'number'
      ? error.data['retry_after_ms']
      : 1_000;
  return error.httpStatus !== undefined && error.httpStatus >= 500 ? 500 : null;
}

function refusal(error: unknown, homeserver: string): ConfigRefusal {
  if (error instanceof ConnectionError) return new ConfigRefusal(terminalText.noAnswerFrom(homeserver));
  if (error instanceof MatrixError && error.errcode === 'M_FORBIDDEN')
    return new ConfigRefusal(terminalText.loginRefused);
  return new ConfigRefusal(terminalText.loginFailed(failureCode(error)));
}

/** A short word for people to pass on; never a body, which may quote what was sent. */
export function failureCode(error: unknown): string {
  if (error instanceof MatrixError) return error.errcode ?? `HTTP ${error.httpStatus ?? '?'}`;
  if (error instanceof HTTPError) return `HTTP ${error.httpStatus ?? '?'}`;
  return error instanceof Error ? error.name : 'unknown';
}

async function forgetOldDevices(client: MatrixClient, { userId, password }: InstanceFile['master']): Promise<void> {
  const { devices } = await client.getDevices();
  const old = devices.filter(
    ({ display_name, last_seen_ts, device_id }) =>
      display_name === DEVICE_NAME &&
      device_id !== client.getDeviceId() &&
      last_seen_ts !== undefined &&
      Date.now() - last_seen_ts > FORGOTTEN_AFTER_MS,
  );
  if (old.length === 0) return;
  const ids = old.map(({ device_id }) => device_id);
  await client.deleteMultipleDevices(ids, {
    type: 'm.login.password',
    identifier: { type: 'm.id.user', user: userId },
    password,
  });
}

/** Never waits long: a homeserver that is away keeps the device, and the next login forgets it. */
export async function logOut(client: MatrixClient): Promise<void> {
  client.stopClient();
  await Promise.race([client.logout().catch(quiet), sleep(2_000, undefined, { ref: false })]);
}
