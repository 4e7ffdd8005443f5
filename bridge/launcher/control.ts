import { createServer, request, type Server, type ServerResponse } from 'node:http';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { type Part, PARTS } from './instance/accounts.ts';
import { readJson, writeSecretJson } from './instance/files.ts';
import type { DataPaths } from './instance/instance.ts';
import { PartTrouble } from './supervision/troubles.ts';

/** How other verbs speak to the running launcher: HTTP on a socket in a folder that only its account may enter. */
const ControlFile = z.object({ socket: z.string() });

export interface Controls {
  /** Ends these parts; resolves to what starts them again. */
  readonly pause: (parts: readonly Part[]) => Promise<() => Promise<void>>;
  /** Everything is stopped and started with what `secrets.json` holds then. */
  readonly startAnew: () => void;
  /** Likewise, with the programs of now: the launcher itself is replaced by its new version. */
  readonly startAfresh: () => void;
  /** The master's password has changed: what is published says so. */
  readonly newPassword: () => void;
  readonly troubles: () => readonly PartTrouble[];
}

export interface ControlServer extends AsyncDisposable {
  readonly socket: string;
}

const Pausing = z.object({ parts: z.array(z.enum(PARTS)).min(1) });

export async function serveControl(paths: DataPaths, controls: Controls): Promise<ControlServer> {
  // The path of a socket is short, and a data folder's need not be.
  const folder = mkdtempSync(join(tmpdir(), 'chavion-control-'));
  const socket = join(folder, 'socket');
  const server = createServer((incoming, response) => {
    const url = new URL(incoming.url ?? '/', 'http://launcher');
    const route = `${incoming.method} ${url.pathname}`;
    if (route === 'POST /pause') void pause(url.searchParams.getAll('part'), response, controls);
    else if (route === 'POST /start-anew') {
      response.end('{}');
      controls.startAnew();
    } else if (route === 'POST /start-afresh') {
      response.end('{}');
      controls.startAfresh();
    } else if (route === 'POST /new-password') {
      controls.newPassword();
      response.end('{}');
    } else if (route === 'GET /troubles') response.end(JSON.stringify(controls.troubles()));
    else response.writeHead(404).end();
  });
  await listen(server, socket);
  chmodSync(socket, 0o600);
  writeSecretJson(paths.control, { socket });
  return {
    socket,
    async [Symbol.asyncDispose]() {
      rmSync(paths.control, { force: true });
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A pause lasts as long as the connection: whoever asked for it and died keeps nobody asleep. */
async function pause(asked: readonly string[], response: ServerResponse, { pause: hold }: Controls): Promise<void> {
  const wanted = Pausing.safeParse({ parts: asked });
  if (!wanted.success) return void response.writeHead(400).end();
  let over = false;
  let resume: (() => Promise<void>) | undefined;
  const end = () => {
    over = true;
    void resume?.();
    resume = undefined;
  };
  response.once('close', end);
  try {
    resume = await hold(wanted.data.parts);
    if (over) return end();
    response.writeHead(200);
    response.write('{}\n');
  } catch {
    response.writeHead(409).end();
  }
}

const listen = (server: Server, socket: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(socket, resolve);
  });

/** Longer than any part's grace. */
const PAUSE_WITHIN_MS = 40_000;
const HEARD_WITHIN_MS = 10_000;

export interface HeldControl {
  /** Starts the parts again. */
  readonly release: () => void;
}

/** Asks the launcher of this data folder to pause parts; null where they did not stop. */
export function holdParts(paths: DataPaths, parts: readonly Part[]): Promise<HeldControl | null> {
  const query = parts.map((part) => `part=${part}`).join('&');
  return new Promise((resolve) => {
    const asking = request({ socketPath: socketOf(paths), method: 'POST', path: `/pause?${query}` }, (response) => {
      if (response.statusCode !== 200) return resolve(null);
      response.once('data', () => resolve({ release: () => asking.destroy() }));
      response.once('error', () => undefined);
      response.resume();
    });
    // A launcher that hangs holds nobody up; with the connection the pause would be over too.
    const late = setTimeout(() => asking.destroy(new Error('late')), PAUSE_WITHIN_MS);
    asking.once('response', () => clearTimeout(late));
    asking.once('error', () => {
      clearTimeout(late);
      resolve(null);
    });
    asking.end();
  });
}

/** Whether the launcher heard it. */
export function tellLauncher(paths: DataPaths, what: 'start-anew' | 'start-afresh' | 'new-password'): Promise<boolean> {
  return new Promise((resolve) => {
    request(
      { socketPath: socketOf(paths), method: 'POST', path: `/${what}`, signal: AbortSignal.timeout(HEARD_WITHIN_MS) },
      (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      },
    )
      .once('error', () => resolve(false))
      .end();
  });
}

/** Null where no launcher can be asked. */
export function askTroubles(paths: DataPaths): Promise<readonly PartTrouble[] | null> {
  return new Promise((resolve) => {
    request(
      { socketPath: socketOf(paths), path: '/troubles', signal: AbortSignal.timeout(HEARD_WITHIN_MS) },
      (response) => {
        void text(response).then(
          (said) => resolve(response.statusCode === 200 ? z.array(PartTrouble).parse(JSON.parse(said)) : null),
          () => resolve(null),
        );
      },
    )
      .once('error', () => resolve(null))
      .end();
  });
}

const socketOf = (paths: DataPaths): string => readJson(paths.control, ControlFile)?.socket ?? '/nonexistent';
