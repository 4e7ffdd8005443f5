import { describe, expect, it } from 'vitest';
import { cardText } from '../../bots/tasks/messages/card.ts';
import { filesWanted } from '../../bots/tasks/plan/promised-files.ts';
import { needsOf } from '../../bots/tasks/state/mission-needs.ts';
import { taskPrompt } from '../../bots/tasks/prompts/prompt.ts';
import { sayingOf } from '../../bots/tasks/messages/saying.ts';
import type { Answer, AskKind } from '../../bots/tasks/state/ask.ts';
import type { TaskState } from '../../bots/tasks/state/task-state.ts';
import type { CommandResult } from '../../bridge/protocol/act.ts';
import { agent, askOf, NOW, roster } from './task-models-scene.ts';
import { facts } from './task-scene.ts';
import { A, able, answerTo, B, C, command, plan, rulesFor, taskFor, World } from './task-world.ts';

describe('what a mission needs', () => {
  it.each([
    ['펫샵 예약 페이지를 만들어서 손님에게 문자로 보내줘', 'message'],
    ['make a page and email it to me', 'mail'],
    ['A 회사와 B 회사 실적을 비교해서 내일 아침까지 보고서를 이메일로 보내줘', 'mail web until'],
    ['이메일 초안을 써서 고객에게 보내줘', 'mail'],
    ['메일함을 확인해줘', 'mail'],
    ['박사장님께 문자 보내줘', 'message'],
    ['정리해서 카톡으로 알려줘', 'message'],
    ['식당에 전화해서 물어봐줘', 'message'],
    ['사료 10포대 주문해줘', 'payment'],
    ['김씨에게 5만원 송금해줘', 'payment'],
    ['다음 달 일정을 캘린더에 등록해줘', 'calendar'],
    ['홍보 글을 써서 인스타에 올려줘', 'posting'],
    ['이 문서를 인쇄해줘', 'printing'],
    ['강아지 산책해줘', 'act'],
    ['택배 보내줘', 'act'],
    ['가게 로고 그려줘', 'picture'],
    ['홍보 영상 만들어줘', 'picture'],
    ['삼성전자 주가 알려줘', 'web'],
    ['오늘 뉴스 요약해줘', 'web'],
    ['부산 날씨 알려줘', 'web'],
    ['내일 아침 7시에 알려줘', 'later'],
    ['30분 뒤에 알려줘', 'later'],
    ['금요일까지 끝내줘', 'until'],
    ['compare company A and B and email me the report by tomorrow morning', 'mail web until'],
    ['send him a text message', 'message'],
    ['book a table for two', 'payment'],
    ['add it to my calendar', 'calendar'],
    ['post it on instagram', 'posting'],
    ['print it out', 'printing'],
    ['pick up the parcel', 'act'],
    ['draw a logo', 'picture'],
    ['search for the news', 'web'],
    ['remind me tomorrow at 7', 'later'],
  ])('%s: %s', (mission, needs) => {
    expect(needsOf(mission).join(' ')).toBe(needs);
  });

  it.each([
    '서버 파일 목록 조회',
    '펫샵 예약 관리 화면을 만들어줘',
    'site 폴더에 메모를 남겨줘',
    '고객에게 보낼 이메일 초안을 써줘',
    '문자열을 뒤집는 스크립트 짜줘',
    '전화번호 목록 정리해줘',
    '결제 페이지를 만들어줘',
    '달력 화면을 만들어줘',
    '결과를 출력해줘',
    '오늘 날짜를 적어줘',
    '내일 부산 배송 계획을 세워 줘',
    '월요일부터 금요일까지 시간표 만들어줘',
    '첨부한 실적 파일을 비교해줘',
    '환율 계산기 프로그램을 만들어줘',
    '주문서 양식을 만들어줘',
    '이번 주 매출 표를 정리해줘',
    '아침에 먹을 메뉴 추천해줘',
    '손님에게 알려줄 안내문을 써줘',
    '메시지 전달 방법을 정리해줘',
    '블로그에 올릴 글을 써줘',
    '인스타에 게시할 문구를 써줘',
    '구매하고 싶은 물건 목록을 정리해줘',
    '전화 예약 목록을 정리해줘',
    '매일 아침 할 운동을 추천해 줘',
    '내일 아침에 먹을 메뉴를 추천해 줘',
    'list the files',
    'write a draft email to my customer',
    'order the files by date',
    'print hello world in python',
    'call the function foo',
    'make a page with a payment form',
    'plan a trip',
  ])('nothing that the house lacks: %s', (mission) => {
    expect(needsOf(mission)).toEqual([]);
  });

  it('takes no longer for a hostile mission', () => {
    for (const evil of [
      '메일'.repeat(20_000),
      '내일 '.repeat(20_000),
      `${'1시 '.repeat(10_000)}에 `,
      'send '.repeat(20_000),
      '가'.repeat(100_000),
    ]) {
      const began = performance.now();
      needsOf(evil);
      filesWanted(evil);
      expect(performance.now() - began).toBeLessThan(500);
    }
  });
});

it.each([
  ['결과를 report.csv 파일로 저장해줘', ['report.csv']],
  ['매출.csv를 읽고 요약.md로 저장해줘', ['요약.md']],
  ['site 폴더의 index.html을 보여줘', []],
  ['index.html을 만들어줘', ['index.html']],
  ['summarise sales.csv and save it as summary.md', ['summary.md']],
  ['make a summary of sales.csv', []],
  ['write the result to out.txt', ['out.txt']],
])('files that a mission wants made: %s', (mission, files) => {
  expect(filesWanted(mission)).toEqual(files);
});

const three = [A, B, C];
const file = (path: string, bytes: number) => ({ path, bytes, url: 'mxc://x/y', mediaType: 'text/plain' });
function world(
  mission: string,
  steps: readonly unknown[],
  result: (step: string, state: TaskState) => Partial<CommandResult> = () => ({}),
  ask?: Parameters<typeof able>[0],
): World {
  const mine = plan('a plan', steps);
  const script = able({
    ask: (one, state) => answerTo(one, state, mine),
    command: (step, _attempt, state) => result(step, state),
    ...ask,
  });
  return new World(taskFor(three, { mission, lang: 'ko' }), rulesFor(three)).play(script);
}
/** A step with a command that is no program. */
const other = (id: string, fields: Record<string, unknown>) => ({
  kind: 'command',
  title: id,
  command: { id, reason: 'because', ...fields },
});
const card = (state: TaskState): string => cardText(state, facts);

describe('a task that is carried out', () => {
  it('says before it begins what it has no means for, tells the planners, and does not call it done', () => {
    const begun = new World(
      taskFor(three, { mission: '실적을 정리해서 이메일로 보내줘', lang: 'ko' }),
      rulesFor(three),
    );
    expect(card(begun.state)).toContain('🚧 여기서 못 하는 것: 이메일 보내기');
    const one = begun.play(able());
    const [called] = one.said('electorate');
    if (called?.kind !== 'say') throw new Error('nobody was called');
    expect(sayingOf({ ...one.state, phase: 'proposing', ending: null }, called, facts).text).toContain(
      '🚧 여기서 못 하는 것: 이메일 보내기',
    );
    expect(one.state).toMatchObject({ phase: 'partial', ending: 'no-means' });
    expect(card(one.state)).toMatch(/^🟡 /u);
    expect(card(one.state)).toContain('🚧 못 한 것: 이메일 보내기');
    const [report] = one.said('report');
    if (report?.kind !== 'say') throw new Error('no report');
    const { text } = sayingOf(one.state, report, facts);
    expect(text.split('\n').slice(0, 2).join(' ')).toMatch(/^🟡 .*🚧 못 한 것: 이메일 보내기/u);
    const told = (['triage', 'propose', 'verify', 'report'] as const).filter((kind) =>
      promptOf(one.state, kind).includes('sending or reading e-mail'),
    );
    expect(told).toEqual(['triage', 'propose', 'verify', 'report']);
  });

  it('where letters can be sent owes one that the mission wants, and is done with it', () => {
    const mission = '실적을 정리해서 이메일로 보내줘';
    const letter = other('mail', { type: 'send_mail', to: ['me@example.org'], subject: '실적', text: '정리' });
    const played = (steps: readonly unknown[]) => {
      const mine = plan('a plan', steps);
      const script = able({ ask: (one, state) => answerTo(one, state, mine), command: () => ({}) });
      return new World(taskFor(three, { mission, lang: 'ko' }), rulesFor(three, { mails: true, searches: true })).play(
        script,
      ).state;
    };
    const sent = played([letter]);
    expect(sent).toMatchObject({ lacks: [], phase: 'done', ending: 'done' });
    expect(card(sent)).not.toContain('🚧');
    const forgotten = played([other('w', { type: 'list_files', path: '.' })]);
    expect(forgotten).toMatchObject({ lacks: [], phase: 'partial', ending: 'no-means' });
    expect(card(forgotten)).toContain('🚧 못 한 것: 이메일 보내기');
  });

  it('is done where a command that the master let out did it', () => {
    const post = other('send', { type: 'fetch', url: 'https://mail.example/send', method: 'POST', body: 'x' });
    expect(world('실적을 정리해서 이메일로 보내줘', [post]).state).toMatchObject({ phase: 'done', ending: 'done' });
    const get = other('send', { type: 'fetch', url: 'https://mail.example/send', method: 'GET' });
    expect(world('실적을 정리해서 이메일로 보내줘', [get]).state).toMatchObject({ ending: 'no-means' });
  });

  it('shows what a model has found impossible', () => {
    const triage = (answer: Answer): Answer =>
      answer.kind === 'triage' ? { ...answer, cannot: ['공장 **현장** 점검'] } : answer;
    const one = world('보고서를 써줘', [command('list')], undefined, {
      ask: (ask, state) => triage(answerTo(ask, state, plan('x'))),
    });
    expect(cardText({ ...one.state, phase: 'executing', ending: null }, facts)).toMatch(
      /🚧 여기서 못 하는 것: 공장 .*현장.* 점검/u,
    );
    expect(promptOf(one.state, 'verify')).toContain('공장 **현장** 점검');
  });

  it('is not done where whoever checks found a part that nobody here can do', () => {
    const found = (answer: Answer): Answer =>
      answer.kind === 'verify' ? { ...answer, missing: ['공장에 가 보기'] } : answer;
    const one = world('보고서를 써줘', [command('list')], undefined, {
      ask: (ask, state) => found(answerTo(ask, state, plan('x'))),
    });
    expect(one.state).toMatchObject({ phase: 'partial', ending: 'no-means', verdict: { holds: true } });
    expect(card(one.state)).toContain('🚧 못 한 것: 공장에 가 보기');
  });

  it.each<[string, string, readonly unknown[], Partial<CommandResult>]>([
    ['named in the mission and not made', '결과를 report.csv 파일로 저장해줘', [command('list')], {}],
    [
      'named in the mission and empty',
      '결과를 report.csv 파일로 저장해줘',
      [{ ...command('list'), artifacts: ['report.csv'] }],
      { artifacts: [file('report.csv', 0)] },
    ],
    ['promised by the plan and not there', '결과를 보여줘', [{ ...command('list'), artifacts: ['out/result.md'] }], {}],
  ])('is not done while a file is missing: %s', (_what, mission, steps, result) => {
    const one = world(mission, steps, () => result);
    expect(one.state).toMatchObject({ phase: 'partial', ending: 'not-verified', verdict: { by: null, holds: false } });
    expect(one.said('verdict')).toHaveLength(3);
    expect(one.state.verdict?.why).toMatch(/report\.csv|result\.md/u);
  });

  it('is done when the files are there', () => {
    const made = [{ ...command('list'), artifacts: ['out/report.csv'] }];
    expect(
      world('결과를 report.csv 파일로 저장해줘', made, () => ({ artifacts: [file('out/report.csv', 5)] })).state,
    ).toMatchObject({ phase: 'done', ending: 'done', round: 0 });
    const written = [other('w', { type: 'write_file', path: 'report.csv', content: 'a,b' })];
    expect(world('결과를 report.csv 파일로 저장해줘', written).state.phase).toBe('done');
  });

  it('is checked against the mission, with what there is to be had', () => {
    const one = world(
      '두 회사를 비교한 result.md를 만들어줘',
      [{ ...command('list'), artifacts: ['result.md'] }],
      () => ({ artifacts: [file('result.md', 7)] }),
    );
    const prompt = promptOf(one.state, 'verify');
    for (const words of [
      '두 회사를 비교한',
      'whether the MISSION is fulfilled',
      'result.md (7 bytes)',
      'every part of what it asks for',
    ])
      expect(prompt).toContain(words);
  });
});

function promptOf(state: TaskState, kind: AskKind): string {
  const config = roster.agents[0];
  if (config === undefined) throw new Error('nobody');
  return taskPrompt(
    state,
    { ...askOf(kind), agent: agent('gabriel') },
    { agent: config, ownerTitle: '마스터', workers: [], lent: [], hosts: null, timeZone: 'Asia/Seoul', now: NOW },
    { own: 1_000, longest: 1_000 },
  ).parts.join('\n\n');
}
