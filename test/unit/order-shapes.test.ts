import { describe, expect, it } from 'vitest';
import { decideForMaster } from '../../bots/intake/decide.ts';
import type { Facts, IntakePlan } from '../../bots/intake/intake-plan.ts';
import { decodeEvent } from '../../bridge/matrix/decode.ts';
import { judgeAdmin } from '../../bridge/operations/admin/gate.ts';
import { RunJob } from '../../bridge/protocol/command-job.ts';
import { parseCycle } from '../../bridge/protocol/orders/cycle-order.ts';
import { AgentId, EventId, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import { behind } from '../../bridge/protocol/orders/order-words.ts';
import { parseSchedule, parseUnschedule } from '../../bridge/protocol/orders/schedule-order.ts';
import { parseChoose, parseTask } from '../../bridge/protocol/orders/task-order.ts';
import { judgeOrder, masterMessage, type OrderFacts } from '../../executor/gate/gate.ts';

const MASTER = UserId.parse('@master:test');
const HQ = RoomId.parse('!hq:test');
const ROOT = EventId.parse('$root');
const AT = 1_700_000_000_000;
const job = RunJob.parse({ v: 1, type: 'run', root: ROOT, room: HQ, at: AT, lang: 'ko' });
const rawOf = (content: object, more: object = {}) => ({
  event_id: ROOT,
  room_id: HQ,
  sender: MASTER,
  type: 'm.room.message',
  origin_server_ts: AT,
  content,
  unsigned: { age: 1 },
  ...more,
});

const claude = { id: AgentId.parse('claude'), userId: UserId.parse('@agent_claude:test'), callsigns: ['클로드'] };
const facts: Facts = {
  agents: [claude],
  others: [],
  ready: new Set([claude.id]),
  whenCalled: new Set(),
  handy: new Set(),
  acts: [],
  everyone: [{ ...claude, config: {} }],
  modelOf: () => ({ model: '', state: { kind: 'ready' } }),
  floor: 'open',
  fallbackLang: 'ko',
  roomLang: 'ko',
  ownerTitle: '마스터',
  integrator: claude.id,
  nameOf: (id) => id,
  agentsTable: () => '',
  running: 0,
  place: 'hq',
};

type Content = Readonly<Record<string, unknown>>;
const file = { url: 'mxc://test/abc', filename: 'table.csv', info: { mimetype: 'text/csv', size: 10 } };
const reply = { 'm.relates_to': { 'm.in_reply_to': { event_id: '$other' } } };
const thread = (more: object = {}) => ({
  'm.relates_to': {
    rel_type: 'm.thread',
    event_id: '$head',
    is_falling_back: true,
    'm.in_reply_to': { event_id: '$last' },
    ...more,
  },
});

/** Every way in which a client sends words. */
const SHAPES: Readonly<Record<string, (body: string) => Content>> = {
  'a message': (body) => ({ msgtype: 'm.text', body }),
  'a message with the same HTML': (body) => ({
    msgtype: 'm.text',
    body,
    format: 'org.matrix.custom.html',
    formatted_body: `<p>${body}</p>`,
  }),
  'a message with other HTML': (body) => ({
    msgtype: 'm.text',
    body,
    format: 'org.matrix.custom.html',
    formatted_body: '<p>hello</p>',
  }),
  'HTML alone': (body) => ({
    msgtype: 'm.text',
    body: 'hello',
    format: 'org.matrix.custom.html',
    formatted_body: `<p>${body}</p>`,
  }),
  'with blanks around it': (body) => ({ msgtype: 'm.text', body: `\n ${body} \n` }),
  'a reply': (body) => ({ msgtype: 'm.text', body, ...reply }),
  'a reply with its quotation': (body) => ({
    msgtype: 'm.text',
    body: `> <@agent_claude:test> words\n> more\n\n${body}`,
    ...reply,
  }),
  'in a thread': (body) => ({ msgtype: 'm.text', body, ...thread() }),
  'a reply in a thread': (body) => ({
    msgtype: 'm.text',
    body: `> <@agent_claude:test> words\n\n${body}`,
    ...thread({ is_falling_back: false }),
  }),
  'a quotation of it': (body) => ({ msgtype: 'm.text', body: `> ${body}` }),
  'under a picture': (body) => ({ msgtype: 'm.image', body, ...file }),
  'under a file': (body) => ({ msgtype: 'm.file', body, ...file }),
  'under a sound': (body) => ({ msgtype: 'm.audio', body, ...file }),
  'under a film': (body) => ({ msgtype: 'm.video', body, ...file }),
  'under a file, as a reply with its quotation': (body) => ({
    msgtype: 'm.file',
    body: `> <@agent_claude:test> words\n\n${body}`,
    ...file,
    ...reply,
  }),
  'under a file, in a thread': (body) => ({ msgtype: 'm.file', body, ...file, ...thread() }),
  'the name of a file': (body) => ({ msgtype: 'm.file', body, url: file.url }),
  'the name of a file, twice': (body) => ({ msgtype: 'm.file', body, filename: body, url: file.url }),
  'the name of a file, with blanks': (body) => ({ msgtype: 'm.file', body: body.replace(' ', '  '), url: file.url }),
  'under a file that is nowhere': (body) => ({ msgtype: 'm.file', body, filename: 'x.csv' }),
  'a notice': (body) => ({ msgtype: 'm.notice', body }),
  'an emote': (body) => ({ msgtype: 'm.emote', body }),
  'a place': (body) => ({ msgtype: 'm.location', body, geo_uri: 'geo:0,0' }),
  'something unheard of': (body) => ({ msgtype: 'test.unknown', body }),
  'an edit': (body) => ({
    msgtype: 'm.text',
    body: `* ${body}`,
    'm.new_content': { msgtype: 'm.text', body },
    'm.relates_to': { rel_type: 'm.replace', event_id: '$old' },
  }),
};

const WORDS = [
  '!run ls -la',
  '!실행 ls',
  '！실행 ls',
  '！ｒｕｎ ls',
  '!RUN ls',
  '!실행! ls',
  '!실행: ls',
  '!run : > x',
  '!실행```\nls\n```',
  '!실행\n```sh\nls\n```',
  '!run',
  '!run --time never ls',
  '!실행 --파일 a.csv ls',
  '!실행'.normalize('NFD') + ' ls',
  '//chavion_task: 이 표의 합계를 구해줘',
  '/chavion_task x',
  '／／chavion_task：x',
  '!task x',
  '!임무: x',
  '! 임무 x',
  '!임무! x',
  '!task',
  '!task 12',
  '//chavion_task',
  '!예약 매일 7시 뉴스',
  '!예약 내일 7시 뉴스',
  '!예약: 30분 뒤에 뉴스',
  '！예약！ 매일 7시 뉴스',
  '!예약취소 abcd',
  '!순환 켜기',
  '!순환 끄기',
  '!재시도',
  '!재시도! 3',
  '!선택 B',
  '!선택! B',
  '!선택: B',
  '!그만',
  '!stop!!',
  '!관리 사람',
  '!관리! 사람',
  '!초대 미르',
  '안녕',
  '! 안녕',
  'see !run ls',
  '!!',
  'ls',
  '!rnu ls',
  '!runs ls',
  '!실행자 ls',
];

/** What the swarm takes the event for. */
function bySwarm(raw: object): { readonly what: string; readonly told: boolean } {
  const event = decodeEvent(raw, { isOwn: () => false });
  if (event?.kind !== 'message') return { what: 'nothing', told: true };
  const plan: IntakePlan = decideForMaster(event, facts);
  const told = plan.jobs.some(({ type }) => type === 'notice');
  if (plan.stopAt !== undefined) return { what: 'stop', told };
  for (const one of plan.jobs) {
    if (one.type === 'order') return { what: 'run', told };
    if (one.type === 'command') return { what: `${one.name} ${one.words}`.trim(), told };
  }
  return { what: 'nothing', told };
}

/** What those take it for who read it again before anything happens. */
function byReaders(raw: object): string {
  const seen: OrderFacts = {
    raw,
    masters: new Set([MASTER]),
    reactions: [],
    stoppedUntil: 0,
    rooms: [HQ],
    now: AT + 1_000,
  };
  const run = judgeOrder(job, seen);
  if (run.kind === 'order' || run.why === 'bad-order') return 'run';
  if (judgeAdmin({ raw, event: ROOT, room: HQ, masters: new Set([MASTER]), now: AT + 1_000 }).kind === 'order')
    return 'admin';
  const root = masterMessage(job, seen, Number.POSITIVE_INFINITY);
  if (root.kind === 'refused') return 'nothing';
  const { body } = root.message;
  const task = parseTask(body);
  if (task?.kind === 'task') return `task ${task.mission}`;
  if (parseSchedule(body, { at: AT, timeZone: 'Asia/Seoul' })?.kind === 'schedule') return 'schedule';
  if (parseUnschedule(body) !== null) return 'unschedule';
  if (parseCycle(body) !== null) return 'cycle';
  if (parseChoose(body)?.kind === 'choice') return 'choose';
  for (const [name, ...words] of [
    ['stop', 'stop', '그만'],
    ['retry', 'retry', '재시도'],
    ['agent', 'agent', '초대'],
  ] as const)
    if (behind(body, ...words) !== null) return name;
  return 'nothing';
}

/** What only the swarm acts on. */
const SHOWN_ONLY = /^(?:task(?: #?\d+)?|status|tasks)$/;
const isSame = (swarm: string, readers: string): boolean =>
  swarm === readers ||
  (!readers.startsWith('task ') && swarm.split(' ')[0] === readers) ||
  (readers === 'nothing' && SHOWN_ONLY.test(swarm));

describe.each(Object.entries(SHAPES))('an order sent as %s', (shape, content) => {
  it.each(WORDS)(
    '%s is the same to the swarm and to whoever carries it out, or the master hears that it is none',
    (words) => {
      const raw = rawOf(content(words));
      const swarm = bySwarm(raw);
      expect([swarm.what, byReaders(raw)]).toSatisfy(([one = '', other = '']: string[]) => isSame(one, other));
      const isOrder = bySwarm(rawOf({ msgtype: 'm.text', body: words })).what !== 'nothing';
      const isSpoken = !/name of a file|HTML alone|quotation of it|nowhere/.test(shape);
      expect(swarm.what !== 'nothing' || swarm.told || !isOrder || !isSpoken).toBe(true);
    },
  );
});

describe('a master’s words under a file', () => {
  it.each([
    'under a picture',
    'under a file',
    'under a sound',
    'under a film',
    'under a file, as a reply with its quotation',
  ])('are an order: %s', (shape) => {
    expect(bySwarm(rawOf(SHAPES[shape]?.('//chavion_task: 합계') ?? {})).what).toBe('task 합계');
    expect(byReaders(rawOf(SHAPES[shape]?.('//chavion_task: 합계') ?? {}))).toBe('task 합계');
    expect(byReaders(rawOf(SHAPES[shape]?.('!실행 ls') ?? {}))).toBe('run');
  });

  it('are none where it is a notice or an emote, and that is said', () => {
    for (const shape of ['a notice', 'an emote', 'a place', 'something unheard of']) {
      expect(bySwarm(rawOf(SHAPES[shape]?.('!실행 ls') ?? {}))).toEqual({ what: 'nothing', told: true });
    }
  });
});
