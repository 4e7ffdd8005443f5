import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { inRoom } from './matrix.ts';
import type { Json } from './provider-formats.ts';
import type { Scene } from './scene.ts';

/** An agent that lives elsewhere, as whoever holds its key. */
export class Outsider {
  readonly scene: Scene;
  readonly id: string;
  readonly key: string;

  private constructor(scene: Scene, id: string, key: string) {
    this.scene = scene;
    this.id = id;
    this.key = key;
  }

  /** `!agent add`, and the key out of the master's private room with the coordinator. */
  static async invited(scene: Scene, name: string, id: string): Promise<Outsider> {
    const { master, hq } = scene;
    await master.say(hq, `!초대 ${name} ${id}`);
    let key: string | undefined;
    await scene.until(async () => {
      // Synapse gives the same first sync again for two minutes, unless another is asked for.
      const { body }: Json = await master.call(
        'GET',
        `/_matrix/client/v3/sync?filter={"room":{"timeline":{"limit":1,"not_types":["${randomUUID()}"]}}}`,
      );
      for (const room of Object.keys(body.rooms?.invite ?? {})) await master.call('POST', inRoom(room, 'join'), {});
      const { body: joined }: Json = await master.call('GET', '/_matrix/client/v3/joined_rooms');
      for (const room of joined.joined_rooms) {
        if ([hq, scene.ops, scene.house.ready.space].includes(room)) continue;
        const { body: page }: Json = await master.call('GET', inRoom(room, 'messages?dir=b&limit=20'));
        const letter = page.chunk.find(
          (event: Json) => event.type === 'm.room.message' && String(event.content.body).includes(`\`${id}\``),
        );
        key ??= /chv_[A-Za-z0-9_-]{55}/.exec(letter?.content.body ?? '')?.[0];
      }
      return key !== undefined;
    });
    if (key === undefined) throw new Error('no key in the letter');
    // Its account is let in, and the rest is said, a moment later.
    await master.until('that it is there', hq, () =>
      master.shown(hq).find(({ who, body }) => who === 'coordinator' && body.includes(`(\`${id}\`)`)),
    );
    return new Outsider(scene, id, key);
  }

  get url(): string {
    return this.scene.house.ready.api ?? '';
  }

  async call(path: string, body?: unknown): Promise<{ readonly status: number; readonly body: Json }> {
    const headers = { authorization: `Bearer ${this.key}`, 'content-type': 'application/json' };
    const response = await fetch(
      `${this.url}${path}`,
      body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) },
    );
    return { status: response.status, body: await response.json() };
  }

  checkin(): Promise<unknown> {
    return this.call(`/api/agent/${this.id}/checkin`, {});
  }
}

/** The script that takes part in tasks. */
export class Voter implements AsyncDisposable {
  readonly told: { readonly phase: string; readonly task: string; readonly answer: string; readonly ms: number }[] = [];
  readonly #stop: () => Promise<void>;

  private constructor(stop: () => Promise<void>) {
    this.#stop = stop;
  }

  /** Resolves when it has checked in. `silentIn`: the phase of which it answers nothing. */
  static async start({ id, key, url }: Outsider, silentIn = ''): Promise<Voter> {
    const child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'agents', 'voter.ts')],
      {
        env: { ...process.env, URL: url, KEY: key, NAME: id, SILENT_IN: silentIn },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const gone = once(child, 'exit');
    const voter = new Voter(async () => {
      child.kill();
      await gone;
    });
    await new Promise<void>((here, fail) => {
      void gone.then(() => fail(new Error('the voter ended')));
      createInterface(child.stdout).on('line', (line) =>
        line === 'here' ? here() : voter.told.push(JSON.parse(line)),
      );
    });
    return voter;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stop();
  }
}
