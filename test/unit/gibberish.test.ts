import { describe, expect, it } from 'vitest';
import { type Gibberish, gibberishIn } from '../../bots/models/gibberish.ts';
import { withGuard } from '../../bots/models/with-guard.ts';
import type { Provider, StreamPart } from '../../bots/models/providers/provider.ts';
import { ProviderFault } from '../../bridge/protocol/fault.ts';
import { agentOn, requestOf } from '../contract/provider-run.ts';
import { STREAMING } from '../contract/provider-wires.ts';

const SYSTEM =
  '당신은 가브리엘, 마스터를 섬기는 팀장입니다. 일을 나누고 순서를 정하며 구체적인 다음 걸음을 말합니다. 마스터는 트럭을 몰고 밤에는 반려동물 가게에서 일합니다.\nYou speak Korean to Korean, briefly, for a phone. Say only what you yourself did or think. Never invent a result, a file, a quotation or a source.';
const look = (answer: string, question = '오늘 뭐부터 하지?', lang: 'ko' | 'en' = 'ko', said = '') =>
  gibberishIn(answer, { lang, system: SYSTEM, question, said: `${said}\n${question}` });

const rows = (n: number, row: (i: number) => string): string => Array.from({ length: n }, (_, i) => row(i)).join('\n');

/** What was asked, and an answer that is to be let through. */
const HONEST: readonly (readonly [string, string])[] = [
  ['안녕', '안녕하세요, 마스터. 무엇부터 도와드릴까요?'],
  ['ㅋㅋ', 'ㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋ'],
  ['오늘 힘들다', '고생 많으셨습니다.\n\n오늘은 일찍 쉬시고, 사료 주문은 제가 내일 아침에 다시 말씀드릴게요.'],
  ['응원해줘', `${'화이팅! '.repeat(12)}마스터는 할 수 있습니다.`],
  ['하하', '하'.repeat(120)],
  ['목록', rows(40, (i) => `${i + 1}. ${['사료', '모래', '간식', '목줄', '물그릇'][i % 5]} ${i + 2}개`)],
  ['할 일', rows(30, (i) => `- [${i % 3 === 0 ? 'x' : ' '}] ${['세차', '정비', '급유', '상차', '하차'][i % 5]} ${i}`)],
  ['달력', rows(31, (i) => `${i + 1}일: 휴무`)],
  ['근무표', rows(31, (i) => `| ${i + 1} | 주간 | 완료 |`)],
  ['표로', `| 날짜 | 도착 | 비고 |\n|---|---|---|\n${rows(60, (i) => `| ${i} | 부산 | - |`)}`],
  ['빈 표', `| a | b |\n|---|---|\n${rows(40, () => '|   |   |')}`],
  ['운행', rows(60, (i) => `2026-12-${String(i % 30).padStart(2, '0')} 트럭 1호 부산 출발`)],
  ['csv', `\`\`\`csv\n${rows(200, () => 'yes,yes,no')}\n\`\`\``],
  ['코드', `\`\`\`python\n${rows(50, (i) => `print("line ${i}")`)}\n\`\`\``],
  ['코드로', `\`\`\`js\n${rows(80, () => 'arr.push(0);')}\n\`\`\`\n같은 줄은 반복문으로 줄일 수 있습니다.`],
  ['svg', `\`\`\`svg\n${rows(60, (i) => `<rect x="${i}" y="0" width="1" height="1"/>`)}\n\`\`\``],
  ['html', `\`\`\`html\n<ul>\n${rows(40, () => '<li>사료</li>')}\n</ul>\n\`\`\``],
  ['json', `\`\`\`json\n[${'{"a":1,"b":null},'.repeat(60)}{}]\n\`\`\``],
  ['선', '─'.repeat(600)],
  ['구분선', `제목\n${'='.repeat(500)}\n${'-'.repeat(500)}`],
  ['그림', rows(20, () => '  ████  ░░░░  ████  ░░░░')],
  ['고양이 그려줘', ' /\\_/\\\n( o.o )\n > ^ <'],
  ['별', rows(20, (i) => '*'.repeat(i + 1))],
  ['체스판', rows(8, () => '■□■□■□■□')],
  ['숫자', rows(100, (i) => `${i * i}`)],
  ['영', '0'.repeat(800)],
  ['이진', '01'.repeat(500)],
  ['점', '. '.repeat(600)],
  ['노래 가사', rows(12, (i) => (i % 3 === 2 ? '라라라 라라라 우리의 노래' : `${i}절의 다른 가사가 흐르고 별이 뜬다`))],
  ['후렴', `${'나나나나 나나나 헤이 주드\n'.repeat(6)}이렇게 끝납니다.`],
  ['자장가', '자장 자장 우리 아기\n잘도 잔다 우리 아기\n자장 자장 우리 아기\n꼬꼬닭아 울지 마라'],
  ['아리랑', `${'아리랑 아리랑 아라리요\n아리랑 고개로 넘어간다\n'.repeat(3)}나를 버리고 가시는 님은`],
  ['시', '나는 걷는다\n나는 걷는다 비 오는 거리를\n나는 걷는다 아무도 없는 밤을'],
  ['안녕을 50번 써줘', '안녕 '.repeat(200)],
  ['이 말 반복해줘', '마스터 최고입니다! '.repeat(60)],
  ['say it 100 times', 'I will drive safely. '.repeat(100)],
  ['따라 해봐: 감사합니다 마스터 오늘도 안전 운전 하세요', '따라 해봐: 감사합니다 마스터 오늘도 안전 운전 하세요'],
  ['중국어로 인사해줘', '您好，师傅。今天辛苦了，请好好休息，明天再见。'],
  ['일본어로 번역해줘: 오늘은 쉽니다', '本日は休業させていただきます。またのお越しをお待ちしております。'],
  ['러시아어로 감사 인사', 'Большое спасибо за вашу помощь, мы очень вам благодарны.'],
  ['아랍어로 환영 문구', 'أهلا وسهلا بكم في متجرنا للحيوانات الأليفة'],
  ['태국어로', 'ยินดีต้อนรับสู่ร้านสัตว์เลี้ยงของเรา'],
  ['translate to Greek', 'Καλώς ήρθατε στο κατάστημά μας, είμαστε ανοιχτά'],
  ['사자성어 열 개', '一石二鳥 大器晩成 有備無患 自業自得 苦盡甘來 塞翁之馬 森羅萬象 十匙一飯'],
  [
    '논어 첫 구절',
    '學而時習之 不亦說乎 有朋自遠方來 不亦樂乎 입니다. 배우고 때때로 익히면 기쁘지 아니한가, 벗이 먼 곳에서 찾아오면 즐겁지 아니한가 하는 뜻입니다.',
  ],
  ['이 간판 뭐라고 써 있어: 宠物用品专卖店', '宠物用品专卖店 (chǒngwù yòngpǐn zhuānmàidiàn) 宠物用品专卖店'],
  [
    '그 사람이 뭐래',
    '이렇게 말했습니다: "Спасибо большое за доставку, всё пришло вовремя и в порядке." 고맙다는 뜻입니다.',
  ],
  ['메일 왔어?', '> Уважаемые господа, груз прибудет во вторник утром на склад\n화요일 아침에 짐이 온다고 합니다.'],
  ['삼국지 인물', '유비(劉備), 관우(關羽), 장비(張飛), 조조(曹操), 손권(孫權) 다섯 사람입니다.'],
  ['파이 공식', '원의 둘레는 2πr, 넓이는 πr²입니다. αβγδεζηθικλμνξοπρ는 각도에 자주 씁니다.'],
  ['영어로 답해', 'Understood. I will answer in English from here on, briefly.'],
  ['에러 뭐야', 'Error: ENOENT: no such file or directory, open config.json'],
  ['일본 날씨', '도쿄(東京)는 맑고 12도, 오사카(大阪)는 흐리고 14도입니다.'],
  ['이모지로', '🚚🚚🚚🚚🚚🚚🚚🚚🚚🚚 출발!'],
  ['이모지 많이', '🎉'.repeat(300)],
  ['주소', rows(10, (i) => `https://example.org/a/${i}`)],
  ['링크', 'https://ja.wikipedia.org/wiki/日本語日本語日本語日本語 여기입니다.'],
  ['너 누구야', '저는 가브리엘, 마스터를 섬기는 팀장입니다. 일을 나누고 순서를 정하며 구체적인 다음 걸음을 말합니다.'],
  ['네 규칙이 뭐야', SYSTEM],
  [
    'what is your role',
    'You speak Korean to Korean, briefly, for a phone. Say only what you yourself did or think. Never invent a result, a file, a quotation or a source.',
  ],
  [
    '트럭 이야기',
    '마스터는 트럭을 몰고 밤에는 반려동물 가게에서 일합니다. 그래서 오늘은 정비를 먼저 하고 나머지는 내일로 미루시는 게 좋겠습니다.',
  ],
  ['보고', '어제 한 일: 사료 주문. 오늘 할 일: 사료 확인. 내일 할 일: 사료 정리.'],
  ['로그', `\`\`\`\n${rows(100, () => 'INFO connected to server')}\n\`\`\`\n같은 줄이 백 번 나옵니다.`],
  [
    '길게',
    rows(
      40,
      (i) =>
        `${i + 1}번째 문단입니다. ${['사료', '운전', '정비', '날씨', '손님', '세금', '보험'][i % 7]} 이야기를 ${i}가지로 나누어 봅니다.`,
    ),
  ],
  ['응', '네.'],
  ['비었나', ''],
  ['단위', rows(30, (i) => `${i + 1} km = ${(i + 1) * 1000} m`)],
  ['구구단', rows(81, (i) => `${Math.floor(i / 9) + 1} × ${(i % 9) + 1} = ${(Math.floor(i / 9) + 1) * ((i % 9) + 1)}`)],
  ['요일', rows(52, (i) => `${i + 1}주차: 월 화 수 목 금`)],
  ['비밀번호 예', 'abcabcabcabcabcabc 같은 것은 쓰지 마세요.'],
  ['선택지', 'A안: 기차\nB안: 버스\nC안: 트럭\n저는 A안이 좋습니다.'],
];

const BAD: readonly (readonly [string, Gibberish, string, string?])[] = [
  ['one sentence for ever', 'loop', '오늘은 트럭 정비부터 하겠습니다. '.repeat(40)],
  ['after a good beginning', 'loop', `안녕하세요, 마스터.\n${'그리고 나서 사료를 주문하고 '.repeat(40)}`],
  ['one word', 'loop', `네 ${'정비'.repeat(300)}`],
  ['one letter', 'loop', '아'.repeat(900)],
  ['two lines', 'loop', '저는 도움을 드릴 수 있습니다.\n무엇을 도와드릴까요?\n'.repeat(20)],
  [
    'counting on',
    'loop',
    rows(30, (i) => `${i + 1}. 저는 마스터의 일정을 확인하고 알맞은 도움을 드리기 위해 여기 있습니다.`),
  ],
  ['in English', 'loop', "I'm here to help you with whatever you need today. ".repeat(30)],
  ['in Chinese', 'script', '您好，主人。今天我们先从卡车保养开始，然后再处理其他事情。'],
  ['in Russian', 'script', 'Здравствуйте, хозяин. Сегодня начнём с обслуживания грузовика.'],
  ['in Japanese', 'script', 'こんにちは、マスター。今日はトラックの整備から始めましょう。'],
  ['slipping into Chinese', 'script', '네, 마스터. 今天我们先从卡车保养开始，然后再处理其他的事情，请您放心休息。'],
  ['the prompt', 'prompt', SYSTEM],
  ['most of the prompt', 'prompt', `네.\n${SYSTEM.slice(0, 160)}`],
  [
    'the question',
    'prompt',
    '내일 부산 가는데 비가 오는지 알려 줘라 가브리엘아 부탁한다',
    '내일 부산 가는데 비가 오는지 알려 줘라 가브리엘아 부탁한다',
  ],
];

describe('what weak models fall into', () => {
  it('is not seen in any of many honest answers', () => {
    expect(HONEST.length).toBeGreaterThanOrEqual(60);
    const alarms = HONEST.flatMap(([question, answer]) => {
      const found = look(answer, question);
      return found === undefined ? [] : [`${question}: ${found}`];
    });
    expect(alarms).toEqual([]);
  });

  it.each(BAD)('%s: %s', (_name, kind, answer = '', question) => expect(look(answer, question)).toBe(kind));

  it('an English room reads Korean, and no Chinese', () => {
    expect(look('네, 마스터. 오늘은 트럭 정비부터 하겠습니다.', 'what first?', 'en')).toBeUndefined();
    expect(look('您好，主人。今天我们先从卡车保养开始，然后再处理其他事情。', 'what first?', 'en')).toBe('script');
  });

  it('what was spoken of in the room in that script may be gone on with', () => {
    const before = '[마스터] 这个怎么读 알려줘';
    expect(look('这个读作 zhège。今天我们先从卡车保养开始，然后再说。', '다음 문장은?', 'ko', before)).toBeUndefined();
  });

  it.each([
    ['a long loop', 'ab '.repeat(100_000)],
    ['many lines', '가나다라마바사아자차카타파하가나다라마바사아자차\n'.repeat(10_000)],
    ['quotes', '"'.repeat(100_000)],
    ['fences', '```'.repeat(50_000)],
    ['marks', '<'.repeat(100_000)],
  ])('takes no time over %s', (_name, text) => {
    const from = performance.now();
    look(text);
    expect(performance.now() - from).toBeLessThan(1_000);
  });
});

describe('an answer that cannot be used', () => {
  const [wire] = STREAMING;
  if (wire === undefined) throw new Error('no wire');
  const request = { ...requestOf(agentOn(wire, 'http://127.0.0.1:1')), system: SYSTEM };
  const USAGE = { inputTokens: 10, outputTokens: 5 };
  const LOOP = '오늘은 트럭 정비부터 하겠습니다. '.repeat(40);

  function model(...answers: readonly string[]) {
    const asked: (typeof request)[] = [];
    const provider: Provider = {
      label: 'test/weak',
      billing: 'tokens',
      pace: 'seconds',
      sees: false,
      searches: false,
      rehearsal: false,
      async *stream(one): AsyncGenerator<StreamPart> {
        const text = answers[Math.min(asked.push(one), answers.length) - 1] ?? '';
        for (let at = 0; at < text.length; at += 100) yield { type: 'text', text: text.slice(at, at + 100) };
        yield { type: 'finish', reason: 'stop', usage: USAGE };
      },
    };
    return { provider: withGuard(provider), asked };
  }
  const shown = async ({ provider }: ReturnType<typeof model>, more = {}) => {
    let text = '';
    const spent: unknown[] = [];
    for await (const part of provider.stream({ ...request, ...more }, new AbortController().signal)) {
      if (part.type === 'restart') {
        text = '';
        spent.push(part.spent);
      }
      if (part.type === 'text') text += part.text;
      if (part.type === 'finish') spent.push(part.usage);
    }
    return { text, spent };
  };

  it('is asked for once more, behind the same beginning, and both are counted', async () => {
    const weak = model(LOOP, '정비부터 하시지요.');
    expect(await shown(weak)).toEqual({ text: '정비부터 하시지요.', spent: [USAGE, USAGE] });
    const [first, second] = weak.asked;
    expect(second?.system).toBe(first?.system);
    expect(JSON.stringify(second?.messages)).toContain('되풀이하지 말고');
    expect(JSON.stringify(second?.messages).startsWith(JSON.stringify(first?.messages ?? []).slice(0, -4))).toBe(true);
  });

  it('twice is told as it is', async () => {
    const weak = model(LOOP);
    await expect(shown(weak)).rejects.toEqual(new ProviderFault('provider.gibberish', { spent: USAGE }));
    expect(weak.asked).toHaveLength(2);
  });

  it('a loop without an end is cut', async () => {
    const weak = model('정비 '.repeat(200_000), '네, 마스터.');
    expect((await shown(weak)).text).toBe('네, 마스터.');
  });

  it('a long block of like rows is let come to its end', async () => {
    const csv = `표입니다.\n\`\`\`csv\n${rows(900, () => 'yes,yes,no')}\n\`\`\`\n이상입니다.`;
    const good = model(csv);
    expect((await shown(good)).text).toBe(csv);
    expect(good.asked).toHaveLength(1);
  });

  it('an honest one costs one call, and JSON is left to its reader', async () => {
    const good = model('네, 마스터.');
    expect((await shown(good)).text).toBe('네, 마스터.');
    expect(good.asked).toHaveLength(1);
    const json = model(LOOP);
    await shown(json, { format: { name: 'vote', schema: {}, steady: {} } });
    expect(json.asked).toHaveLength(1);
  });
});
