import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { executorAnswers, executorHealth } from '../../bridge/launcher/executor-part.ts';
import { adminReport } from '../../bridge/operations/admin/reports.ts';
import { EXECUTOR_SOCKET, type ExecutorHealth } from '../../bridge/protocol/executor-settings.ts';
import { adminLines } from '../../bridge/text/room/admin.ts';
import { watchedText } from '../../bridge/text/room/watched.ts';
import { serveHealth, watchedOnly } from '../../executor/health.ts';
import { rulesReader } from '../../executor/policy/rules.ts';
import { HomeserverClient } from '../../synapse/client.ts';
import { people } from '../../synapse/residents.ts';

let folder = '';
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'chavion-watched-')));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const lend = (...folders: readonly { readonly name: string; readonly mode: 'ro' | 'rw' }[]) =>
  writeFileSync(
    join(folder, 'lent.json'),
    JSON.stringify({
      folders: folders.map((one) => {
        mkdirSync(join(folder, one.name), { recursive: true });
        return { ...one, path: join(folder, one.name) };
      }),
    }),
  );

describe('where no limit of the kernel holds what commands write', () => {
  it('is known to the launcher from the executor itself, in whatever state that is', async () => {
    let state: ExecutorHealth['state'] = 'working';
    let why: string | null = 'unshare: Operation\n not permitted';
    const rules = rulesReader(folder);
    const socket = await serveHealth(join(folder, EXECUTOR_SOCKET), () => ({
      state,
      watched: watchedOnly(why, rules),
    }));
    try {
      lend({ name: 'shop', mode: 'rw' }, { name: 'books', mode: 'ro' });
      expect(await executorHealth(folder)).toEqual({
        state: 'working',
        watched: { workspaces: 'unshare: Operation not permitted', lent: ['shop'] },
      });
      state = 'halted';
      why = null;
      writeFileSync(join(folder, 'lent.json'), 'broken');
      expect(await executorHealth(folder)).toEqual({ state: 'halted', watched: { workspaces: null, lent: [] } });
      expect([await executorAnswers(folder), await executorAnswers(folder, '/health')]).toEqual([true, false]);
      state = 'starting';
      expect(await executorHealth(folder)).toMatchObject({ state: 'starting' });
    } finally {
      await socket.close();
    }
    expect(await executorHealth(folder)).toBeUndefined();
  });

  it('is said in both languages, and nothing where it holds everywhere', () => {
    const said = (watched: ExecutorHealth['watched']) =>
      watchedText(watched).map((phrase) => [phrase.ko(), phrase.en()]);
    expect(said(undefined)).toEqual([]);
    expect(said({ workspaces: null, lent: [] })).toEqual([]);
    expect(said({ workspaces: 'no user namespaces', lent: ['shop', 'site'] })).toEqual([
      [
        expect.stringMatching(/커널이 막아 주지 못합니다 \(no user namespaces\)/),
        expect.stringMatching(/does not limit .*\(no user namespaces\)/),
      ],
      [expect.stringContaining('/lent/shop, /lent/site:'), expect.stringContaining('/lent/shop, /lent/site: ')],
    ]);
  });

  it('stands in what a master sees of the disk', async () => {
    const facts = {
      place: 'machine' as const,
      disk: () => Promise.resolve({ used: [], free: 5e9, watched: { workspaces: null, lent: ['shop'] } }),
      versions: () => Promise.resolve([]),
      lastBackup: () => null,
      health: () => Promise.resolve([]),
    };
    const asked = (lang: 'ko' | 'en') =>
      adminReport('disk', {
        client: new HomeserverClient('http://127.0.0.1:9'),
        token: '',
        who: people('house.test'),
        masters: new Set(),
        off: new Set<string>(),
        facts,
        lines: adminLines[lang],
      });
    expect(await asked('ko')).toMatch(/- 쓰기까지 빌려준 폴더 \/lent\/shop: .*지켜보기만/);
    expect(await asked('en')).toContain('only watched');
  });
});
