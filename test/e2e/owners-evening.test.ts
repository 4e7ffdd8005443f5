import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { mailPlace } from '../../bridge/launcher/verbs/mail-place.ts';
import { MailSettings } from '../../bridge/mail/mail-settings.ts';
import { PROPOSAL_MARK } from '../../bridge/protocol/orders/proposal.ts';
import { openPostOffice, type PostOffice, wordsOf } from '../house/post-office.ts';
import { calls, type Question, type Reply } from '../house/providers.ts';
import { bringOn } from '../house/schedule-clock.ts';
import { rosterOf, Scene } from '../house/scene.ts';
import { TaskView } from '../house/task-scene.ts';

/** One evening of the owner's: he says a sentence to all, taps once, and has a letter in the morning. */

const OWNER = 'owner@house.example';
const ASKED = 'A 회사와 B 회사 실적을 비교해서 내일 아침 7시까지 보고서를 이메일로 보내줘';
const MISSION = 'A 회사와 B 회사 실적을 인터넷에서 조사해 비교하고 보고서를 이메일로 보내줘';
const FIVE = [
  'A 회사 매출은 3조 1,200억 원입니다[1].',
  'B 회사 매출은 2조 400억 원입니다[2].',
  'A가 1조 800억 원 많습니다.',
  '차트와 표는 보고서.pdf에 있습니다.',
  `${OWNER}로 보냈습니다.`,
].join('\n');

let office: PostOffice;
let scene: Scene;
beforeAll(async () => {
  office = await openPostOffice();
  scene = await Scene.open({ env: { CHAVION_REHEARSAL: 'auto' }, roster: rosterOf('gabriel', 'jarvis') });
  const settings = MailSettings.parse({ smtp: office.login, address: OWNER, verified: true });
  (await mailPlace(join(import.meta.dirname, '..', '..'), scene.house.env)).write(settings);
});
afterAll(async () => {
  await scene[Symbol.asyncDispose]();
  await office[Symbol.asyncDispose]();
});

const SOURCES = {
  A: { url: 'https://dart.example/a/2026q3', title: 'A 회사 3분기 실적' },
  B: { url: 'https://dart.example/b/2026q3', title: 'B 회사 3분기 실적' },
};
const figure = { A: '매출 3조 1,200억 원', B: '매출 2조 400억 원' };

/** What the search of a provider brings. */
function searched(question: Question): Reply {
  const which = question.said.at(-1)?.text.includes('B 회사') === true ? 'B' : 'A';
  return {
    pieces: [`${which} 회사 `, figure[which]],
    found: { queries: [`${which} 회사 실적`], sources: [SOURCES[which]], cited: 1 },
  };
}

const PLAN = {
  goal: '두 회사의 실적을 비교한 보고서를 이메일로 보낸다',
  steps: [
    {
      kind: 'command',
      title: '차트 그리기',
      command: {
        type: 'make_document',
        id: 'chart',
        path: '실적.png',
        content: JSON.stringify({
          type: 'bar',
          title: '3분기 매출',
          unit: '억 원',
          labels: ['A 회사', 'B 회사'],
          series: [{ name: '매출', values: [31_200, 20_400] }],
        }),
        reason: '비교를 그림으로',
        success: { exitCode: 0, fileExists: '실적.png' },
      },
    },
    {
      kind: 'command',
      title: '보고서 만들기',
      command: {
        type: 'make_document',
        id: 'report',
        path: '보고서.pdf',
        content: `# 실적 비교\n\n| 회사 | 매출 |\n| --- | ---: |\n| A | 3조 1,200억 |\n| B | 2조 400억 |\n\n![3분기 매출](실적.png)\n\n출처: ${SOURCES.A.url} ${SOURCES.B.url}`,
        reason: '보내 드릴 보고서',
        success: { exitCode: 0, fileExists: '보고서.pdf' },
        after: ['chart'],
      },
      artifacts: ['보고서.pdf'],
    },
    {
      kind: 'command',
      title: '이메일 보내기',
      command: {
        type: 'send_mail',
        id: 'letter',
        to: [OWNER],
        subject: 'A 회사와 B 회사 실적 비교',
        text: '마스터, 보고서를 붙였습니다.',
        attachments: ['보고서.pdf'],
        reason: '아침에 보시도록',
        success: { exitCode: 0, outputContains: 'Sent' },
        after: ['report'],
      },
    },
  ],
};

const phase = (question: Question): string => {
  const text = question.said.at(-1)?.text ?? '';
  const last = [
    ...text.matchAll(
      /^(?:The mission has just come in|Propose a plan|Criticise|Vote\.|Verify|Write the one deliverable)/gm,
    ),
  ].at(-1);
  return last?.[0] ?? 'chat';
};

/** Of a task everybody is of one mind. */
function minded(question: Question): Reply | string {
  if (question.isSearch) return searched(question);
  switch (phase(question)) {
    case 'The mission has just come in':
      return JSON.stringify({ goal: PLAN.goal, checks: ['보고서가 이메일로 갔다'], plain: false });
    case 'Propose a plan':
      return question.step === 0
        ? calls(
            { name: 'web_search', input: { query: 'A 회사 3분기 실적 매출' } },
            { name: 'web_search', input: { query: 'B 회사 3분기 실적 매출' } },
          )
        : JSON.stringify(PLAN);
    case 'Criticise':
      return JSON.stringify({ objections: [] });
    case 'Vote.':
      return JSON.stringify({ ranking: ['A'], reason: '하나뿐' });
    case 'Verify':
      return JSON.stringify({
        holds: true,
        why: '편지가 갔다',
        quotes: [{ step: 'letter', quote: `Sent to ${OWNER}` }],
      });
    case 'Write the one deliverable':
      return FIVE;
    default:
      return question.tools.some(({ name }) => name === 'propose_command') && question.step === 0
        ? calls({ name: 'propose_command', input: { line: `!예약 내일 아침 6시 30분에 ${MISSION}` } })
        : '6시 30분에 시작하도록 올려 두었습니다. ✅를 눌러 주세요.';
  }
}

it('a sentence in the evening is a letter with a report in the morning, and five lines in the thread', async () => {
  const { master, hq, providers } = scene;
  providers.play(minded);
  const question = await master.say(hq, ASKED);

  // In the evening: one proposal, in the words that will count, and one tap.
  const proposal = await master.until('a proposal', hq, () =>
    master
      .shown(hq)
      .find(({ who, body }) => who === 'coordinator' && body.includes(`!예약 내일 아침 6시 30분에 ${MISSION}`)),
  );
  expect(proposal.body).toContain(PROPOSAL_MARK);
  await master.answered(hq, question, 2);
  expect(providers.questions.filter(({ isSearch }) => isSearch)).toEqual([]);
  await master.react(hq, proposal.id, '✅');
  const kept = await master.until('the schedule', hq, () =>
    master.shown(hq).find(({ who, body }) => who === 'coordinator' && body.includes('예약했습니다')),
  );
  expect(kept.body).toMatch(/06:30, 한 번만/);
  const id = /`([a-z2-7]{4})`/.exec(kept.body)?.[1] ?? '';

  // In the morning; the house is not kept waiting for it. Its clock sets it off, and nobody says a word.
  const letter = office.next();
  await bringOn(scene.redis, id);
  const head = await master.until('its run', hq, () =>
    master.shown(hq).find(({ who, body }) => who === 'coordinator' && body.includes('예약 실행')),
  );
  expect(head.body).toContain(`⏰ 예약 실행 \`${id}\`: ${MISSION}`);
  const task = new TaskView(master, hq, head.id);
  const card = await task.ended(120_000);
  expect(card.body).toMatch(/^✅ \*\*임무 #\d+ · 끝/u);

  // It was looked up by the one who planned, and what was found stands in what was planned.
  const searches = providers.questions.filter(({ isSearch }) => isSearch);
  expect(searches.map(({ said }) => said.length)).toEqual(searches.map(() => 1));
  expect(searches.length).toBeGreaterThan(1);

  const posted = await letter;
  expect(office.letters).toHaveLength(1);
  expect(posted.to).toEqual([OWNER]);
  expect(wordsOf(posted.wire)).toContain('마스터, 보고서를 붙였습니다.');
  const pdf = Buffer.from(/application\/pdf[^]*?\r\n\r\n([A-Za-z0-9+/=\r\n]+)/.exec(posted.wire)?.[1] ?? '', 'base64');
  expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
  // The chart is in it.
  expect(pdf.length).toBeGreaterThan(10_000);

  const told = await task.until('the report', () =>
    task
      .thread()
      .find(
        ({ who, msgtype, mentions }) =>
          who === 'coordinator' && msgtype === 'm.text' && mentions?.user_ids !== undefined,
      ),
  );
  expect(told.body).toContain(FIVE);
  const file = await task.until('the PDF in the thread', () =>
    task.thread().find(({ msgtype, body }) => msgtype === 'm.file' && body.includes('보고서.pdf')),
  );
  expect(await master.downloadBytes(file.content.url)).toEqual(pdf);
  expect((await master.noticed(hq, await master.say(hq, '!예약목록'))).body).toContain('예약이 없습니다');
  // Nothing asked for a tap but the proposal.
  expect(task.thread().filter(({ who, body }) => who === 'executor' && body.startsWith('✋'))).toEqual([]);
  // Nor would it have gone anywhere without one: the rest of the house heard of no figure before the morning.
  expect(searches.every(({ at }) => at >= head.at)).toBe(true);
});
