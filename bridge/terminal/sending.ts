import { HTTPError, MatrixError } from 'matrix-js-sdk';
import type { Connection } from './connection.ts';
import { failureCode } from './login.ts';
import type { SendAttempt } from './outbox.ts';

const RETRY_MS = 1_000;

/** One try at sending what the master wrote, as plain text: nothing in it is mark-up but for its readers. */
export async function attemptSend(connection: Connection, text: string, txnId: string): Promise<SendAttempt> {
  try {
    return { kind: 'sent', event: await connection.send({ msgtype: 'm.text', body: text, 'm.mentions': {} }, txnId) };
  } catch (error) {
    const status = error instanceof HTTPError ? error.httpStatus : undefined;
    if (status === undefined || status >= 500) return { kind: 'later', afterMs: RETRY_MS };
    if (status === 429) {
      const asked = error instanceof MatrixError ? error.data['retry_after_ms'] : undefined;
      return { kind: 'later', afterMs: typeof asked === 'number' ? asked : RETRY_MS };
    }
    return { kind: 'refused', why: failureCode(error) };
  }
}
