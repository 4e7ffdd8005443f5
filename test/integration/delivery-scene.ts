import { setTimeout as sleep } from 'node:timers/promises';
import { defaultRoster } from '../../bridge/protocol/default-roster.ts';
import { AppservicePort } from '../house/appservice-port.ts';
import { type House, startHouse } from '../house/house.ts';
import { inRoom, request } from '../house/matrix.ts';
import { type PersistentMaster, persistentMaster } from '../house/persistent-master.ts';
import { Providers } from '../house/providers.ts';
import { readRoom, readUntil, type RoomRecord } from '../house/room-record.ts';
import { jobsAreDone } from '../house/swarm-redis.ts';

/**
 * Gabriel asks a provider that counts; the others say the question back. Nothing falls out of anybody's context: the
 * summary that would be made then is a question too.
 */
const roster = {
  ...defaultRoster,
  agents: defaultRoster.agents.map((agent) => ({
    ...agent,
    contextTokens: 2_000_000,
    model: agent.id === 'gabriel' ? agent.model : 'echo',
  })),
};
/** Ten times what it takes; then the record says what is missing. */
export const WITHIN_MS = 60_000;
/** How long the reader of gaps may rest, and a moment. */
export const LOOK_MS = 3_000;
/** Without a crash: longer than it takes to answer. */
const CALM_MS = 1_500;

export const EVERYONE = defaultRoster.agents.map(({ id }) => id).toSorted();
export const ALL = [EVERYONE.join(' ')];

/** Who answered an event, sorted; whoever has not come to an end is marked. */
export const answerers = (record: RoomRecord, source: string): string[] =>
  record.written
    .filter((one) => one.source === source)
    .map(
      ({ sender, growing, kind }) =>
        `${sender.slice(1).split(':')[0]?.replace('agent_', '')}${growing ? ' growing' : ''}${kind === 'fault' ? ' fault' : ''}`,
    )
    .toSorted();

/** A house whose parts are to die: who speaks in it and who was answered, read from its homeserver. */
export class DeliveryScene implements AsyncDisposable {
  readonly house: House;
  readonly providers: Providers;
  readonly master: PersistentMaster;
  readonly port: AppservicePort;
  #texts = 0;

  private constructor(house: House, providers: Providers, master: PersistentMaster, port: AppservicePort) {
    this.house = house;
    this.providers = providers;
    this.master = master;
    this.port = port;
  }

  static async open(): Promise<DeliveryScene> {
    const providers = await Providers.start();
    providers.play('네, 마스터.');
    const { OPENAI_API_KEY = '', OPENAI_BASE_URL = '' } = providers.env;
    const house = await startHouse({ roster, env: { OPENAI_API_KEY, OPENAI_BASE_URL } });
    return new DeliveryScene(house, providers, await persistentMaster(house), await AppservicePort.of(house));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.house[Symbol.asyncDispose]();
    await this.providers[Symbol.asyncDispose]();
  }

  say(body: string): Promise<string> {
    return this.master.say(body, `delivery.${(this.#texts += 1)}`);
  }

  async saySome(count: number): Promise<string[]> {
    const events: string[] = [];
    for (let i = 0; i < count; i += 1) events.push(await this.say(`얘들아 ${this.#texts + 1}번째야`));
    return events;
  }

  /** Waits until each is answered by that many, and on until nothing could come twice any more; the differing sets of answerers. */
  async settled(
    events: readonly string[],
    answers = EVERYONE.length,
    rest: () => Promise<void> = () => sleep(CALM_MS),
  ): Promise<readonly string[]> {
    await readUntil(
      this.master,
      (record) => events.every((event) => answerers(record, event).length >= answers),
      WITHIN_MS,
    );
    await rest();
    const record = await readRoom(this.master);
    return [...new Set(events.map((event) => answerers(record, event).join(' ')))];
  }

  /** The same where somebody has died, or stood still for longer than a lock. */
  settledAfterCrash(events: readonly string[], answers = EVERYONE.length): Promise<readonly string[]> {
    return this.settled(events, answers, () => this.atRest());
  }

  /**
   * Until nothing is left that could answer again. A dead swarm's turns are begun ones until their locks have run out
   * and another has taken them over; what the homeserver forgot comes with the next look of the reader of gaps.
   */
  async atRest(): Promise<void> {
    await jobsAreDone(this.house, WITHIN_MS);
    await sleep(LOOK_MS);
    await jobsAreDone(this.house, WITHIN_MS);
  }

  async rawEvent(event: string): Promise<Readonly<Record<string, unknown>>> {
    return (
      await request(this.master.base, 'GET', inRoom(this.master.room, `event/${encodeURIComponent(event)}`), {
        token: this.master.token,
      })
    ).body;
  }

  /** What only we have seen: the homeserver will neither push it nor show it in /sync. */
  unheard(name: string, body: string, at = Date.now()) {
    return {
      type: 'm.room.message',
      event_id: `$${name.padEnd(43, '0')}`,
      room_id: this.master.room,
      sender: this.house.ready.master.userId,
      origin_server_ts: at,
      content: { msgtype: 'm.text', body },
    };
  }

  async swarmHealthy(at = this.house.env['CHAVION_APPSERVICE_PORT'] ?? ''): Promise<void> {
    const healthy = () =>
      fetch(`http://127.0.0.1:${at}/health`).then(
        ({ status }) => status === 200,
        () => false,
      );
    while (!(await healthy())) await sleep(50);
  }
}
