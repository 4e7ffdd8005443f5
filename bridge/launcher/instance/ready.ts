import { rmSync } from 'node:fs';
import { z } from 'zod';
import { RoomId, UserId } from '../../protocol/ids.ts';
import { writeSecretJson } from './files.ts';

const pid = z.int().positive().nullable();

/** `data/ready.json`: there while every part has answered once and the launcher lives. */
export const Ready = z.object({
  homeserver: z.url(),
  serverName: z.string(),
  master: z.object({ userId: UserId, password: z.string() }),
  /** Without `memory` a launcher of before there was such a room has written it. */
  rooms: z.object({ hq: RoomId, ops: RoomId, memory: RoomId.optional() }),
  space: RoomId,
  /** Address of the interface for outside agents; null until it is built. */
  api: z.url().nullable(),
  /** Null: not built yet, or about to be started anew. */
  pids: z.object({ launcher: z.int().positive(), synapse: pid, redis: pid, swarm: pid, executor: pid }),
});
export type Ready = z.infer<typeof Ready>;

/** Keeps the file true from the moment it is first written until it is taken away. */
export class ReadyFile {
  readonly #path: string;
  #pids: Ready['pids'];
  #rest: Omit<Ready, 'pids'> | undefined;

  constructor(path: string, launcher: number) {
    this.#path = path;
    this.#pids = { launcher, synapse: null, redis: null, swarm: null, executor: null };
    rmSync(path, { force: true });
  }

  pid(part: Exclude<keyof Ready['pids'], 'launcher'>, value: number | null): void {
    this.#pids = { ...this.#pids, [part]: value };
  }

  publish(rest: Omit<Ready, 'pids'>): void {
    this.#rest = rest;
    this.write();
  }

  remove(): void {
    this.#rest = undefined;
    rmSync(this.#path, { force: true });
  }

  /** Nothing before the house was first up. Throws when the disk is full. */
  write(): void {
    if (this.#rest !== undefined) writeSecretJson(this.#path, { ...this.#rest, pids: this.#pids });
  }
}
