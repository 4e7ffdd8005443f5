import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Shown } from '../house/person.ts';
import { calls, inSteps, type Question } from '../house/providers.ts';
import { Scene } from '../house/scene.ts';
import { httpToolServer } from '../house/tools/http-server.ts';
import { verb } from '../house/verb.ts';

/** In a house of its own: strangers' words and private ones in the same conversation would make reading ask, too. */
let scene: Scene;
beforeAll(async () => {
  scene = await Scene.open();
});
afterAll(() => scene[Symbol.asyncDispose]());
beforeEach(() => scene.providers.reset());

const offered = (question: Question | undefined) => (question?.tools ?? []).map(({ name }) => name);

/** All that stands in the room under these accounts since the question. */
function since(question: string, ...who: readonly string[]): readonly Shown[] {
  const shown = scene.master.shown(scene.hq);
  const at = shown.findIndex(({ id }) => id === question);
  return at === -1 ? [] : shown.slice(at + 1).filter((one) => who.includes(one.who));
}

describe('a tool of a server that the owner adds', () => {
  const folder = mkdtempSync(join(tmpdir(), 'chavion-notes-'));
  const file = join(folder, 'effects');
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const effects = () => readFileSync(file, 'utf8').split('\n').filter(Boolean);

  it('is offered at once; what reads runs, what writes asks whole and runs once; what has changed is not called', async () => {
    const { master, hq, ops, providers, house } = scene;
    writeFileSync(file, '');
    await using server = await httpToolServer(file, 'Bearer key-4711');
    const added = await verb(
      house,
      ['tools', 'add', 'notes', server.url, '--header', 'Authorization', '--trust-reading'],
      'Bearer key-4711\n',
    );
    expect(added.said).toContain('read_note');
    expect(added.code).toBe(0);

    // The swarm hears of it within seconds, without a restart.
    for (let asked = 0; ; asked += 1) {
      providers.play('네.', 'claude');
      await master.answered(hq, await master.say(hq, '클로드야 지금 쓸 수 있는 메모 도구가 있는지 찾아봐'));
      if (offered(providers.asked('claude').at(-1)).includes('notes__read_note')) break;
      expect(asked, 'times that it was not offered').toBeLessThan(20);
    }

    providers.reset();
    const read = { name: 'notes__read_note', input: { name: '장보기' } };
    providers.play(inSteps(calls(read), '우유와 빵입니다.'), 'claude');
    await master.answered(hq, await master.say(hq, '클로드야 장보기 메모 읽어 줘'));
    expect(providers.asked('claude')[1]?.results[0]).toMatchObject({ text: expect.stringContaining('우유, 빵') });
    expect(effects()).toEqual(['read 장보기']);

    providers.reset();
    const write = { name: 'notes__write_note', input: { name: '장보기', text: '두부 두 모' } };
    providers.play(inSteps(calls(write), '허락을 부탁드렸습니다.'), 'claude');
    const question = await master.say(hq, '클로드야 장보기 메모에 두부 적어 줘');
    await master.answered(hq, question);
    const request = await master.until('the request', hq, () =>
      since(question, 'executor').find(({ body }) => body.startsWith('✋')),
    );
    for (const part of ['notes write_note', '두부 두 모', server.url]) expect(request.body).toContain(part);
    expect(effects()).toEqual(['read 장보기']);
    providers.play('적었습니다.', 'claude');
    await master.react(hq, request.id, '✅');
    await master.until('what the agent says to that', hq, () =>
      since(request.id, 'claude').find(({ body }) => body === '적었습니다.'),
    );
    expect(effects()).toEqual(['read 장보기', 'write 장보기 6']);

    // By now strangers' words and the owner's own have met here: reading asks as well.
    server.manner = 'renamed';
    providers.reset();
    providers.play(inSteps(calls(read), '허락을 부탁드렸습니다.'), 'claude');
    const again = await master.say(hq, '클로드야 장보기 메모 다시 읽어 줘');
    await master.answered(hq, again);
    const second = await master.until('the second request', hq, () =>
      since(again, 'executor').find(({ body }) => body.startsWith('✋')),
    );
    providers.play('못 읽었습니다.', 'claude');
    await master.react(hq, second.id, '✅');
    await master.until('what the agent says to that', hq, () =>
      since(second.id, 'claude').find(({ body }) => body === '못 읽었습니다.'),
    );
    expect(effects()).toHaveLength(2);
    await master.until('what is told in ops', ops, () =>
      master.shown(ops).find(({ body }) => body.includes('tools accept') && body.includes('read_note')),
    );
    expect(JSON.stringify(master.shown(ops))).not.toContain('4711');
  });

  it('is listed in the room, and taken from one agent there', async () => {
    const { master, hq, providers } = scene;
    expect((await master.noticed(hq, await master.say(hq, '!도구'))).body).toContain(
      '**notes**: `read_note` (묻지 않음), `write_note`',
    );
    expect((await master.noticed(hq, await master.say(hq, '!도구 notes 클로드 끄기'))).body).toContain('쓰지 않습니다');
    providers.reset();
    await master.answered(hq, await master.say(hq, '클로드야 장보기 메모 다시 읽어 줘'));
    expect(offered(providers.asked('claude')[0])).toContain('run_command');
    expect(offered(providers.asked('claude')[0])).not.toContain('notes__write_note');
    await master.noticed(hq, await master.say(hq, '!도구 클로드 끄기'));
    providers.reset();
    await master.answered(hq, await master.say(hq, '클로드야 장보기 메모 또 읽어 줘'));
    expect(offered(providers.asked('claude')[0])).toEqual([]);
  });
});
