import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { agentWish } from '../../bots/agent-api/agent-words.ts';
import { budgetWish } from '../../bots/budget/budget-wish.ts';
import { parseRoomCommand } from '../../bots/commands/parse.ts';
import { defaultRoster } from '../../bridge/protocol/default-roster.ts';
import { UserId } from '../../bridge/protocol/ids.ts';
import { Roster } from '../../bridge/protocol/roster.ts';
import { parseAdmin } from '../../bridge/protocol/orders/admin-order.ts';
import { parseCycle } from '../../bridge/protocol/orders/cycle-order.ts';
import { parseRun } from '../../bridge/protocol/orders/run-order.ts';
import { parseSchedule } from '../../bridge/protocol/orders/schedule-order.ts';
import { parseChoose, parseTask } from '../../bridge/protocol/orders/task-order.ts';
import { pages, PROJECT, typed } from './docs-pages.ts';

/** What the pages tell people to type is known to whoever reads it. */

const lines = [...new Set(pages.flatMap((page) => typed(page)))].map((line) =>
  line.replace(/^\$ (?:[A-Z_]+=\S+ )?/u, '').replace(/^(?:마스터|hq) {2,}/u, ''),
);
const agents = Roster.parse(defaultRoster).agents.map((agent) => ({
  ...agent,
  userId: UserId.parse(`@agent_${agent.id}:x`),
}));

describe('npm', () => {
  const { scripts } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as {
    scripts: Readonly<Record<string, string>>;
  };
  /** Behind each `&&`, without what is said about it. */
  const npm = lines
    .flatMap((line) => line.replace(/ +#.*$/u, '').split(' && '))
    .flatMap(
      (line) =>
        /^npm (?:run )?(start|test|chat|soak|bench|lint|format|types|coverage|run \S+)(?= |$)(?: --(?: (.*))?)?/u
          .exec(line)
          ?.slice(1, 3) ?? [],
    );
  const said = npm.flatMap((_, i) =>
    i % 2 === 0 ? [{ script: npm[i] ?? '', words: (npm[i + 1] ?? '').split(' ').filter((word) => word !== '') }] : [],
  );

  it('knows every script', () => {
    expect(said.length).toBeGreaterThan(30);
    expect(said.map(({ script }) => script).filter((script) => scripts[script] === undefined)).toEqual([]);
  });

  /** Its help, asked as the reader would. */
  const help = async (script: string, ...words: readonly string[]): Promise<string> => {
    const [, ...file] = (scripts[script] ?? '').replace(/^exec /u, '').split(' ');
    const { stdout } = await promisify(execFile)('sh', [...file, ...words, '--help'], {
      cwd: PROJECT,
      env: { ...process.env, CHAVION_LANG: 'en' },
    });
    return stdout;
  };
  const verbs = [
    ...new Set(
      said.filter(({ script, words }) => script === 'start' && words.length > 0).map(({ words }) => words[0] ?? ''),
    ),
  ].filter((verb) => verb !== '--help');

  it.each(verbs)('start -- %s exists, with every flag that is named', async (verb) => {
    const usage = await help('start', verb);
    expect(usage).toContain(`npm start -- ${verb}`);
    const flags = said
      .filter(({ script, words }) => script === 'start' && words[0] === verb)
      .flatMap(({ words }) => words.slice(1).filter((word) => word.startsWith('-') && word !== '--help'));
    expect(flags.filter((flag) => !usage.includes(flag))).toEqual([]);
  });

  it('names every verb that there is', async () => {
    const all = [...(await help('start')).matchAll(/npm start -- ([a-z][a-z-]+)/gu)].map(([, verb]) => verb);
    expect(all.length).toBeGreaterThan(10);
    expect(all.filter((verb) => !verbs.includes(verb ?? ''))).toEqual([]);
  });

  it('has the benches that are named', async () => {
    const usage = await help('bench');
    const benches = said.filter(({ script }) => script === 'bench').flatMap(({ words }) => words);
    expect(benches.length).toBeGreaterThan(2);
    expect(benches.filter((name) => !usage.split(/[\s|[\]]+/u).includes(name))).toEqual([]);
    expect(await help('chat')).toContain('npm run chat --');
  });
});

describe('orders', () => {
  const WHEN = { at: Date.parse('2026-03-02T01:00:00Z'), timeZone: 'Asia/Seoul' };
  /** How each is read further in. Anything else takes any words. */
  const understood: Readonly<Record<string, (body: string, words: string) => boolean>> = {
    admin: (body) => parseAdmin(body)?.kind !== 'unknown',
    agent: (_body, words) => !['usage', 'bad-name'].includes(agentWish(words).kind),
    budget: (_body, words) => budgetWish(words, agents).kind !== 'bad',
    choose: (body) => !JSON.stringify(parseChoose(body)).includes('bad'),
    cycle: (body) => parseCycle(body)?.kind !== 'bad',
    run: (body) => parseRun(body)?.kind !== 'bad',
    schedule: (body) => parseSchedule(body, WHEN)?.kind === 'schedule',
    task: (body) => parseTask(body)?.kind !== 'bad',
  };
  const orders = [...new Set(lines.filter((line) => /^!\p{L}/u.test(line)))];

  function isUnderstood(order: string): boolean {
    const parsed = parseRoomCommand(order);
    // Shown as what is typed by mistake.
    if (parsed?.kind === 'unknown') return order === '!tlfgod' && parsed.nearest === '실행';
    const words = order.replace(/^\S+\s*/u, '');
    // Its name alone is spoken of, not typed.
    if (words === '') return true;
    return parsed?.kind === 'command' && (understood[parsed.command.name]?.(order, words) ?? true);
  }

  it('are understood, all of them', () => {
    expect(orders.length).toBeGreaterThan(60);
    expect(orders.filter((order) => !isUnderstood(order))).toEqual([]);
  });
});
