import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AGENTS, chaosEnvironment, chaosRoster, playChaos, question, wholeAnswer } from '../house/chaos-roster.ts';
import { type House, startHouse } from '../house/house.ts';
import { Killer } from '../house/killer.ts';
import { persistentMaster } from '../house/persistent-master.ts';
import { Providers } from '../house/providers.ts';
import { readUntil, type RoomRecord } from '../house/room-record.ts';
import { unfinishedJobs } from '../house/swarm-redis.ts';
import { seededRandom } from '../house/seeded-random.ts';

const soak = process.env['CHAVION_SOAK'] === '1';
const MESSAGES = soak ? 200 : 10;
const SEED = Number(process.env['CHAVION_SEED'] ?? Date.now() % 1_000_000);
/** Ten times what it takes; then the count says what is missing. */
const QUIET_WITHIN_MS = soak ? 600_000 : 180_000;

let providers: Providers;
let house: House;
beforeAll(async () => {
  providers = await Providers.start();
  playChaos(providers);
  house = await startHouse({ roster: chaosRoster, env: chaosEnvironment(providers) });
});
afterAll(async () => {
  await house[Symbol.asyncDispose]();
  await providers[Symbol.asyncDispose]();
});

/** What agents wrote to a message in other ways than one whole answer each. */
function amiss(record: RoomRecord, { n, event }: { n: number; event: string }): readonly string[] {
  return AGENTS.flatMap((agent) => {
    const given = record.written.filter(
      ({ source, sender }) => source === event && sender === `@agent_${agent}:${house.ready.serverName}`,
    );
    const said = given.map(
      ({ kind, part, growing, body }) =>
        `${kind}, part ${part}${growing ? ', growing' : ''}: ${body.trim() === wholeAnswer(agent, n) ? 'whole' : body}`,
    );
    return said.length === 1 && said[0] === 'answer, part 0: whole'
      ? []
      : [`${n} ${agent}: ${said.length === 0 ? 'nothing' : said.join(' | ')}`];
  });
}

it(
  `every message has one whole answer from each of six agents, whatever is killed (${MESSAGES} messages, seed ${SEED})`,
  async () => {
    const random = seededRandom(SEED);
    const master = await persistentMaster(house);
    const killer = new Killer(house, random);
    const sending = new AbortController();
    const began = Date.now();
    const raging = killer.rage(soak ? [300, 9_000] : [300, 3_000], soak ? 1_000 : 6, sending.signal);

    const said: { n: number; event: string }[] = [];
    for (let n = 1; n <= MESSAGES; n += 1) {
      await sleep(random.between(50, soak ? 9_000 : 3_000));
      said.push({ n, event: await master.say(question(n), `chaos.${n}`) });
    }
    sending.abort();
    await raging;
    await killer.untilUp();
    const up = Date.now();

    const faults = (record: RoomRecord) => said.flatMap((one) => amiss(record, one));
    await readUntil(master, (record) => faults(record).length === 0, QUIET_WITHIN_MS);
    const quiet = Date.now();
    // Whatever comes twice comes after a lock has run out and been looked for.
    await sleep(10_000);
    const record = await readUntil(master, () => true, 0);

    const ours = record.written.filter(({ source }) => said.some(({ event }) => event === source));
    const latest = said.flatMap(({ event }) =>
      ours.filter(({ source }) => source === event).map(({ at }) => at - (record.said.get(event)?.at ?? at)),
    );
    const played = providers.questions.length;
    process.stdout.write(
      `\nchaos, seed ${SEED}: ${MESSAGES} messages in ${((up - began) / 1000).toFixed(1)} s, killed ${JSON.stringify(killer.kills)}, ` +
        `${ours.length} answers (${MESSAGES * AGENTS.length} due), ${ours.length - new Set(ours.map(({ source, sender }) => `${source} ${sender}`)).size} twice, ` +
        `${ours.reduce((sum, { edits }) => sum + edits, 0)} edits, slowest answer ${(Math.max(...latest) / 1000).toFixed(1)} s, ` +
        `all whole ${((quiet - up) / 1000).toFixed(1)} s after the last part was up; ${played} calls for ${2 * MESSAGES} answers of providers\n`,
    );

    expect([...record.said.values()].map(({ body }) => body)).toEqual(said.map(({ n }) => question(n)));
    expect(faults(record)).toEqual([]);
    expect(await unfinishedJobs(house)).toEqual({ wait: 0, active: 0, delayed: 0, failed: 0 });
    expect(ours).toHaveLength(MESSAGES * AGENTS.length);
    expect(Object.values(killer.kills).every((kills) => kills > 0)).toBe(true);
  },
  soak ? 3_600_000 : 400_000,
);
