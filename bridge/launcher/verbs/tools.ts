import type { ServerName } from '../../protocol/outside-commands.ts';
import { join } from 'node:path';
import { toolChanges, toolPin } from '../../digest/tool-pin.ts';
import { bareEnvironment, type Environment } from '../../config/environment.ts';
import { loadSettings } from '../../config/load.ts';
import { ConfigRefusal } from '../../config/refusal.ts';
import { runProgram } from '../../processes/run-program.ts';
import {
  MOST_TOOLS,
  readTools,
  saysReadOnly,
  type ServerTool,
  TOOL_FILES,
  type ToolCheck,
  ToolCheckEnd,
  ToolSecrets,
  type ToolServer,
  ToolServers,
} from '../../protocol/tools/tool-servers.ts';
import { cleanText } from '../../text/clean-text.ts';
import { lendText } from '../../text/terminal/lend.ts';
import { toolsText } from '../../text/terminal/tools.ts';
import { find } from '../instance/accounts.ts';
import { type Owner, readJson } from '../instance/files.ts';
import { dataPaths, Instance, stateRoot } from '../instance/instance.ts';
import { ensureRules, readLent, writeRule } from '../instance/rules-folder.ts';
import type { Terminal } from '../instance/terminal.ts';
import type { HiddenInput } from './hidden-input.ts';
import { parseToolOrder, type ToolWish } from './tool-order.ts';

const MOST_SERVERS = 16;

export interface ToolsVerb {
  readonly project: string;
  readonly environment: Environment;
  readonly args: readonly string[];
  readonly terminal: Terminal;
  readonly input: () => HiddenInput;
  /** Connects once; without it, by a process of the executor's account. */
  readonly check?: (check: ToolCheck) => Promise<ToolCheckEnd>;
}

/** `npm start -- tools`: takes effect with the next call, without a restart. Returns the exit code. */
export async function tools(asked: ToolsVerb, stop: AbortSignal): Promise<number> {
  const { project, environment, args, terminal } = asked;
  const order = parseToolOrder(args);
  if (order.kind === 'bad') {
    if (order.word !== undefined) terminal.say(toolsText.badWord(order.word));
    terminal.say(toolsText.usage);
    return 2;
  }
  const settings = loadSettings(environment);
  const paths = dataPaths(project, settings);
  const instance = readJson(paths.instance, Instance);
  if (instance === undefined) throw new ConfigRefusal(lendText.notBegun);
  const owner = instance.separated ? await find('executor') : undefined;
  const rules = ensureRules(instance, paths, owner);
  const shelf = openShelf(rules, owner);
  const folder = join(stateRoot(instance, paths), 'executor');
  const connect =
    asked.check ??
    ((check: ToolCheck) => checked(asked, stop, { check, folder, owner, timeZone: settings.CHAVION_TZ }));
  const check: Check = ({ name, connection }, secret) =>
    connect({
      server: { name, connection },
      ...(secret === undefined ? {} : { secret }),
      lent: [...readLent(rules)],
    });
  switch (order.kind) {
    case 'list':
      if (shelf.servers.length === 0) terminal.say(toolsText.none);
      for (const server of shelf.servers) showServer(server, terminal);
      return 0;
    case 'remove':
      known(shelf, order.name);
      shelf.save(order.name, undefined, undefined);
      terminal.say(toolsText.removed(order.name));
      return 0;
    case 'accept': {
      const before = known(shelf, order.name);
      const end = await check(before, shelf.secrets[order.name]);
      return accept(before, end, shelf, terminal);
    }
    case 'add':
      return add(order.wish, shelf, check, asked);
  }
}

interface Shelf {
  readonly servers: readonly ToolServer[];
  readonly secrets: ToolSecrets;
  /** `server` undefined: it goes. */
  save(name: ServerName, server: ToolServer | undefined, secret: string | undefined): void;
}

function openShelf(rules: string, owner: Owner | undefined): Shelf {
  const file = (name: string) => join(rules, name);
  const servers = readJson(file(TOOL_FILES.servers), ToolServers)?.servers ?? [];
  const secrets = readJson(file(TOOL_FILES.secrets), ToolSecrets) ?? {};
  return {
    servers,
    secrets,
    save(name, server, secret) {
      const { [name]: _, ...others } = secrets;
      // Its key first: a server is never called without the one that it was added with.
      const keys: ToolSecrets = secret === undefined ? others : { ...others, [name]: secret };
      writeRule(rules, TOOL_FILES.secrets, keys, owner?.gid, owner === undefined ? 0o600 : 0o640);
      const kept = servers.filter((one) => one.name !== name);
      writeRule(
        rules,
        TOOL_FILES.servers,
        { servers: server === undefined ? kept : [...kept, server] } satisfies ToolServers,
        owner?.gid,
      );
    },
  };
}

function known({ servers }: Shelf, name: ServerName): ToolServer {
  const server = servers.find((one) => one.name === name);
  if (server === undefined) throw new ConfigRefusal(toolsText.unknown(name));
  return server;
}

type Check = (server: ToolCheck['server'], secret: string | undefined) => Promise<ToolCheckEnd>;

async function add(wish: ToolWish, shelf: Shelf, check: Check, { terminal, input }: ToolsVerb): Promise<number> {
  const { name, connection, trustReading, only } = wish;
  if (shelf.servers.filter((one) => one.name !== name).length >= MOST_SERVERS)
    throw new ConfigRefusal(toolsText.tooMany(MOST_SERVERS));
  const secret = await secretOf(wish, terminal, input);
  terminal.say(toolsText.connecting(name));
  const end = await check({ name, connection }, secret);
  if (end.kind === 'failed') return failed(name, end.why, terminal);
  const pinned = usable(end.tools, only, terminal);
  if (pinned.length === 0) return failed(name, toolsText.noTools[terminal.lang](), terminal);
  if (pinned.length > MOST_TOOLS) throw new ConfigRefusal(toolsText.tooManyTools(pinned.length, MOST_TOOLS));
  const server: ToolServer = {
    name,
    connection: { ...connection, inner: end.inner },
    trustReading,
    ...(only === undefined ? {} : { only: [...only] }),
    tools: [...pinned],
  };
  shelf.save(name, server, secret);
  showServer(server, terminal);
  if (end.inner.length > 0) terminal.say(toolsText.inner(end.inner.join(', ')));
  terminal.say(toolsText.added(name, trustReading));
  return 0;
}

async function secretOf(
  { connection, secret }: ToolWish,
  terminal: Terminal,
  input: () => HiddenInput,
): Promise<string | undefined> {
  if (secret !== undefined || connection.kind !== 'http' || connection.header === undefined) return secret;
  using hidden = input();
  const typed = (await hidden.ask(`  ${toolsText.askHeader(connection.header)[terminal.lang]()}`))?.trim() ?? '';
  if (!/^[\x20-\x7e]{1,8000}$/.test(typed)) throw new ConfigRefusal(toolsText.noHeader(connection.header));
  return typed;
}

function accept(before: ToolServer, end: ToolCheckEnd, shelf: Shelf, terminal: Terminal): number {
  if (end.kind === 'failed') return failed(before.name, end.why, terminal);
  const changes = toolChanges(before, end.tools);
  if (changes === null) {
    terminal.say(toolsText.unchanged(before.name));
    return 0;
  }
  const now = usable(end.tools, before.only, terminal);
  if (now.length > MOST_TOOLS) throw new ConfigRefusal(toolsText.tooManyTools(now.length, MOST_TOOLS));
  for (const name of changes.gone) terminal.mark(false, toolsText.gone(clean(name))[terminal.lang]());
  for (const tool of now.filter(({ name }) => changes.added.includes(name))) {
    terminal.mark('note', toolsText.isNew(tool.name)[terminal.lang]());
    showTool(tool, before.trustReading, terminal);
  }
  for (const tool of now.filter(({ name }) => changes.changed.includes(name))) {
    const was = before.tools.find(({ name }) => name === tool.name);
    terminal.mark('note', toolsText.changed(tool.name)[terminal.lang]());
    if (was !== undefined) {
      terminal.say(toolsText.before);
      showTool(was, before.trustReading, terminal);
    }
    terminal.say(toolsText.now);
    showTool(tool, before.trustReading, terminal);
    if (was !== undefined && JSON.stringify(was.inputSchema) !== JSON.stringify(tool.inputSchema))
      terminal.say(toolsText.schema(clean(JSON.stringify(was.inputSchema)), clean(JSON.stringify(tool.inputSchema))));
  }
  shelf.save(before.name, { ...before, tools: [...now] }, shelf.secrets[before.name]);
  terminal.say(toolsText.accepted(before.name));
  return 0;
}

function usable(
  listed: readonly unknown[],
  only: readonly string[] | undefined,
  terminal: Terminal,
): readonly ServerTool[] {
  const { tools: all, unusable } = readTools(listed);
  for (const { name, why } of unusable) terminal.mark(false, toolsText.unusable(clean(name), why)[terminal.lang]());
  const missing = only?.find((name) => !all.some((tool) => tool.name === name));
  if (missing !== undefined) throw new ConfigRefusal(toolsText.notThere(missing));
  return only === undefined ? all : all.filter(({ name }) => only.includes(name));
}

function failed(name: string, why: string, terminal: Terminal): number {
  terminal.mark(false, toolsText.failed(name, clean(why))[terminal.lang]());
  return 1;
}

function showServer({ name, connection, trustReading, tools: all }: ToolServer, terminal: Terminal): void {
  const to = connection.kind === 'http' ? connection.url : connection.argv.join(' ');
  const reach =
    connection.kind === 'http'
      ? []
      : [...connection.hosts, ...connection.lent.map((use) => `/lent/${use.name} (${use.access})`)];
  terminal.line();
  terminal.say(toolsText.server(name, clean(to), reach, trustReading));
  for (const tool of all) showTool(tool, trustReading, terminal);
}

/** A stranger's words: behind a bar, without anything that a terminal would obey. */
function showTool(tool: ServerTool, trustReading: boolean, terminal: Terminal): void {
  const runs = trustReading && saysReadOnly(tool);
  terminal.say(
    toolsText.tool(tool.name, runs ? 'runs' : saysReadOnly(tool) ? 'says-reads' : 'asks', toolPin(tool).slice(0, 12)),
  );
  for (const line of clean(tool.description ?? '', 1_500).split('\n')) terminal.line(`      │ ${line}`);
}

async function checked(
  { project, environment }: ToolsVerb,
  stop: AbortSignal,
  {
    check,
    folder,
    owner,
    timeZone,
  }: {
    readonly check: ToolCheck;
    readonly folder: string;
    readonly owner: Owner | undefined;
    readonly timeZone: string;
  },
): Promise<ToolCheckEnd> {
  let end: ToolCheckEnd | undefined;
  const said: string[] = [];
  await runProgram({
    program: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', join(project, 'executor', 'tool-check-main.ts')],
    cwd: project,
    env: {
      ...bareEnvironment(environment),
      CHAVION_EXECUTOR_FOLDER: folder,
      CHAVION_TOOL_CHECK: JSON.stringify(check),
      CHAVION_TZ: timeZone,
      ...(owner === undefined ? {} : { CHAVION_DROP_TO: `${owner.uid}:${owner.gid}` }),
    },
    stop,
    line: (line) => {
      const parsed = endIn(line);
      if (parsed === undefined) said.push(line);
      else end = parsed;
    },
  });
  return end ?? { kind: 'failed', why: said.slice(-3).join(' ') };
}

function endIn(line: string): ToolCheckEnd | undefined {
  try {
    return ToolCheckEnd.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}

const clean = (text: string, most = 600): string => cleanText(text.slice(0, most * 2)).slice(0, most);
