import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Executor } from '../../executor/executor.ts';
import type { SandboxJob } from '../../executor/sandbox/sandbox.ts';
import { registerExecutor } from '../../bridge/queue/executor-registry.ts';
import { EXECUTOR, HQ, startPaperExecutor } from '../house/paper-executor.ts';
import { PaperHomeserver } from '../house/paper-homeserver.ts';
import { PaperRedis } from '../house/paper-redis.ts';
import { playTrialProgram } from '../house/trial-programs.ts';

const MASTER = '@master:test';

/** What would write into a lent folder, from its order to the folder; the box is of paper, the programs for copies are the real ones. */
let paper: PaperHomeserver;
let redis: PaperRedis;
let folder: string;
let site: string;
let shop: string;
let executor: Executor;
let stopping: AbortController;
/** What the command does where it may write, and how it ends. */
let command: (lent: string) => number;
let ran: number;
/** Where the program that changes the folder is killed. */
let dies: 'before' | 'half way' | null;
/** Only in this folder; as often. */
let diesIn: { readonly folder: string; times: number } | null;
let tries: number;

beforeEach(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'chavion-tried-')));
  site = join(folder, 'site');
  mkdirSync(join(folder, 'rules'));
  shop = join(folder, 'shop');
  mkdirSync(site);
  mkdirSync(shop);
  writeFileSync(join(shop, 'page.html'), '<h1>red</h1>\n');
  writeFileSync(join(site, 'page.html'), '<h1>red</h1>\n');
  writeFileSync(join(site, 'other.txt'), 'not concerned');
  writeFileSync(
    join(folder, 'rules/lent.json'),
    JSON.stringify({
      folders: [
        { name: 'site', path: site, mode: 'rw' },
        { name: 'shop', path: shop, mode: 'rw' },
      ],
    }),
  );
  redis = new PaperRedis();
  ran = 0;
  dies = null;
  diesIn = null;
  tries = 0;
  command = (lent) => {
    writeFileSync(join(lent, 'page.html'), '<h1>blue</h1>\n');
    return 0;
  };
  paper = await PaperHomeserver.open({ [MASTER]: 100 });
  await start();
});
afterEach(async () => {
  stopping.abort();
  await executor.stop();
  await paper[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

async function start(): Promise<void> {
  ({ executor, stopping } = await startPaperExecutor({ paper, redis: redis.client(), folder, play }));
}

function play(job: SandboxJob): { readonly code: number; readonly stdout?: string; readonly stderr?: string } {
  const lent = new Map(job.lent.map(({ name, path }) => [name, path]));
  const isPut = 'argv' in job.command && job.command.argv.at(-1) === 'there';
  if (isPut && diesIn !== null && diesIn.folder === lent.get('real') && diesIn.times-- > 0)
    return { code: 137, stderr: 'killed' };
  if (isPut && dies !== null) {
    tries += 1;
    if (dies === 'half way') writeFileSync(join(lent.get('trial') ?? '', 'standing'), 'putting there');
    return { code: 137, stderr: 'killed' };
  }
  const played = playTrialProgram(job);
  if (played !== null) return played;
  const written = job.lent.filter(({ writable }) => writable);
  if (written.length === 0) return { code: 0 };
  ran += 1;
  return { code: Math.max(...written.map(({ path }) => command(path))), stdout: 'what it said\n' };
}

async function until<T>(look: () => T | undefined): Promise<T> {
  for (const end = Date.now() + 55_000; ; await new Promise((resolve) => setTimeout(resolve, 10))) {
    const found = look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`waited in vain: ${JSON.stringify(lines(), null, 1)}`);
  }
}

const order = (words: string): string => paper.say(HQ, MASTER, { msgtype: 'm.text', body: words });
const take = (root: string) =>
  executor.take({
    v: 1,
    type: 'run',
    root,
    room: HQ,
    at: paper.events.find(({ event_id }) => event_id === root)?.origin_server_ts ?? Date.now(),
    lang: 'ko',
  });
const lines = (): readonly string[] =>
  paper.events.flatMap(({ room_id, sender, type, content }) =>
    room_id === HQ && sender === EXECUTOR && type === 'm.room.message' ? [String(content.body)] : [],
  );
const said = (part: string) => until(() => lines().find((line) => line.includes(part)));
const request = () =>
  until(() => paper.events.findLast(({ sender, content }) => sender === EXECUTOR && content.body?.startsWith('✋')));
const page = () => readFileSync(join(site, 'page.html'), 'utf8');
const audit = () => readFileSync(join(folder, 'audit.jsonl'), 'utf8');
const yes = async () => void paper.react(HQ, MASTER, (await request()).event_id, '✅');

describe('what would write into a lent folder', { timeout: 180_000 }, () => {
  it('runs on a copy, shows what would change, and with a yes is put there without running again; !undo takes it back', async () => {
    await take(order('!run --write site make it blue'));
    const { content } = await request();
    expect(page()).toBe('<h1>red</h1>\n');
    expect(ran).toBe(1);
    expect(content.body).toContain('make it blue');
    expect(content.body).toContain('page.html');
    expect(content.body).toContain('- <h1>red</h1>\n+ <h1>blue</h1>');
    expect(content.body).not.toContain('other.txt');
    await yes();
    const put = await said('!되돌리기');
    expect([page(), ran]).toEqual(['<h1>blue</h1>\n', 1]);
    expect(lines().some((line) => line.includes('what it said'))).toBe(true);
    expect(audit()).toContain('"changes.put"');

    order(`!되돌리기 ${/!되돌리기 ([0-9a-f]+)/.exec(put)?.[1] ?? ''}`);
    await said('↩️');
    expect(page()).toBe('<h1>red</h1>\n');
    expect(readdirSync(site).toSorted()).toEqual(['other.txt', 'page.html']);
    order('!되돌리기');
    await said('되돌릴 것이 없습니다');
  });

  it('asks nothing where it fails or changes nothing, and the folder is as it was', async () => {
    command = (lent) => {
      rmSync(join(lent, 'page.html'));
      return 3;
    };
    await take(order('!run --write site fail'));
    await said('✗');
    command = () => 0;
    await take(order('!run --write site look'));
    await said('✓');
    expect(page()).toBe('<h1>red</h1>\n');
    expect(lines().filter((line) => line.startsWith('✋'))).toEqual([]);
  });

  it('puts nothing there once the folder has changed, and what may be repeated asks anew of the folder as it is', async () => {
    await take(order('!run --write site --repeatable make it blue'));
    const first = await request();
    writeFileSync(join(site, 'other.txt'), 'somebody else');
    await yes();
    await said('other.txt');
    const second = await until(() => {
      const last = paper.events.findLast(
        ({ sender, content }) => sender === EXECUTOR && content.body?.startsWith('✋'),
      );
      return last?.event_id === first.event_id ? undefined : last;
    });
    expect([page(), ran]).toEqual(['<h1>red</h1>\n', 2]);
    paper.react(HQ, MASTER, second.event_id, '✅');
    await said('!되돌리기');
    expect([page(), readFileSync(join(site, 'other.txt'), 'utf8'), ran]).toEqual([
      '<h1>blue</h1>\n',
      'somebody else',
      2,
    ]);
  });

  it('says so where nothing could be put there', async () => {
    await take(order('!run --write site make it blue'));
    await request();
    dies = 'before';
    await yes();
    await said('⊘');
    expect([page(), ran]).toEqual(['<h1>red</h1>\n', 1]);
  });

  it('is put there after a start, and nothing runs again, where the executor died half way', async () => {
    await take(order('!run --write site make it blue'));
    await request();
    dies = 'half way';
    await yes();
    await said('일부만');
    expect(tries).toBe(3);
    stopping.abort();
    await executor.stop();
    dies = null;
    await start();
    expect([page(), ran]).toEqual(['<h1>blue</h1>\n', 1]);
  });

  it('does not take back what somebody has changed since', async () => {
    await take(order('!run --write site make it blue'));
    await yes();
    await said('!되돌리기');
    writeFileSync(join(site, 'page.html'), 'mine');
    order('!되돌리기');
    await said('누군가 또 바꾼 것이 있습니다');
    expect(page()).toBe('mine');
  });

  const pages = () =>
    [site, shop].map((one) => /red|blue|mine/.exec(readFileSync(join(one, 'page.html'), 'utf8'))?.[0]);
  const BOTH = '--write site --write shop';

  // Whichever of the two comes first.
  it.each(['site', 'shop'])('takes back nothing of two folders where %s was changed since', async (changed) => {
    await take(order(`!run ${BOTH} make them blue`));
    await yes();
    await said('!되돌리기');
    expect(pages()).toEqual(['blue', 'blue']);
    writeFileSync(join(folder, changed, 'page.html'), 'mine');
    order('!되돌리기');
    await said('아무것도 되돌리지 않았습니다');
    expect(pages()).toEqual(changed === 'site' ? ['mine', 'blue'] : ['blue', 'mine']);
    writeFileSync(join(folder, changed, 'page.html'), '<h1>blue</h1>\n');
    order('!되돌리기');
    await said('↩️');
    expect(pages()).toEqual(['red', 'red']);
  });

  it.each(['site', 'shop'])('puts all of two folders there where %s could be put only the second time', async (one) => {
    await take(order(`!run ${BOTH} make them blue`));
    await request();
    diesIn = { folder: join(folder, one), times: 1 };
    await yes();
    await said('!되돌리기');
    expect(pages()).toEqual(['blue', 'blue']);
  });

  it.each(['site', 'shop'])('keeps nothing of two folders where %s could not be put', async (one) => {
    await take(order(`!run ${BOTH} make them blue`));
    await request();
    diesIn = { folder: join(folder, one), times: 100 };
    await yes();
    await said('⊘');
    expect(pages()).toEqual(['red', 'red']);
    stopping.abort();
    await executor.stop();
    diesIn = null;
    await start();
    await until(() => (readdirSync(join(folder, 'trials')).length === 0 ? true : undefined));
    expect(pages()).toEqual(['red', 'red']);
  });

  it('says that the folder is as it was where nothing can be laid beside it, and asks before a trial then', async () => {
    await take(order('!run --write site make it blue'));
    await request();
    writeFileSync(join(site, '.chavion-changes'), 'somebody’s');
    await yes();
    expect(await said('⊘')).toContain('폴더는 그대로입니다');
    expect([page(), ran]).toEqual(['<h1>red</h1>\n', 1]);
    await take(order('!run --write site make it blue'));
    await said('폴더 맨 위에 새 파일을 만들 수 없습니다');
    expect(ran).toBe(1);
  });

  it('shows permissions that change, and says what it does not show', async () => {
    chmodSync(join(site, 'other.txt'), 0o600);
    command = (lent) => {
      chmodSync(join(lent, 'other.txt'), 0o777);
      writeFileSync(join(lent, 'page.html'), Buffer.from([0, 1]));
      return 0;
    };
    await take(order('!run --write site open it'));
    const { body } = (await request()).content;
    expect(body).toMatch(/other\.txt.*권한 600 → 777/);
    expect(body).toMatch(/page\.html.*내용은 보이지 않습니다/);
  });

  it('asks when the job comes again, where it could not after the trial', async () => {
    command = (lent) => {
      for (let n = 0; n < 30; n += 1) writeFileSync(join(lent, `f${n}`), 'x');
      return 0;
    };
    paper.takesUploads = false;
    const root = order('!run --write site make many');
    await expect(take(root)).rejects.toBeInstanceOf(Error);
    expect(lines().filter((line) => line.startsWith('✋'))).toEqual([]);
    paper.takesUploads = true;
    await take(root);
    await request();
    expect(ran).toBe(1);
    expect(lines()).toContain('changes.txt');
  });

  it('takes nothing back without a code where there are several executors', async () => {
    const other = redis.client();
    const own = { host: 'home', busy: 0, concurrency: 1, at: Date.now() + 60_000 };
    for (const id of ['one', 'other']) await registerExecutor(other, { ...own, id });
    await take(order('!run --write site make it blue'));
    await yes();
    await said('!되돌리기');
    order('!되돌리기');
    const whose = await said('실행자가 여럿');
    expect(page()).toBe('<h1>blue</h1>\n');
    order(`!되돌리기 ${/!되돌리기 ([0-9a-f]+)/.exec(whose)?.[1] ?? ''}`);
    await said('↩️');
    expect(page()).toBe('<h1>red</h1>\n');
  });

  it('obeys nobody but masters, in taking back too', async () => {
    await take(order('!run --write site make it blue'));
    await yes();
    await said('!되돌리기');
    paper.say(HQ, '@stranger:test', { msgtype: 'm.text', body: '!되돌리기' });
    order('!되돌리기 00000000');
    await said('변경이 없습니다');
    expect(page()).toBe('<h1>blue</h1>\n');
  });

  it('asks before it runs where it is wanted on the real folder, or reaches the network', async () => {
    for (const words of ['--live --write site serve', '--net example.org:443 --write site fetch']) {
      await take(order(`!run ${words}`));
      await until(() => (lines().filter((line) => line.startsWith('✋')).length > 0 ? true : undefined));
      expect(ran).toBe(0);
    }
    expect(existsSync(join(folder, 'trials')) ? readdirSync(join(folder, 'trials')) : []).toEqual([]);
  });
});
