import { rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { request } from 'node:http';
import { plainLine } from '../bridge/matrix/foreign-words.ts';
import type { ExecutorHealth, WatchedOnly } from '../bridge/protocol/executor-settings.ts';
import { BrokenRules, type Rules, rulesNow } from './policy/rules.ts';

/** Says on a socket of its own how the executor is: 200 while it takes orders, 503 with the reason while it does not. */
export async function serveHealth(path: string, health: () => ExecutorHealth): Promise<{ close(): Promise<void> }> {
  if (await answers(path)) throw new Error('another executor works on this folder');
  rmSync(path, { force: true });
  const server = createServer((incoming, outgoing) => {
    const now = health();
    const ok = now.state === 'working' || (incoming.url === '/alive' && now.state === 'halted');
    outgoing.writeHead(ok ? 200 : 503, { 'content-type': 'application/json' }).end(JSON.stringify(now));
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve));
  return {
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    request({ socketPath: path, path: '/alive', timeout: 1_000 }, (response) => {
      response.resume();
      resolve(true);
    })
      .once('error', () => resolve(false))
      .end();
  });
}

/** `why` the kernel holds no workspaces, or null. Broken rules lend nothing. */
export function watchedOnly(why: string | null, rules: () => Rules): WatchedOnly {
  const now = rulesNow(rules);
  const lent = now instanceof BrokenRules ? [] : now.lent.filter(({ mode }) => mode === 'rw').map(({ name }) => name);
  return { workspaces: why === null ? null : plainLine(why, 200), lent };
}
