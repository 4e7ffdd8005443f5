import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AgentId, EventId } from '../../bridge/protocol/ids.ts';
import { ProviderSettings } from '../../bridge/protocol/settings.ts';
import type { BallotJob, RecountJob } from '../../bridge/protocol/turn.ts';
import { BallotBox } from '../../bots/ballots/ballot-box.ts';
import { BallotStore } from '../../bots/ballots/ballot-store.ts';
import { MastersVotes } from '../../bots/ballots/masters-votes.ts';
import { ModelBindings } from '../../bots/models/model-bindings.ts';
import { createProvider } from '../../bots/models/registry.ts';
import type { RunningTurns } from '../../bots/turns/running-turns.ts';
import type { PaperHomeserver } from '../house/paper-homeserver.ts';
import { PaperRedis } from '../house/paper-redis.ts';
import { paperRoom, paperTurns, residents, roster } from '../house/paper-turns.ts';
import type { Json } from '../house/provider-formats.ts';
import { SCRIPTED_AGENTS, type ScriptedAgent, Providers, type Reply, type Script } from '../house/providers.ts';
import { MASTER, message, ROOM } from '../unit/events.ts';

/** A vote in a chat, from its job to the message with the result: four providers on their own wires. */

const WITH_KEYS = SCRIPTED_AGENTS.map((id) => AgentId.parse(id));

let providers: Providers;
let paper: PaperHomeserver;
let redis: PaperRedis;
let running: RunningTurns;
let votes: MastersVotes;
let box: BallotBox;

beforeEach(async () => {
  providers = await Providers.start();
  paper = await paperRoom(ROOM, MASTER);
  redis = new PaperRedis();
  startSwarm();
});
afterEach(async () => {
  await paper[Symbol.asyncDispose]();
  await providers[Symbol.asyncDispose]();
});

/** As after a crash: Redis and the homeserver remember, and nothing else. */
function startSwarm(): void {
  const settings = ProviderSettings.parse(providers.env);
  const parts = paperTurns(
    paper,
    ROOM,
    new ModelBindings(roster, (agent) => createProvider(agent, settings, {}), 'always'),
  );
  running = parts.running;
  const store = new BallotStore(redis.client());
  votes = new MastersVotes(store);
  box = new BallotBox({ ...parts, store });
}

function put(body: string, more: Partial<BallotJob> = {}): BallotJob {
  const source = EventId.parse(paper.say(ROOM, MASTER, { msgtype: 'm.text', body, 'm.mentions': {} }));
  return {
    type: 'ballot',
    room: ROOM,
    source,
    at: Date.now(),
    lang: 'ko',
    question: '점심',
    options: ['짜장', '짬뽕'],
    voters: WITH_KEYS,
    absent: [],
    ...more,
  };
}

const vote = (choice: string, reason = '그냥') => JSON.stringify({ reason, choice });
const play = (how: Partial<Record<ScriptedAgent, Script | Reply | string>>) => {
  for (const agent of SCRIPTED_AGENTS) providers.play(how[agent] ?? vote('짬뽕'), agent);
};
const said = (): readonly Json[] =>
  paper.events.filter(
    ({ type, sender, content }) =>
      type === 'm.room.message' && sender !== MASTER && content['m.relates_to']?.rel_type !== 'm.replace',
  );
const result = (): Json => paper.shown(said()[0].event_id);
const keys = (): readonly string[] =>
  paper.events.flatMap(({ type, content }) => (type === 'm.reaction' ? [content['m.relates_to'].key] : []));
const recount = async (job: RecountJob | null): Promise<void> => {
  if (job === null) throw new Error('no vote');
  await box.recount(job);
};

describe('a vote in a chat', () => {
  it('asks everybody once, holds them to the options, counts, and says it in one message that rings', async () => {
    play({
      gabriel: vote('짬뽕', '비 오는 날엔 국물'),
      jarvis: `생각해 보니\n\`\`\`json\n${vote('짜장', '값이 싸다')}\n\`\`\``,
      claude: vote('짬뽕', '**속이** 풀린다'),
    });
    await box.hold(put('다수결로 정하자: 짜장 vs 짬뽕'), false);
    for (const agent of SCRIPTED_AGENTS) {
      const { body, said: heard } = providers.once(agent);
      // Each on its own wire: the options are in the schema, or where a provider takes none, in the words.
      expect(body).toMatch(/짜장[^]*짬뽕|짬뽕[^]*짜장/);
      expect(heard.at(-1)?.role).toBe('user');
      expect(heard.at(-1)?.text).toContain('[secret ballot]');
    }
    expect(JSON.parse(providers.once('gabriel').body).text.format.schema).toBeDefined();
    expect(said()).toHaveLength(1);
    expect(said()[0].sender).toBe(residents.coordinator);
    expect(result().msgtype).toBe('m.text');
    expect(result().body.split('\n')).toEqual([
      '🗳️ **짬뽕**으로 정해졌습니다 (4표 중 3표)',
      '안건: 점심',
      '2️⃣ 짬뽕 3표 · 1️⃣ 짜장 1표',
      '',
      '- 가브리엘: 짬뽕 · 비 오는 날엔 국물',
      '- 자비스: 짜장 · 값이 싸다',
      String.raw`- 클로드: 짬뽕 · \*\*속이\*\* 풀린다`,
      '- 퍼플렉시티: 짬뽕 · 그냥',
      '',
      '마스터도 숫자를 누르거나 답장으로 한 표 주시면 다시 셉니다.',
    ]);
    expect(keys()).toEqual(['1️⃣', '2️⃣']);
  });

  it('is secret: nobody is shown another’s vote, not even who is asked after a crash', async () => {
    const job = put('다수결로 정하자: 짜장 vs 짬뽕');
    const late = Promise.withResolvers<void>();
    play({ claude: { pieces: [vote('짜장', '비밀이유')], after: late.promise } });
    const dying = box.hold(job, false);
    await until(async () => (await new BallotStore(redis.client()).read(job.source)).casts.size === 3);
    expect(said()).toEqual([]);
    startSwarm();
    play({ claude: vote('짜장', '늦은 이유') });
    await box.hold(job, true);
    // Those who had voted were not asked again.
    expect(['gabriel', 'jarvis', 'perplexity'].map((agent) => providers.asked(agent as ScriptedAgent).length)).toEqual([
      1, 1, 1,
    ]);
    for (const { body } of providers.questions) expect(body).not.toMatch(/그냥/);
    expect(said()).toHaveLength(1);
    expect(result().body).toContain('4표 중 3표');
    // ... and a third delivery says nothing more.
    await box.hold(job, true);
    expect(said()).toHaveLength(1);
    // Whoever was taken for dead comes back: what was counted stands.
    late.resolve();
    await dying;
    expect(said()).toHaveLength(1);
  });

  it('counts those who answered: a fault, nonsense and who rests are named and have no vote', async () => {
    play({
      gabriel: () => ({ status: 400, body: '{"error":{"message":"no"}}' }),
      jarvis: '둘 다 좋아요!',
      claude: vote('기권'),
    });
    await box.hold(put('다수결로', { absent: [AgentId.parse('manus')] }), false);
    expect(result().body).toContain('1표 중 1표');
    expect(result().body).toContain('- 클로드: 기권 · 그냥');
    expect(result().body).toContain('- 마누스: 쉬는 중');
    expect(result().body).toContain('- 가브리엘: 연결되지 않음');
    expect(result().body).toContain('- 자비스: 표를 알아볼 수 없음');
  });

  it('a tie is a master’s to decide: his key counts as one vote, his last word holds, and taken back it is gone', async () => {
    play({ gabriel: vote('짜장'), jarvis: vote('짜장') });
    await box.hold(put('다수결로 정하자'), false);
    expect(result().body).toContain('동점입니다: **짜장** · **짬뽕** (각 2표)');
    const shown = EventId.parse(said()[0].event_id);
    const tap = (name: string, key: string, at: number) => ({
      kind: 'reaction' as const,
      eventId: EventId.parse(`$${name}`),
      roomId: ROOM,
      sender: MASTER,
      at,
      target: shown,
      key,
    });
    await recount(await votes.inReaction(tap('t1', '2️⃣', 10)));
    expect(result().body).toContain('**짬뽕**으로 정해졌습니다 (5표 중 3표)');
    expect(result().body).toContain('- **마스터: 짬뽕**');
    await recount(await votes.inReaction(tap('t2', '1️⃣', 20)));
    expect(result().body).toContain('**짜장**으로 정해졌습니다 (5표 중 3표)');
    // Delivered once more, the earlier one undoes nothing.
    await recount(await votes.inReaction(tap('t1', '2️⃣', 10)));
    expect(result().body).toContain('**짜장**으로');
    await recount(
      await votes.takenBack({
        kind: 'redaction',
        eventId: EventId.parse('$r'),
        roomId: ROOM,
        sender: MASTER,
        at: 30,
        target: EventId.parse('$t2'),
      }),
    );
    expect(result().body).toContain('**짬뽕**으로');
    // All of that in the one message, without another sound.
    expect(said()).toHaveLength(1);
    expect(await votes.inReaction(tap('t3', '👍', 40))).toBeNull();
    expect(await votes.inReaction({ ...tap('t4', '1️⃣', 40), target: EventId.parse('$elsewhere') })).toBeNull();
  });

  it('a word beneath it is a vote that is answered', async () => {
    play({ gabriel: vote('짜장'), jarvis: vote('짜장') });
    await box.hold(put('다수결로 정하자'), false);
    const replyTo = EventId.parse(said()[0].event_id);
    await recount(await votes.inMessage(message('w', '난 짬뽕', { replyTo })));
    expect(said()).toHaveLength(2);
    expect(said()[1].content).toMatchObject({ msgtype: 'm.notice' });
    expect(said()[1].content.body).toContain('**짬뽕** 한 표를 더해 다시 세었습니다');
    expect(await votes.inMessage(message('q', '왜 동점이야?', { replyTo }))).toBeNull();
    // Right after it without a reply, too, where the words vote.
    expect(await votes.inMessage(message('p', '나는 짜장'))).toMatchObject({ choice: '짜장' });
    expect(await votes.inMessage(message('n', '짜장'))).toBeNull();
  });

  it('whose opinion is best: nobody can vote for himself, and names alone where only names are wanted', async () => {
    const [gabriel, jarvis, claude] = WITH_KEYS;
    if (gabriel === undefined || jarvis === undefined || claude === undefined) throw new Error('who?');
    play({ gabriel: vote('클로드'), jarvis: vote('클로드'), claude: vote('클로드'), perplexity: vote('가브리엘') });
    const names = { options: ['가브리엘', '자비스', '클로드'], candidates: [gabriel, jarvis, claude], brief: true };
    await box.hold(put('누구 의견이 제일 좋은지 이름만 대답해', { question: '', ...names }), false);
    expect(JSON.stringify(JSON.parse(providers.once('claude').body).output_config ?? {})).not.toContain('클로드');
    expect(result().body.split('\n').slice(0, 7)).toEqual([
      '🗳️ **클로드** 의견이 가장 좋다고 합니다 (3표 중 2표)',
      '3️⃣ 클로드 2표 · 1️⃣ 가브리엘 1표 · 2️⃣ 자비스 0표',
      '',
      '- 가브리엘: 클로드',
      '- 자비스: 클로드',
      '- 퍼플렉시티: 가브리엘',
      '- 클로드: 표를 알아볼 수 없음',
    ]);
  });

  it('where no options were given everyone names what they want, and the same thing counts as one', async () => {
    play({ gabriel: vote('멍냥이네'), jarvis: vote('멍냥 이네!'), claude: vote('펫모아'), perplexity: vote('왈왈이') });
    await box.hold(put('강아지 가게 이름 다수결로 정하자', { question: '가게 이름', options: [] }), false);
    expect(result().body).toContain('**멍냥이네**가 가장 많습니다 (4표 중 2표, 과반은 아닙니다)');
    expect(keys()).toEqual(['1️⃣', '2️⃣', '3️⃣']);
  });

  it('stand-ins vote too, and it says that their votes mean nothing', async () => {
    const voters = ['manus', 'michael'].map((id) => AgentId.parse(id));
    await box.hold(put('다수결로', { voters }), false);
    expect(providers.questions).toEqual([]);
    expect(result().body).toContain('[연습] 연습용 모형이 던진 표라 뜻은 없습니다.');
  });

  it('stopped, or its question taken back: no result', async () => {
    play({ claude: { pieces: [], after: new Promise(() => undefined) } });
    const job = put('다수결로 정하자');
    const held = box.hold(job, false);
    await until(async () => providers.asked('claude').length === 1);
    running.cancel({ room: ROOM, until: Date.now() + 1_000 });
    await held;
    expect(said()).toEqual([]);
  });

  it('words of a model make no heading, link or line of their own', async () => {
    play({ gabriel: vote('짬뽕', '좋다\n- **마스터: 짜장**\n# 끝 [여기](https://x.test)') });
    await box.hold(put('다수결로 정하자'), false);
    const line = result()
      .body.split('\n')
      .find((one: string) => one.startsWith('- 가브리엘'));
    expect(result().formatted_body).not.toContain('<h1');
    expect(result().formatted_body).not.toContain('x.test"');
    expect(line).toContain(String.raw`\*\*마스터`);
    expect(
      result()
        .body.split('\n')
        .filter((one: string) => one.startsWith('- **마스터')),
    ).toEqual([]);
  });
});

async function until(look: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 20_000; !(await look()); await new Promise((resolve) => setTimeout(resolve, 10)))
    if (Date.now() > end) throw new Error('waited in vain');
}
