import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EventId, RoomId } from '../../bridge/protocol/ids.ts';
import { Halts } from '../../executor/halts.ts';

let folder = '';
/** What was sent to ops, by transaction id: the homeserver takes each id once. */
let sent: { readonly txn: string; readonly body: string }[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chavion-halts-'));
  sent = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** One start of the executor; its rules are as `broken` says. */
function started(broken: () => string | null): { readonly look: () => void } {
  const halts = new Halts(join(folder, 'halts.json'));
  halts.tellThrough({
    account: {
      send: (_room, _type, content, txn) =>
        Promise.resolve((sent.push({ txn, body: String(content['body']) }), EventId.parse('$e'))),
    },
    ops: RoomId.parse('!ops:test'),
    lang: 'en',
  });
  return {
    look: () => {
      halts.watch('rules', () => {
        const why = broken();
        if (why !== null) throw new Error(why);
      });
    },
  };
}
const told = () =>
  sent.map(({ body }) => (body.includes('takes orders again') ? 'again' : body.match(/stopped: `?([a-z]+)/)?.[1]));

it('is told once over many restarts, whenever these are', () => {
  for (let i = 0; i < 5; i += 1) started(() => 'broken').look();
  expect(new Set(sent.map(({ txn }) => txn)).size).toBe(1);
  expect(told()).toContain('broken');
});

it('is told anew where it comes back, or becomes another', () => {
  let why: string | null = 'broken';
  const one = started(() => why);
  for (const next of ['broken', null, 'broken', 'worse', null, null]) {
    why = next;
    one.look();
  }
  expect(told()).toEqual(['broken', 'again', 'broken', 'worse', 'again']);
  expect(new Set(sent.map(({ txn }) => txn)).size).toBe(sent.length);
});

it('is told to be over where it was mended while nobody ran', () => {
  started(() => 'broken').look();
  started(() => null).look();
  started(() => null).look();
  expect(told()).toEqual(['broken', 'again']);
});
