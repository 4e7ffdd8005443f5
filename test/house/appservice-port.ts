import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { House } from './house.ts';

const Tokens = z.object({ appservice: z.object({ homeserver: z.string() }), redis: z.object({ swarm: z.string() }) });

export async function tokensOf(house: House): Promise<z.infer<typeof Tokens>> {
  return Tokens.parse(JSON.parse(await readFile(join(house.data, 'secrets.json'), 'utf8')));
}

/** The swarm's side of the homeserver's push, pushed by hand. */
export class AppservicePort {
  readonly #base: string;
  readonly #token: string;

  private constructor(base: string, token: string) {
    this.#base = base;
    this.#token = token;
  }

  static async of(house: House): Promise<AppservicePort> {
    return new AppservicePort(
      `http://127.0.0.1:${house.env['CHAVION_APPSERVICE_PORT'] ?? ''}`,
      (await tokensOf(house)).appservice.homeserver,
    );
  }

  /** Status of the answer; throws when there is nobody. */
  async push(txnId: string, events: readonly unknown[], token: string | null = this.#token): Promise<number> {
    return this.raw(txnId, JSON.stringify({ events }), token);
  }

  async raw(txnId: string, body: string, token: string | null = this.#token): Promise<number> {
    const response = await fetch(`${this.#base}/_matrix/app/v1/transactions/${encodeURIComponent(txnId)}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', ...(token === null ? {} : { authorization: `Bearer ${token}` }) },
      body,
    });
    await response.arrayBuffer();
    return response.status;
  }

  /** As a homeserver does: until it is taken. */
  async pushUntilTaken(txnId: string, events: readonly unknown[]): Promise<void> {
    for (;;) {
      if ((await this.push(txnId, events).catch(() => 0)) === 200) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
