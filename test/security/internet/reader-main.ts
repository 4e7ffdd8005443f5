import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { MailAddress } from '../../../bridge/protocol/command-fields.ts';
import { parseCommand } from '../../../bridge/protocol/command.ts';
import { ChatJob } from '../../../bridge/protocol/command-job.ts';
import { UserId } from '../../../bridge/protocol/ids.ts';
import { sendLetter } from '../../../executor/mail/send-letter.ts';
import { prepare } from '../../../executor/policy/prepare.ts';
import { readRules } from '../../../executor/policy/rules.ts';
import { OutputText } from '../../../executor/reports/output-text.ts';
import { Bubblewrap } from '../../../executor/sandbox/bubblewrap.ts';
import { perform, type PerformDeps } from '../../../executor/work/perform.ts';
import { openInternet } from './own-internet.ts';

/**
 * What leaves the executor, in an internet of the test's own: its commands as they are, in the real box, by the real way
 * out, with this process's own name service and servers. `reader-main FOLDER`; what became of it goes to stdout as JSON.
 */
const [, , folder = ''] = process.argv;
const certificates = join(folder, 'certificates');
const rulesFolder = join(folder, 'rules');
mkdirSync(rulesFolder, { recursive: true });
await using world = await openInternet(certificates);
const { office, strangers, sites } = world;
using sandbox = new Bubblewrap({ runFolder: join(folder, 'run'), cgroups: null });

const mail = { smtp: office.login, address: MailAddress.parse('master@example.org'), verified: true, freeADay: 20 };
const ways: Record<string, string[]> = {};
const no = () => Promise.reject(new Error('not here'));
const deps: PerformDeps = {
  sandbox,
  workspaces: join(folder, 'workspaces'),
  runFolder: join(folder, 'run'),
  onEgress: ({ command }, { destination, allowed, reason }) =>
    (ways[command.id] ??= []).push(`${destination} ${allowed ? (reason ?? 'ok') : (reason ?? 'no')}`),
  effects: { send_mail: (command, context) => sendLetter(() => mail)(command, context), read_mail: no, call_tool: no },
};
let count = 0;
async function done(command: Record<string, unknown>) {
  const parsed = parseCommand({ reason: 'r', ...command });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  const rules = readRules(rulesFolder);
  const prepared = prepare(parsed.command, rules, {
    job: ChatJob.parse({
      v: 1,
      type: 'chat',
      root: '$a',
      room: '!a:b',
      at: 1,
      lang: 'ko',
      request: `$r${(count += 1)}`,
    }),
    index: 0,
    attempt: 1,
    orderedBy: UserId.parse('@master:b'),
    executor: 'ex000000000000',
    workspace: 'w',
    artifacts: [],
    letter: { from: mail.address, files: [], before: 0, freeADay: 20 },
  });
  const output = new OutputText([]);
  const outcome = await perform(prepared, rules.policy, output, AbortSignal.timeout(60_000), deps);
  return { outcome, said: output.whole(), ways: ways[parsed.command.id] ?? [] };
}

const pages = z.record(z.string(), z.string()).parse(JSON.parse(process.argv[3] ?? '{}'));
const read = Object.entries(pages).map(
  async ([id, url]) => [id, await done({ type: 'read_page', id, url, timeoutMs: 50_000 })] as const,
);
const answers: Record<string, unknown> = Object.fromEntries(await Promise.all(read));
for (const { login } of [office, strangers]) {
  mail.smtp = login;
  answers[login.host] = await done({
    type: 'send_mail',
    id: 'm',
    to: [mail.address],
    subject: '보고',
    text: '됐습니다',
  });
}
process.stdout.write(
  JSON.stringify({
    answers,
    trespasses: sites.trespasses,
    asked: sites.asked,
    names: world.asked,
    letters: [office.letters.length, strangers.letters.length, strangers.tried.length],
  }),
);
