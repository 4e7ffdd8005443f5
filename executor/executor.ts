import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, hostname } from 'node:os';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { EditBudget } from '../bridge/matrix/edit-budget.ts';
import type { Account } from '../bridge/matrix/account.ts';
import { AUDIT_FILE } from '../bridge/protocol/audit.ts';
import type { ExecutorSettings } from '../bridge/protocol/executor-settings.ts';
import { OfferPublisher, PUBLISH_EVERY_MS } from '../bridge/queue/executor-offers.ts';
import { executorKey } from '../bridge/queue/executor-queue.ts';
import { LibraryJob } from '../bridge/protocol/orders/library-document.ts';
import { DocumentJob } from '../bridge/protocol/orders/posted-document.ts';
import { Documents, leftIn } from './work/documents.ts';
import { libraryDocuments } from './work/library-documents.ts';
import { postedDocuments } from './work/posted-documents.ts';
import { Audit } from './ledger/audit.ts';
import { ChatCount } from './ledger/chat-count.ts';
import { Claims } from './ledger/claims.ts';
import { Peers } from './orders/peers.ts';
import { OrderHandler } from './orders/order-handler.ts';
import { OwnRooms } from './gate/own-rooms.ts';
import { Inputs } from './work/inputs.ts';
import { JobLog } from './ledger/job-log.ts';
import { Ledger } from './ledger/ledger.ts';
import type { LedgerRecord } from './ledger/ledger-entry.ts';
import { forgetOldWorkspaces } from './work/old-workspaces.ts';
import { OrderReader } from './gate/order-reader.ts';
import { ChatOrderHandler } from './orders/chat-order-handler.ts';
import { ChatResults } from './reports/chat-results.ts';
import { agentName } from './reports/agent-name.ts';
import { rosterOf } from './gate/task-acts.ts';
import { OutsideOrderHandler } from './orders/outside-order-handler.ts';
import { Letters } from './mail/letters.ts';
import { lookIntoInbox } from './mail/look-into-inbox.ts';
import { mailAccount } from './mail/mail-account.ts';
import { mailOffer } from './mail/mail-offer.ts';
import { sendLetter } from './mail/send-letter.ts';
import { callTool, toolSecrets } from './work/call-tool.ts';
import { toolOffer, ToolState } from './work/tool-state.ts';
import { limitsOf, type PerformDeps } from './work/perform.ts';
import { Trials } from './work/trials.ts';
import { PlanOrderHandler } from './orders/plan-order-handler.ts';
import { Reports } from './reports/reports.ts';
import { Requests } from './approvals/approvals.ts';
import { Results } from './reports/results.ts';
import { type Rules, rulesReader } from './policy/rules.ts';
import { RunningCommands } from './work/running.ts';
import { isSignedOut } from './session.ts';
import type { Sandbox } from './sandbox/sandbox.ts';
import { ReactionHandler } from './orders/reaction-handler.ts';
import { Semaphore } from './work/semaphore.ts';
import { tellLeftBehind } from './orders/left-behind.ts';
import { UndoOrders } from './orders/undo-orders.ts';
import { WorkspaceOrders } from './orders/workspace-orders.ts';
import { RoomWatch } from './orders/watch.ts';
import { WatchState } from './orders/watch-state.ts';
import { Work } from './work/work.ts';

/** Of the fifty edits a second that Synapse sustains, the executor's share. */
const EDITS_PER_SECOND = 5;
const EXPIRY_CHECK_MS = 600_000;

export interface ExecutorParts {
  readonly settings: ExecutorSettings;
  readonly account: Account;
  readonly redis: Redis;
  readonly sandbox: Sandbox;
  /** A short path of our own for sockets. */
  readonly runFolder: string;
  /** Everything that must never be shown. */
  readonly secrets: readonly string[];
  /** This machine cannot be trusted to remember: the process has to end. */
  readonly fatal: (error: unknown) => void;
  readonly log: Logger;
  /** Milliseconds since 1970; the clock of this machine unless a test has its own. */
  readonly now?: () => number;
}

export interface Executor {
  readonly id: string;
  readonly concurrency: number;
  /** One job out of the box; resolves when the box may forget it. */
  take(payload: unknown): Promise<void>;
  /** Reads what happened meanwhile and brings to an end what was left in the middle. */
  recover(): Promise<void>;
  /** Until aborted. */
  watch(signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}

/** Puts the executor together; nothing is read or run before `recover`. */
export async function buildExecutor(parts: ExecutorParts): Promise<Executor> {
  const { settings, account, redis, log, now = Date.now } = parts;
  const folder = settings.CHAVION_EXECUTOR_FOLDER;
  const id = executorId(folder);
  const rules = rulesReader(settings.CHAVION_RULES_FOLDER);
  // Grows by what is set up while it runs.
  const secrets = [...parts.secrets];
  const mail = mailAccount(settings.CHAVION_RULES_FOLDER, secrets);
  const concurrency = concurrencyOf(rules);
  const workspaces = join(folder, 'workspaces');
  mkdirSync(workspaces, { recursive: true, mode: 0o700 });
  const folders = { workspaces, inputs: join(folder, 'inputs') };

  const ledger = await Ledger.open(join(folder, 'ledger.jsonl'), now);
  const jobs = new JobLog(log);
  const audit = await Audit.open(join(folder, AUDIT_FILE), (event, data) => jobs.note(event, data));
  const state = new WatchState(join(folder, 'watch.json'));
  const rooms = new OwnRooms(account, settings);
  await rooms.look();
  const reader = new OrderReader({
    timeZone: settings.CHAVION_TZ,
    account,
    rooms,
    admin: settings.CHAVION_ADMIN_USER,
    roster: rosterOf(settings.CHAVION_AGENTS, account.userId),
    stoppedUntil: (room) => state.stoppedUntil(room),
    endedAt: (root) => state.endedAt(root),
    revokedAt: (key) => state.revokedAt(key),
    now,
  });
  const budget = new EditBudget(EDITS_PER_SECOND);
  const reports = new Reports({
    account,
    budget,
    rooms,
    timeZone: settings.CHAVION_TZ,
    secrets,
    nameOf: ({ prepared: { orderedBy, chat } }) =>
      `${chat === undefined ? '' : `${agentName(chat.agent)} ← `}${orderedBy.slice(1).split(':')[0] ?? ''}`,
  });
  const results = new Results({ account });
  const chatResults = new ChatResults({ account, rooms });
  const requests = new Requests({ account, ledger, audit, rules, masters: () => reader.masters() });
  const running = new RunningCommands();
  const onError = (error: unknown) => {
    // Signed out from elsewhere: asking on with this token is of no use, the next start signs in anew.
    if (isSignedOut(error)) parts.fatal(error);
    else log.warn({ error: error instanceof Error ? error.message : 'unknown' }, 'sign');
  };
  const toolState = new ToolState({ account, ops: () => rooms.ops, lang: settings.CHAVION_LANG });
  const perform: PerformDeps = {
    sandbox: parts.sandbox,
    workspaces,
    runFolder: parts.runFolder,
    onEgress: ({ key }, { method, destination, allowed, why }) =>
      void audit.write('egress', { key, method, destination, allowed, why }).catch(parts.fatal),
    effects: {
      send_mail: sendLetter(mail),
      read_mail: lookIntoInbox(mail),
      call_tool: callTool({
        sandbox: parts.sandbox,
        workspaces,
        runFolder: parts.runFolder,
        rules,
        secrets: () => toolSecrets(settings.CHAVION_RULES_FOLDER),
        onEgress: (key, { method, destination, allowed, why }) =>
          void audit.write('egress', { key, method, destination, allowed, why }).catch(parts.fatal),
        onChanges: (server, changes) => toolState.changed(server, changes),
      }),
    },
  };
  const inputs = new Inputs({ account, audit, reports, perform, folder: folders.inputs });
  const letters = new Letters({ account: mail, ledger, redis, inputs, perform, timeZone: settings.CHAVION_TZ, now });
  const offers = new OfferPublisher(redis, id);
  const trials = new Trials({
    sandbox: parts.sandbox,
    folder: join(folder, 'trials'),
    runFolder: parts.runFolder,
    limits: () => limitsOf(rules().policy),
    now,
  });
  const semaphore = new Semaphore(() => concurrency);
  const work = new Work({
    trials,
    executor: id,
    reader,
    rules,
    ledger,
    audit,
    reports,
    results,
    chatResults,
    running,
    semaphore,
    perform,
    inputs,
    secrets,
    expectedRequest: (record) => requests.expected(record),
  });
  const peers = new Peers({
    redis,
    sign: () => ({ id, host: hostname(), busy: running.count, concurrency, ended: jobs.ended, at: Date.now() }),
    onEnded: (root, until) => void orderHandler.endTask(root, until).catch(onError),
    onError,
  });
  const orderHandler: OrderHandler = new OrderHandler({
    executor: id,
    account,
    rooms,
    lang: settings.CHAVION_LANG,
    reader,
    rules,
    ledger,
    claims: new Claims(
      {
        setIfAbsent: async (key, value, seconds) => (await redis.set(key, value, 'EX', seconds, 'NX')) === 'OK',
        get: (key) => redis.get(key),
      },
      id,
      (key) => executorKey('claim', key),
    ),
    chatCount: new ChatCount({ account, redis }),
    audit,
    reports,
    requests,
    outside: new OutsideOrderHandler({ executor: id, account, reader, rules, ledger, audit, letters }),
    chats: new ChatOrderHandler({
      executor: id,
      reader,
      rules,
      ledger,
      audit,
      results: chatResults,
      letters,
      timeZone: settings.CHAVION_TZ,
    }),
    chatResults,
    plans: new PlanOrderHandler({
      executor: id,
      account,
      reader,
      rules,
      ledger,
      audit,
      letters,
      results,
      running,
      state,
      now,
      peers,
    }),
    work: (record, again) => work.run(record, again),
    tryOut: (record) => work.try(record),
    onError,
  });
  const reading = { account, sandbox: parts.sandbox, folder: join(folder, 'documents'), left: leftIn(redis), now };
  const documents = new Documents(reading, postedDocuments({ account, rooms }));
  const library = new Documents(reading, libraryDocuments);
  const workspaceOrders = new WorkspaceOrders({
    account,
    rooms,
    reader,
    ledger,
    state,
    audit,
    reports,
    folders,
    several: () => peers.several(),
    lang: settings.CHAVION_LANG,
    now,
  });
  const undos = new UndoOrders({
    account,
    rooms,
    reader,
    audit,
    reports,
    trials,
    inTurn: (paths, does) => semaphore.run(paths, new AbortController().signal, does),
    several: () => peers.several(),
    lang: settings.CHAVION_LANG,
    now,
  });
  const signs = new ReactionHandler({
    undos,
    account,
    rooms,
    reader,
    ledger,
    running,
    orderHandler,
    state,
    workspaces: workspaceOrders,
    onError,
  });
  const followRooms = async (signal: AbortSignal | undefined) => {
    await rooms.follow(signal);
    if (state.hq !== null && state.hq !== rooms.hq)
      await tellLeftBehind({ account, ledger, rooms, reports, lang: settings.CHAVION_LANG });
    state.movedTo(rooms.hq);
  };
  const watch = new RoomWatch({
    account,
    rooms: () => rooms.all,
    upgraded: (signal) => void followRooms(signal).catch(onError),
    state,
    handle: (event) => signs.handle(event),
    onError,
  });
  const resume = (record: LedgerRecord) => orderHandler.resume(record).catch(parts.fatal);

  return {
    id,
    concurrency,
    take: (payload) => {
      const document = DocumentJob.safeParse(payload);
      if (document.success) return documents.read(document.data);
      const shelved = LibraryJob.safeParse(payload);
      return shelved.success ? library.read(shelved.data) : orderHandler.take(payload);
    },
    async recover() {
      await audit.write('executor.started', { executor: id, unfinished: ledger.unfinished().length });
      await undos.goOn();
      await watch.catchUp();
      for (const record of ledger.unfinished()) void resume(record);
    },
    async watch(signal) {
      const tidy = async () => {
        const inUse = new Set(ledger.unfinished().map(({ prepared }) => prepared.workspace));
        const gone = await forgetOldWorkspaces(folders, inUse, now());
        await trials.tidy(new Set(ledger.unfinished().map(({ prepared }) => prepared.key)));
        if (gone.length > 0) log.info({ workspaces: gone }, 'old workspaces taken away');
      };
      void tidy().catch(onError);
      const expiry = setInterval(() => {
        void tidy().catch(onError);
        for (const record of ledger.unfinished())
          if (record.state === 'asked') void orderHandler.decide(record).catch(onError);
      }, EXPIRY_CHECK_MS);
      peers.run(signal);
      const offer = () =>
        void offers.publish({ ...mailOffer(mail()), ...toolOffer(rules, toolState) }, Date.now()).catch(onError);
      const offering = setInterval(offer, PUBLISH_EVERY_MS);
      offer();
      // What happened to the rooms while nobody followed them.
      void followRooms(signal).catch(onError);
      await watch.run(signal);
      clearInterval(expiry);
      clearInterval(offering);
    },
    async stop() {
      running.stopAll();
      while (running.count > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    },
  };
}

/** Broken rules let nothing run, whatever is said here. */
function concurrencyOf(rules: () => Rules): number {
  const usual = availableParallelism() * 2;
  try {
    return rules().policy.concurrency ?? usual;
  } catch {
    return usual;
  }
}

/** Which executor this is, for as long as its folder lives. */
export function executorId(folder: string): string {
  const file = join(folder, 'executor-id');
  if (!existsSync(file)) writeFileSync(file, `ex${randomBytes(6).toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
  return readFileSync(file, 'utf8').trim();
}
