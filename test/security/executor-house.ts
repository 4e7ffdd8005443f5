import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { wholeInFile } from '../../bridge/text/room/executor.ts';
import { ExecutorScene } from '../integration/executor-scene.ts';
import type { Shown } from '../house/person.ts';
import type { Json } from '../house/provider-formats.ts';
import type { HostServices, Outcome, Scene } from './case.ts';
import { openHostServices } from './house.ts';
import type { OrderCase, OrderOutcome, SentFile } from './order.ts';

const isRoot = process.getuid?.() === 0;
/** Nobody's number, and no other test's. */
const ORDINARY = { uid: 64_323, gid: 64_323 };

/** Small, so that passing them takes no time; what `policy.json` has no word for stays as it is for everybody. */
const POLICY = {
  mode: 'auto',
  concurrency: 8,
  limits: { memoryMiB: 192, diskMiB: 32, processes: 48, cpuSeconds: 20, timeoutSeconds: 60 },
};

export type Starter = 'root' | 'an ordinary account';

/** A whole house with its executor; attacks go in as the master's orders, and what came of them is read from the rooms. */
export class ExecutorHouse implements AsyncDisposable {
  readonly scene: ExecutorScene;
  readonly host: HostServices & AsyncDisposable;
  readonly #folder: string;
  readonly #owner: { readonly uid: number; readonly gid: number };
  readonly #secrets: readonly string[];
  readonly roots = new Map<string, string>();

  private constructor(scene: ExecutorScene, host: HostServices & AsyncDisposable, folder: string) {
    this.scene = scene;
    this.host = host;
    this.#folder = folder;
    this.#owner = statSync(scene.folder);
    const token = String(JSON.parse(readFileSync(join(scene.folder, 'session.json'), 'utf8')).access_token);
    const { passwords, redis, appservice } = scene.scene.secrets;
    this.#secrets = [token, passwords.executor, redis.executor, redis.swarm, appservice.appservice, 'CHAVION_EXECUTOR'];
  }

  static async open(starter: Starter): Promise<ExecutorHouse> {
    const scene = await ExecutorScene.open(isRoot && starter !== 'root' ? { account: ORDINARY } : {});
    const owner = statSync(scene.folder);
    const folder = realpathSync(mkdtempSync('/var/tmp/chavion-orders-'));
    chmodSync(folder, 0o755);
    const house = new ExecutorHouse(scene, await openHostServices(owner), folder);
    for (const name of ['papers', 'site', 'secrets']) house.#give(join(folder, name));
    house.#write(join(folder, 'papers', 'paper'), 'as it was');
    house.#write(join(folder, 'site', 'page'), 'as it was');
    const lent = {
      folders: [
        { name: 'papers', path: join(folder, 'papers'), mode: 'ro' },
        { name: 'site', path: join(folder, 'site'), mode: 'rw' },
      ],
    };
    scene.write('lent.json', JSON.stringify(lent));
    scene.write('policy.json', JSON.stringify(POLICY));
    // How many run at once is read at the executor's start.
    const before = await scene.scene.house.kill('executor');
    await scene.scene.house.reborn('executor', before);
    await scene.run('true');
    return house;
  }

  /** Who really runs the executor. */
  get owner(): number {
    return this.#owner.uid;
  }

  stage(): Scene {
    const name = `case-${randomBytes(5).toString('hex')}`;
    const secret = this.#give(join(this.#folder, 'secrets', name));
    const neighbour = this.#give(join(this.scene.folder, 'workspaces', `other-${name}`));
    const token = `token-${randomBytes(8).toString('hex')}`;
    const note = `neighbour-${randomBytes(8).toString('hex')}`;
    this.#write(join(secret, 'key'), token);
    this.#write(join(neighbour, 'note'), note);
    return {
      workspace: this.#give(join(this.scene.folder, 'workspaces', 'direct', name)),
      secret: { path: join(secret, 'key'), folder: secret, token },
      neighbour: { path: neighbour, token: note },
      papers: join(this.#folder, 'papers'),
      site: join(this.#folder, 'site'),
      marker: `chavion-marker-${name}`,
      host: this.host,
    };
  }

  /** Orders it, gives the yes that it takes, and says which harm was done; undefined when none was. */
  async harmOf(each: OrderCase): Promise<string | undefined> {
    const stage = this.stage();
    try {
      each.prepare?.(stage);
      const root = await this.scene.master.say(this.scene.hq, `!run ${each.order(stage)}`);
      this.roots.set(each.name, root);
      const outcome = await this.#outcome(root, each.cancelAfterMs);
      const tokens = [stage.secret.token, stage.neighbour.token];
      const leaked = outcome.files.find(({ text }) => tokens.some((token) => text.includes(token)));
      const harm =
        (await each.harm(stage, outcome)) ??
        (leaked === undefined ? undefined : `a foreign file was sent as ${leaked.name}`) ??
        this.#harmOfMessages(root);
      if (harm !== undefined) return `${harm}\n${this.#told(root)}`;
      const attempted =
        typeof each.attempted === 'string' ? outcome.stdout.includes(each.attempted) : each.attempted(outcome);
      return attempted
        ? undefined
        : `the attack was not made: ${JSON.stringify(outcome).slice(0, 1_500)}\n${this.#told(root)}`;
    } finally {
      rmSync(stage.workspace, { recursive: true, force: true });
      // The executor remembers how full it left the workspace; the next is to find it empty.
      if (each.alone === true) await this.scene.run('true');
    }
  }

  /** Every message and file that the executor wrote about an order, edits included, as its events stand in the rooms. */
  messages(root: string): readonly Json[] {
    const { hq, ops, master } = this.scene;
    return [hq, ops]
      .flatMap((room) => master.events(room))
      .filter((event) => event.sender.startsWith('@executor:') && event.content?.['com.chavion']?.source === root);
  }

  async #outcome(root: string, cancelAfterMs: number | undefined): Promise<OrderOutcome> {
    const { scene } = this;
    const { master, hq, ops } = scene;
    if (cancelAfterMs !== undefined) {
      await master.until('its beginning', hq, () => this.#lines(root).find(({ event }) => event === 'job.started'));
      await sleep(cancelAfterMs);
      await master.react(hq, root, '🛑');
    }
    const first = await master.until('an answer', hq, () =>
      scene.said(hq, root).find(({ body }) => /^[✓✗⊘■?✋]/.test(body)),
    );
    if (first.body.startsWith('✋')) await master.react(hq, (await scene.asked(root)).id, '✅');
    await master.until('the end', hq, () => scene.said(hq, root).find(({ body }) => /^[✓✗⊘■?]/.test(body)));
    const line = await master.until('the record', hq, () =>
      this.#lines(root).find(({ event }) => event === 'job.ended' || event === 'order.refused'),
    );
    if (line.event === 'order.refused' || line.data.outcome.kind === 'refused')
      return { result: { kind: 'refused', fields: [] }, stdout: '', stderr: '', files: [] };
    const told = await scene.ended(ops, root);
    // Files come after the message that tells of the end, and the ledger is closed after them.
    const expected = line.data.artifacts.length + (told.body.includes(wholeInFile.ko()) ? 1 : 0);
    const shown = await master.until('the files', ops, () => {
      const all = [hq, ops].flatMap((room) =>
        master.shown(room).filter((one) => one.source === root && one.msgtype === 'm.file'),
      );
      return all.length >= expected && this.#reported(root) ? all : undefined;
    });
    const files = await Promise.all(shown.map((one) => this.#file(one)));
    const whole =
      files.find(({ name }) => name === 'output.txt')?.text ??
      /\n(`{3,})\n([^]*)\n\1/.exec(told.body)?.[2] ??
      told.body.split('\n').slice(2).join('\n');
    const text = `${whole}\n`;
    return { result: resultOf(line.data.outcome), stdout: text, stderr: text, files };
  }

  async #file(shown: Shown): Promise<SentFile> {
    return { name: shown.body, text: await this.scene.master.download(String(shown.content.url)) };
  }

  #lines(root: string): readonly Json[] {
    return this.scene.audit().lines.filter((line) => line.data.root === root);
  }

  #reported(root: string): boolean {
    return readFileSync(join(this.scene.folder, 'ledger.jsonl'), 'utf8')
      .split('\n')
      .some((line) => line.startsWith('{"state":"reported"') && line.includes(`"${root}.0.1"`));
  }

  /** What no output may bring about in a room. */
  #harmOfMessages(root: string): string | undefined {
    for (const event of this.messages(root)) {
      const inner = event.content['m.new_content'];
      const harm = this.#harmOfContent(event.content) ?? (inner === undefined ? undefined : this.#harmOfContent(inner));
      if (harm !== undefined) return `${harm}: ${JSON.stringify(event.content).slice(0, 1_500)}`;
    }
    return this.messages(root).length === 0 ? 'nothing was said of it' : undefined;
  }

  #harmOfContent(content: Json): string | undefined {
    const body = String(content.body);
    const html = String(content.formatted_body ?? '');
    if (STEERING.test(body) || STEERING.test(html)) return 'it steers a terminal or hides letters';
    if (this.#secrets.some((secret) => body.includes(secret) || html.includes(secret)))
      return 'a secret of the executor was shown';
    // A request is to ring at its master's, and nothing else is to ring at all.
    const calls = JSON.stringify(content['m.mentions']);
    if (
      calls !== '{}' &&
      !(body.startsWith('✋') && calls === JSON.stringify({ user_ids: [this.scene.master.userId] }))
    )
      return 'it calls somebody';
    const foreign = [...html.matchAll(/<\/?([a-z0-9]+)([^>]*)>/gi)].find(
      ([, tag = '', rest = '']) => !TAGS.has(tag) || (rest !== '' && rest !== ' /'),
    );
    if (foreign !== undefined) return `it writes HTML: ${foreign[0]}`;
    const outside = html.replace(/<(pre|code)>[^]*?<\/\1>/g, '');
    if (/@room|matrix\.to|evil|<h1|https?:/.test(outside)) return 'it got out of its block';
    const { v, kind, source } = content['com.chavion'] ?? {};
    if (v !== 1 || kind !== 'notice' || typeof source !== 'string') return 'it speaks for somebody else';
    return ['m.text', 'm.notice', 'm.file'].includes(content.msgtype)
      ? undefined
      : `a message of type ${String(content.msgtype)}`;
  }

  #told(root: string): string {
    return this.messages(root)
      .map(({ content }) => String(content.body).slice(0, 600))
      .join('\n---\n');
  }

  #give(folder: string): string {
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    chownSync(folder, this.#owner.uid, this.#owner.gid);
    return folder;
  }

  #write(path: string, text: string): void {
    writeFileSync(path, text, { mode: 0o600 });
    chownSync(path, this.#owner.uid, this.#owner.gid);
  }

  /** Folders of the common workspace that a case has left. */
  leftovers(): readonly string[] {
    return readdirSync(join(this.scene.folder, 'workspaces', 'direct'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.host[Symbol.asyncDispose]();
    await this.scene[Symbol.asyncDispose]();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function resultOf(outcome: Json): Outcome['result'] {
  const used = { ms: Number(outcome.ms ?? 0), cpuMs: 0, maxRssBytes: Number(outcome.rssBytes ?? 0) };
  if (outcome.kind === 'stopped') return { kind: 'killed', why: 'cancelled', ...used };
  if (outcome.kind === 'failed' && outcome.why === 'killed') return { kind: 'killed', why: outcome.detail, ...used };
  if (outcome.kind === 'failed' && outcome.why === 'sandbox') return { kind: 'sandbox-error', detail: outcome.detail };
  if (outcome.kind === 'done' || outcome.kind === 'failed') return { kind: 'exited', code: outcome.exitCode, ...used };
  return { kind: 'sandbox-error', detail: JSON.stringify(outcome) };
}

const STEERING =
  // eslint-disable-next-line no-control-regex -- their absence is the point
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u200B\u200E\u200F\u202A-\u202E\u2060-\u2069\uFEFF\u{E0000}-\u{E0FFF}]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])/u;
const TAGS = new Set(['p', 'pre', 'code', 'br', 'strong', 'em', 'ul', 'ol', 'li']);
