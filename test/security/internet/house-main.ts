import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MAIL_FILE } from '../../../bridge/mail/mail-settings.ts';
import { OFFERS_KEY, offersOf, PUBLISH_EVERY_MS } from '../../../bridge/queue/executor-offers.ts';
import { POST_PASSWORD } from '../../house/post-office.ts';
import { calls, inSteps } from '../../house/providers.ts';
import { Scene } from '../../house/scene.ts';
import { verb } from '../../house/verb.ts';
import type { ScriptedCall } from '../../house/wires/wire-format.ts';
import { authorityFile } from './internet.ts';
import { openInternet } from './own-internet.ts';

/**
 * A whole house in an internet of the test's own: what an agent hears of pages, and what becomes of a letter.
 * `house-main FOLDER PAGES`; all that is told in JSON, on the last line.
 */
const [, , folder = '', pages = '{}'] = process.argv;
const certificates = join(folder, 'certificates');
await using world = await openInternet(certificates);
await using scene = await Scene.open({ env: { NODE_EXTRA_CA_CERTS: authorityFile(certificates) } });
const { master, hq, providers, house } = scene;

const heard: Record<string, { answer: string; results: readonly string[] }> = {};
async function ask(what: string, words: string, tool: ScriptedCall): Promise<void> {
  providers.play(inSteps(calls(tool), '봤습니다.'), 'claude');
  const before = providers.asked('claude').length;
  const [answer] = await master.answered(hq, await master.say(hq, words));
  const results = providers
    .asked('claude')
    .slice(before)
    .flatMap(({ results: came }) => came.map(({ text }) => text));
  heard[what] = { answer: answer?.body ?? '', results };
}
const { login } = world.office;
const typed = ['master@example.org', login.host, String(login.port), login.user, POST_PASSWORD, '', ''];
const mail = await verb(house, ['mail'], `${typed.join('\n')}\n`);
const codes = world.office.letters.length;
const file = join(house.data, 'rules', MAIL_FILE);
await writeFile(file, (await readFile(file, 'utf8')).replace('"verified": false', '"verified": true'));
while (offersOf(await scene.redis.hgetall(OFFERS_KEY), Date.now()).mail?.free !== true) await sleep(200);
await sleep(PUBLISH_EVERY_MS + 500);
await ask('letter', '클로드야 보고 이메일로 보내줘', {
  name: 'send_mail',
  input: { to: ['me'], subject: '보고', text: '다 됐습니다' },
});
for (const [what, url] of Object.entries<string>(JSON.parse(pages)))
  await ask(what, `클로드야 ${url} 읽어 줘`, { name: 'read_page', input: { url } });
const { asked, trespasses } = world.sites;
process.stdout.write(
  `\n${JSON.stringify({ heard, asked, trespasses, mail: { code: mail.code, codes, letters: world.office.letters.length } })}\n`,
);
