import { describe, expect, it } from 'vitest';
import { AgentId, UserId } from '../../bridge/protocol/ids.ts';
import type { SwarmJob } from '../../bridge/protocol/turn.ts';
import { jobId } from '../../bridge/protocol/turn.ts';
import { decideForMaster, decideForOthers } from '../../bots/intake/decide.ts';
import { decideInMemoryRoom } from '../../bots/intake/memory-room-plan.ts';
import type { Facts, IntakePlan } from '../../bots/intake/intake-plan.ts';
import { agents, facts } from './decide-facts.ts';
import { eventId, message } from './events.ts';

const decide = (body: string, more: Partial<Facts> = {}, event: Parameters<typeof message>[2] = {}) =>
  decideForMaster(message('m', body, event), { ...facts, ...more });
const turns = (plan: IntakePlan) => plan.jobs.flatMap((job) => (job.type === 'turn' ? [job.agent] : []));
const notices = (plan: IntakePlan) => plan.jobs.flatMap((job) => (job.type === 'notice' ? [job.text] : []));

describe('what a master sets off', () => {
  it('a greeting: one turn for every agent, in the language of the message', () => {
    const plan = decide('얘들아 안녕');
    expect(turns(plan)).toEqual(['gabriel', 'jarvis', 'claude']);
    expect(plan.jobs.every((job) => job.type === 'turn' && job.lang === 'ko' && job.depth === 0)).toBe(true);
    expect(decide('hello everyone').jobs.every((job) => job.type === 'turn' && job.lang === 'en')).toBe(true);
  });

  it('a name of somebody who is off: one line, and nobody in its stead', () => {
    const off = [{ id: AgentId.parse('manus'), userId: UserId.parse('@agent_manus:test'), callsigns: ['마누스'] }];
    const plan = decide('마누스야 뭐해?', {
      off,
      everyone: [...facts.everyone, ...off.map((one) => ({ ...one, config: {} }))],
    });
    expect(turns(plan)).toEqual([]);
    expect(notices(plan)).toEqual([expect.stringContaining('manus')]);
    expect(turns(decide('마누스랑 클로드 의견 줘', { off }))).toEqual(['claude']);
    expect(notices(decide('마누스랑 클로드 의견 줘', { off }))).toHaveLength(1);
    expect(turns(decide('얘들아 안녕', { off }))).toEqual(['gabriel', 'jarvis', 'claude']);
    expect(notices(decide('얘들아 안녕', { off }))).toEqual([]);
  });

  it('a name: that one alone', () => {
    expect(turns(decide('클로드야 요약해줘'))).toEqual(['claude']);
  });

  it('to all: a letter for each who is not there now, and no word about it', () => {
    const away = new Set([AgentId.parse('claude')]);
    const ready = new Set(['gabriel', 'jarvis'].map((id) => AgentId.parse(id)));
    const letters = (plan: IntakePlan) =>
      plan.jobs.flatMap((job) => (job.type === 'letter' ? [[job.agent, job.text]] : []));
    const all = decide('얘들아 오늘은 쉬자', { away, ready });
    expect(turns(all)).toEqual(['gabriel', 'jarvis']);
    expect(letters(all)).toEqual([['claude', '얘들아 오늘은 쉬자']]);
    expect(notices(all)).toEqual([]);
    // Whom it is not for gets no letter.
    expect(letters(decide('자비스야 안녕', { away, ready }))).toEqual([]);
    expect(letters(decide('오늘 덥네', { away, ready, floor: 'called' }))).toEqual([]);
    expect(notices(decide('클로드야 안녕', { away, ready }))).toHaveLength(1);
  });

  it('a name that may not speak: the true reason, and how to change it', () => {
    const away = new Set(['claude', 'jarvis'].map((id) => AgentId.parse(id)));
    const mute = new Set([AgentId.parse('claude')]);
    const plan = decide('클로드야 안녕', { away, mute, ready: new Set() });
    expect(notices(plan)).toEqual([
      expect.stringMatching(/말하기 권한이 없어서[^]*우편함[^]*`!초대 권한 claude 읽기 말하기`/),
    ]);
    expect(plan.jobs).toContainEqual(expect.objectContaining({ type: 'letter', agent: 'claude' }));
    const [both = ''] = notices(decide('클로드랑 자비스 의견 줘', { away, mute, ready: new Set() }));
    expect(both.split('\n')).toEqual([
      expect.stringMatching(/^jarvis: 지금 접속해 있지/),
      expect.stringMatching(/^claude는 말하기 권한/),
    ]);
  });

  it('makes ids that a second delivery cannot add again', () => {
    const ids = (plan: IntakePlan) => plan.jobs.map((job: SwarmJob) => jobId(job));
    expect(ids(decide('얘들아 안녕'))).toEqual(ids(decide('얘들아 안녕')));
    expect(new Set(ids(decide('얘들아 안녕'))).size).toBe(3);
  });

  it.each([
    ['closed', '클로드야 요약해줘', []],
    ['called', '오늘 덥네', []],
    ['called', '클로드야 덥지?', ['claude']],
  ] as const)('floor %s: %s', (floor, body, speakers) => {
    const plan = decide(body, { floor });
    expect(turns(plan)).toEqual(speakers);
    expect(notices(plan)).toEqual([]);
  });

  it('!floor and a plain sentence set the floor and say how to undo it', () => {
    for (const body of ['!floor called', '!발언 호출', '내가 부를 때만 대답해']) {
      const plan = decide(body);
      expect(plan.floor).toBe('called');
      expect(turns(plan)).toEqual([]);
      expect(notices(plan)).toHaveLength(1);
      expect(notices(plan)[0]).toMatch(/`!(?:floor open|발언 모두)`/);
    }
  });

  it('a sentence that sets the floor and calls somebody does both', () => {
    const plan = decide('앞으로 호출하지 않은 에이전트는 아무 말도 하지마~~~~가브리엘 발표해');
    expect(plan.floor).toBe('called');
    expect(turns(plan)).toEqual(['gabriel']);
    expect(notices(plan)).toHaveLength(1);
  });

  it('all are hushed but one: a call of that one, and the floor stays as it was', () => {
    for (const body of [
      '다들 조용히 하고 클로드만 말해',
      '다들 조용히 해. 클로드만 말해',
      '클로드만 대답하고 나머지는 조용히 해',
    ]) {
      const plan = decide(body);
      expect(plan.floor).toBeUndefined();
      expect(turns(plan)).toEqual(['claude']);
      expect(notices(plan)).toEqual([]);
    }
    expect(decide('다들 조용히 해').floor).toBe('closed');
  });

  it('what all have said is made one by the integrator alone, who has hands for it', () => {
    const handy = new Set(facts.agents.map(({ id }) => id));
    const plan = decide('좋아. 두 안을 합쳐 줘', { handy });
    expect(turns(plan)).toEqual(['jarvis']);
    expect(plan.jobs).toMatchObject([{ hands: 'act' }]);
    expect(notices(plan)).toEqual([]);
    // Where he rests, somebody else does it; whoever is called by name does it in any case.
    expect(turns(decide('두 안을 합쳐 줘', { quiet: new Map([[AgentId.parse('jarvis'), () => '']]) }))).toEqual([
      'gabriel',
    ]);
    expect(turns(decide('클로드야 두 안을 합쳐 줘'))).toEqual(['claude']);
    expect(turns(decide('두 안을 합치면 어때?'))).toEqual(['gabriel', 'jarvis', 'claude']);
    expect(turns(decide('두 안을 합쳐 줘', { floor: 'called' }))).toEqual([]);
  });

  describe('put to the vote', () => {
    const ballotOf = (plan: IntakePlan) => plan.jobs.find((job) => job.type === 'ballot');
    const opinions = ['gabriel', 'claude'].map((id) => AgentId.parse(id));

    it.each(['다수결로 정하자: 짜장 vs 짬뽕', '!투표 짜장 / 짬뽕', '!투표\n- 짜장\n- 짬뽕'])(
      '%s: everybody at once, and no turns',
      (body) => {
        const plan = decide(body);
        expect(plan.jobs).toHaveLength(1);
        expect(ballotOf(plan)).toMatchObject({
          options: ['짜장', '짬뽕'],
          voters: ['gabriel', 'jarvis', 'claude'],
          absent: [],
        });
      },
    );

    it('who rests is named, who is called votes alone, and names among the options call nobody', () => {
      const quiet = new Map([[AgentId.parse('claude'), () => '']]);
      expect(ballotOf(decide('다수결로 정하자: 짜장 vs 짬뽕', { quiet }))).toMatchObject({
        voters: ['gabriel', 'jarvis'],
        absent: ['claude'],
      });
      expect(ballotOf(decide('클로드랑 자비스만 투표해: 짜장 vs 짬뽕'))?.voters).toEqual(['jarvis', 'claude']);
      expect(ballotOf(decide('클로드 빼고 다들 투표해: 짜장 vs 짬뽕'))?.voters).toEqual(['gabriel', 'jarvis']);
      expect(ballotOf(decide('다수결로 정하자: 클로드 안 vs 자비스 안'))?.voters).toHaveLength(3);
    });

    it('whose opinion is best: those who gave one stand for it', () => {
      expect(ballotOf(decide('누구 의견이 제일 좋은지 이름만 대답해', { opinions }))).toMatchObject({
        options: ['gabriel', 'claude'],
        candidates: ['gabriel', 'claude'],
        brief: true,
        voters: ['gabriel', 'jarvis', 'claude'],
      });
      expect(ballotOf(decide('그럼 다수결로 정하자', { opinions }))?.candidates).toEqual(['gabriel', 'claude']);
      expect(notices(decide('다수결로 정하자'))).toEqual([expect.stringContaining('!투표 점심: 짜장 / 짬뽕')]);
    });

    it('one agent alone is asked, not put to the vote; and where nobody may speak nobody is', () => {
      expect(turns(decide('클로드야 누구 의견이 제일 좋은지 이름만 대답해', { opinions }))).toEqual(['claude']);
      expect(decide('다수결로 정하자: 짜장 vs 짬뽕', { floor: 'closed' }).jobs).toEqual([]);
      expect(ballotOf(decide('다수결로 정하자: 짜장 vs 짬뽕', { floor: 'called' }))?.voters).toHaveLength(3);
      expect(notices(decide('다수결로 정하자: 짜장 vs 짬뽕', { frozen: true }))).toHaveLength(1);
    });

    it('too many options, and nobody to ask: a line', () => {
      expect(notices(decide(`!투표 ${Array.from({ length: 11 }, (_, i) => `보기${i}`).join(' / ')}`))[0]).toContain(
        '10개',
      );
      expect(notices(decide('!투표 짜장 / 짬뽕', { ready: new Set() }))).toHaveLength(1);
    });

    it('is one job, however often it is heard', () => {
      const ids = () => decide('다수결로 정하자: 짜장 vs 짬뽕').jobs.map(jobId);
      expect(ids()).toEqual([`${eventId('m')}.ballot`]);
    });
  });

  it('!stop ends everything asked until then', () => {
    const event = message('s', '!그만');
    expect(decideForMaster(event, facts).stopAt).toBe(event.at);
  });

  it('!discuss: everyone in turn for each round in a thread, the integrator last', () => {
    const plan = decide('!토론 펫샵 이름 3');
    const turn = plan.jobs.find((job) => job.type === 'turn');
    expect(turn?.discussion?.order).toEqual([
      'gabriel',
      'jarvis',
      'claude',
      'gabriel',
      'jarvis',
      'claude',
      'gabriel',
      'jarvis',
      'claude',
      'jarvis',
    ]);
    expect(turn?.thread).toBe(eventId('m'));
    expect(turns(plan)).toEqual(['gabriel']);
  });

  it('commands work under every floor, and are no turns', () => {
    const plan = decide('!agents', { floor: 'closed' });
    expect(notices(plan)).toEqual(['| table |']);
    expect(turns(plan)).toEqual([]);
  });

  it('an unknown command gets the nearest one', () => {
    expect(notices(decide('!agentss'))[0]).toContain('!agents');
  });

  it('speaks the language of the room where a command says none', () => {
    expect(notices(decide('!nosuchthing'))[0]).toContain('없습니다');
    expect(notices(decide('!nosuchthing', { roomLang: 'en' }))[0]).toContain('There is no');
    expect(notices(decide('!floor called', { roomLang: 'en' }))[0]).toContain('From now on');
    expect(notices(decide('!토론', { roomLang: 'en' }))[0]).toContain('따옴표');
  });

  it('empty and white messages get a line, and no turn', () => {
    for (const body of ['', '   ', '\n\t\n']) {
      const plan = decide(body);
      expect(turns(plan)).toEqual([]);
      expect(notices(plan)).toHaveLength(1);
    }
  });

  it('a secret: the message goes out of the room, and is answered all the same', () => {
    const plan = decide('얘들아 키는 sk-…(가림)', {}, { masked: true });
    expect(turns(plan)).toEqual(['gabriel', 'jarvis', 'claude']);
    const notice = plan.jobs.find((job) => job.type === 'notice');
    expect(notice?.redact?.event).toBe(eventId('m'));
  });

  it('a secret in a command: one line says both, and the redaction is not lost', () => {
    const plan = decide('!agents sk-…(가림)', {}, { masked: true });
    const said = plan.jobs.filter((job) => job.type === 'notice');
    expect(said).toHaveLength(1);
    expect(said[0]?.redact?.event).toBe(eventId('m'));
  });

  it('one without a model is named when called, and passed over when all are meant', () => {
    const ready = new Set([AgentId.parse('gabriel')]);
    expect(turns(decide('얘들아 안녕', { ready }))).toEqual(['gabriel']);
    expect(notices(decide('얘들아 안녕', { ready }))).toEqual([]);
    expect(turns(decide('클로드야 안녕', { ready }))).toEqual([]);
    expect(notices(decide('클로드야 안녕', { ready }))[0]).toContain('claude');
  });

  it('calling the executor alone is not talking to the agents', () => {
    const plan = decide('실행자야 안녕');
    expect(turns(plan)).toEqual([]);
    expect(notices(plan)[0]).toContain('실행자');
  });
});

describe('models', () => {
  it.each<[string, unknown]>([
    ['!모델 GPT 릴레이', { agent: 'gabriel', name: 'relay' }],
    ['!모델 자비스 기본', { agent: 'jarvis', name: null }],
    ['!model jarvis default', { agent: 'jarvis', name: null }],
    ['!모델', undefined],
    ['!모델 자비스님 relay', undefined],
    ['!모델 프랭크 openai/gpt-5.2', undefined],
    ['!model claude gpt-5.2', undefined],
    ['!model claude opnai/gpt-5.2', undefined],
    ['!model claude openai/', undefined],
    ['!model claude openai/gpt-5.2 please', undefined],
    ['!model claude compatible/llama', undefined],
    ['!model claude echo/0@0', undefined],
  ])('%s', (body, model) => {
    const byHand = { modelOf: () => ({ model: 'relay', state: { kind: 'by-hand' } as const }) };
    const plan = decide(body, byHand);
    expect(plan.model).toEqual(model);
    expect(notices(plan)).toHaveLength(1);
    expect(turns(plan)).toEqual([]);
  });

  it.each([
    ['!model claude openai/gpt-5.2'],
    ['!모델 클로드 OpenAI/gpt-5.2'],
    ['!model @gpt: `anthropic/Claude-X`'],
    ['!모델 자비스'],
  ])('%s is asked before it is answered', (body) => {
    const plan = decide(body);
    expect(plan.model).toBeUndefined();
    expect(plan.jobs).toMatchObject([{ type: 'command', name: 'model', words: body.slice(body.indexOf(' ') + 1) }]);
  });

  it('says whether its key is there, and why something is no model', () => {
    const keyless = { modelOf: () => ({ model: 'openai/gpt-5.2', state: { kind: 'no-key', instead: null } as const }) };
    expect(notices(decide('!모델 클로드 openai/gpt-5.2', keyless))[0]).toMatch(/키가 없어.*npm start -- keys/);
    expect(notices(decide('!model claude opnai/x', { roomLang: 'en' }))[0]).toMatch(/known providers are openai/);
    expect(notices(decide('!model claude gpt', { roomLang: 'en' }))[0]).toMatch(/written provider\/model/);
    expect(notices(decide('!model claude compatible/x', { roomLang: 'en' }))[0]).toMatch(/endpoint/);
  });

  it("speaks the language of the room, names of models being nobody's", () => {
    expect(notices(decide('!model claude default'))[0]).toMatch(/입니다/);
    expect(notices(decide('!model claude default', { roomLang: 'en' }))[0]).not.toMatch(/[가-힣]/);
    expect(decide('!model claude openai/gpt-5.2').jobs[0]).toMatchObject({ lang: 'ko' });
  });
});

describe('the memory of a room', () => {
  it.each([
    ['!기억', 'memory', ''],
    ['!memory', 'memory', ''],
    ['!기억 펫샵은 열 시에 연다', 'memory', '펫샵은 열 시에 연다'],
    ['!remember the shop opens at ten', 'memory', 'the shop opens at ten'],
    ['!기억 검색 펫샵', 'memory', '검색 펫샵'],
    ['!잊어 3', 'forget', '3'],
    ['!forget 3, 4', 'forget', '3, 4'],
  ])('hears %s', (body, name, words) => {
    expect(decide(body).jobs).toEqual([expect.objectContaining({ type: 'command', name, words })]);
    expect(decide(body).forgetAt).toBeUndefined();
  });

  it('takes what is nothing but to be remembered to nobody’s turn, and both to whoever is called', () => {
    const remembers = decide('앞으로 항상 짧게 말해');
    expect(remembers.jobs).toEqual([
      expect.objectContaining({ type: 'command', name: 'memory', lines: ['앞으로 항상 짧게 말해'] }),
    ]);
    const both = decide('앞으로 항상 짧게 말해. 클로드야 내일 날씨 어때?');
    expect(both.jobs.map((job) => (job.type === 'turn' ? job.agent : job.type))).toEqual(['command', 'claude']);
    expect(decide('앞으로 항상 짧게 말해', { floor: 'closed' }).jobs).toHaveLength(1);
  });

  it('does not store what holds a secret', () => {
    const event = message('s', '앞으로 비번은 [가림] 기억해', { masked: true });
    expect(decideForMaster(event, facts).jobs.some(({ type }) => type === 'command')).toBe(false);
  });

  it('takes a master’s message in its own room for a line, and wakes nobody', () => {
    const here = (body: string, more = {}) => decideInMemoryRoom(message('m', body, more), 'ko').jobs;
    expect(here('펫샵은 열 시에 연다')).toEqual([
      expect.objectContaining({ type: 'command', name: 'memory', lines: ['펫샵은 열 시에 연다'] }),
    ]);
    expect(here('스레드에서', { thread: eventId('root') })).toEqual([]);
    expect(here('알림', { msgtype: 'm.notice' })).toEqual([]);
    expect(here('비번 [가림]', { masked: true }).map(({ type }) => type)).toEqual(['notice']);
  });

  it('is cleared up to the command', () => {
    const event = message('f', '!잊어');
    expect(decideForMaster(event, facts).forgetAt).toBe(event.at);
    expect(decide('!잊어 다').forgetAt).toBeUndefined();
  });
});

describe('one whose words a person carries', () => {
  const whenCalled = new Set([AgentId.parse('claude')]);
  const claude = agents[2]!.userId;

  it.each<[string, Partial<Facts>, Parameters<typeof message>[2], readonly string[]]>([
    ['얘들아 안녕', {}, {}, ['gabriel', 'jarvis']],
    ['자비스 빼고 다들 말해봐', {}, {}, ['gabriel']],
    ['클로드야 안녕', {}, {}, ['claude']],
    ['클로드, 자비스 인사해', {}, {}, ['jarvis', 'claude']],
    ['이건 어때?', {}, { mentions: [claude] }, ['claude']],
    ['이건 어때?', { repliedTo: claude }, {}, ['claude']],
  ])('%s', (body, more, event, speakers) => {
    expect(turns(decide(body, { whenCalled, ...more }, event))).toEqual(speakers);
  });

  it('takes part in a discussion', () => {
    expect(decide('!토론 이름 1', { whenCalled }).jobs.find((job) => job.type === 'turn')?.discussion?.order).toEqual([
      'gabriel',
      'jarvis',
      'claude',
      'jarvis',
    ]);
  });

  it('says so when nobody else is there to greet', () => {
    const plan = decide('안녕', { whenCalled, agents: [agents[2]!] });
    expect(turns(plan)).toEqual([]);
    expect(notices(plan)[0]).toContain('이름을 불러');
  });

  const relayed = { turn: '$q.claude', agent: AgentId.parse('claude'), waiting: true };

  it('answers by the reply to what was put up, which is no chat for the others', () => {
    for (const body of ['자비스, 이건 웹에서 온 답입니다', '!important: 답', '답'])
      expect(decide(body, { relayed, repliedTo: claude })).toEqual({
        jobs: [],
        carried: { turn: '$q.claude', text: body },
      });
  });

  it.each<[string, Partial<Facts>, Parameters<typeof message>[2], RegExp]>([
    ['늦은 답', { relayed: { ...relayed, waiting: false } }, {}, /이미 끝나/],
    ['  ', { relayed }, {}, /글로 적어/],
    ['a.png', { relayed }, { attachment: { url: 'mxc://a/b', name: 'a.png', mediaType: 'image/png' } }, /글로 적어/],
  ])('is told when a reply cannot be passed on: %s', (body, more, event, line) => {
    const plan = decide(body, more, event);
    expect(plan.carried).toBeUndefined();
    expect(notices(plan)[0]).toMatch(line);
  });

  it('hears commands all the same', () => {
    expect(decide('!그만', { relayed }).stopAt).toBeDefined();
  });
});

describe('what others set off', () => {
  it('nothing: they are heard', () => {
    expect(decideForOthers(message('m', '클로드야 안녕'), facts, false).jobs).toEqual([]);
  });

  it('a command is answered once, and not obeyed', () => {
    const plan = decideForOthers(message('m', '!floor closed'), facts, false);
    expect(notices(plan)).toHaveLength(1);
    expect(plan.floor).toBeUndefined();
    expect(decideForOthers(message('m', '!stop'), facts, true).jobs).toEqual([]);
  });
});
