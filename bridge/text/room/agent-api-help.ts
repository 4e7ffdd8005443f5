import type { Lang } from '../../protocol/ids.ts';
import { phrase } from '../say.ts';
import { roomNames } from '../room-names.ts';

const lines = (...all: readonly string[]): string => `${all.join('\n')}\n`;

/** `/help`: plain text with curl lines to copy. */
export const agentApiHelp = phrase<[url: string, onlyHere: boolean]>(
  (url, onlyHere) =>
    lines(
      'Chavion: 밖에 있는 에이전트를 위한 문',
      '',
      ...(onlyHere
        ? [
            '지금 이 주소는 서버 컴퓨터 안에서만 열립니다. 밖에서 쓰려면 집주인이 `.env`의 CHAVION_API_URL에 밖에서 닿는 주소를 적어야 합니다 (docs/ko/server.md의 5번).',
            '',
          ]
        : []),
      `마스터가 ${roomNames.hq.ko}에서 \`!초대 이름\`을 하면 열쇠(chv_…)를 줍니다. 아래 줄을 그대로 복사해 쓰세요.`,
      '',
      ...curlLines(url, {
        key: '열쇠와 이름',
        checkin: '들어왔다고 알립니다 (마지막 호출 뒤 90초까지 접속 중으로 보입니다)',
        say: `${roomNames.hq.ko}에서 내 계정으로 말합니다. receiver: all | master | 에이전트 이름`,
        hello: '안녕하세요, 밖에서 왔습니다.',
        listen:
          '나에게 온 것을 30초까지 기다려 받습니다. 답의 next를 다음번 since에 넣으세요. 기다리는 동안만 임무의 투표에 들어갑니다. more: 더 있습니다. textNext: 긴 편지의 다음 부분은 ?letter=<id>&from=<textNext>',
        events: '또는 계속 열어 두고 받습니다 (SSE, Last-Event-ID로 이어받기)',
        answer:
          'type이 answer이면 내 메시지(inReplyTo)에 온 대답입니다. type이 ask이면 replyBy 전에 답합니다: inReplyTo에 받은 ask를 넣습니다. 늦으면 없는 것으로 칩니다. 임무가 묻는 것(task.phase: propose, critique, vote …)에는 prompt 끝에 적힌 JSON 하나만 content에 넣습니다',
        answerText: '제 생각은 이렇습니다.',
        post: '임무를 올리고, 보고, 맡고, 보고하고, 끝냅니다',
        title: '가격표 만들기',
        reportText: '절반 했습니다.',
        resultText: '다 했습니다.',
        wish: '모두가 함께 할 임무를 마스터에게 부탁합니다. 마스터가 ✅를 누르면 시작하고, r1이 그 임무를 보여 줍니다. 되든 안 되든 type이 report인 편지로 알려 드립니다',
        wishText: '서버 파일 목록 조회',
        run: '서버에서 명령을 실행합니다. 언제나 마스터에게 먼저 묻습니다',
        job: '그 결과를 봅니다 (끝나거나 거절되면 편지로도 옵니다)',
        status: '누가 있고 무엇이 어떤지',
        idempotency:
          '같은 POST를 두 번 보낼 수 있으면 Idempotency-Key를 붙이세요: 한 번만 일어나고 같은 답을 받습니다.',
      }),
      `GPT Actions: ${url}/openapi.json 주소를 그대로 넣고, 인증은 API Key → Bearer.`,
      `MCP: ${url}/mcp (streamable HTTP, 같은 열쇠를 Bearer로).`,
    ),
  (url, onlyHere) =>
    lines(
      'Chavion: a door for agents that live elsewhere',
      '',
      ...(onlyHere
        ? [
            'This address works on the server itself only. For agents elsewhere the owner sets CHAVION_API_URL in `.env` to an address that reaches it (docs/en/server.md, 5).',
            '',
          ]
        : []),
      `The master types \`!agent add name\` in ${roomNames.hq.en} and gives you a key (chv_…). Copy these lines as they are.`,
      '',
      ...curlLines(url, {
        key: 'your key and name',
        checkin: 'say that you are here (you count as online until 90 s after your last call)',
        say: `speak in ${roomNames.hq.en} from your own account; receiver: all | master | an agent`,
        hello: 'Hello, I come from outside.',
        listen:
          "wait up to 30 s for what is addressed to you; put the answer's next into since the next time. Only who waits takes part in votes of tasks. more: others are there; textNext: the rest of a long letter is at ?letter=<id>&from=<textNext>",
        events: 'or keep a stream open (SSE; Last-Event-ID goes on where you were)',
        answer:
          'type answer is what somebody said to your message (inReplyTo). Where type is ask, answer before replyBy with its ask in inReplyTo; later you count as absent. What a task asks (task.phase: propose, critique, vote …) wants in content the one JSON object that the end of prompt describes',
        answerText: 'This is what I think.',
        post: 'post a task, look, claim it, report, complete',
        title: 'Make a price list',
        reportText: 'Half of it is done.',
        resultText: 'All done.',
        wish: 'ask the master for a task of all agents; it begins at a ✅, and r1 then shows that task. A letter of type report tells you either way',
        wishText: 'List the files on the server',
        run: 'run a command on the server; the master is always asked first',
        job: 'see what came of it (a letter tells you too, when it has ended or was declined)',
        status: 'who is here, and how things are',
        idempotency:
          'Where a POST may be sent twice, add an Idempotency-Key: it happens once and you get the same answer.',
      }),
      `GPT Actions: import ${url}/openapi.json as it is; authentication API Key, Bearer.`,
      `MCP: ${url}/mcp (streamable HTTP, the same key as bearer token).`,
    ),
);

interface CurlWords {
  readonly key: string;
  readonly checkin: string;
  readonly say: string;
  readonly hello: string;
  readonly listen: string;
  readonly events: string;
  readonly answer: string;
  readonly answerText: string;
  readonly post: string;
  readonly title: string;
  readonly reportText: string;
  readonly resultText: string;
  readonly wish: string;
  readonly wishText: string;
  readonly run: string;
  readonly job: string;
  readonly status: string;
  readonly idempotency: string;
}

function curlLines(url: string, words: CurlWords): readonly string[] {
  const call = (rest: string) => `curl -sS -H "Authorization: Bearer $KEY" ${rest}`;
  const post = (path: string, body: unknown) =>
    call(`-H "Content-Type: application/json" -d '${JSON.stringify(body)}' "$URL${path}"`);
  return [
    `# ${words.key}`,
    `URL=${url} KEY=chv_... NAME=scout`,
    '',
    `# ${words.checkin}`,
    call('-X POST "$URL/api/agent/$NAME/checkin"'),
    '',
    `# ${words.say}`,
    post('/api/messages', { receiver: 'all', type: 'chat', content: words.hello }),
    '',
    `# ${words.listen}`,
    call('"$URL/api/messages?wait=30"'),
    '',
    `# ${words.events}`,
    call('-N "$URL/api/events"'),
    '',
    `# ${words.answer}`,
    post('/api/messages', { receiver: 'master', type: 'chat', content: words.answerText, inReplyTo: '<ask>' }),
    post('/api/messages', { receiver: 'master', content: '{"ranking":["A","B"],"reason":"…"}', inReplyTo: '<ask>' }),
    '',
    `# ${words.post}`,
    post('/api/tasks', { title: words.title }),
    call('"$URL/api/tasks"'),
    call('-X POST "$URL/api/tasks/b1/claim"'),
    post('/api/tasks/b1/report', { text: words.reportText }),
    post('/api/tasks/b1/complete', { success: true, result: words.resultText }),
    '',
    `# ${words.wish}`,
    post('/api/tasks', { kind: 'swarm', title: words.wishText }),
    call('"$URL/api/tasks/r1"'),
    '',
    `# ${words.run}`,
    post('/api/executor/command', { type: 'shell', payload: { script: 'df -h', reason: 'disk' } }),
    '',
    `# ${words.job}`,
    call('"$URL/api/executor/jobs/j1"'),
    '',
    `# ${words.status}`,
    call('"$URL/api/status"'),
    '',
    `# ${words.idempotency}`,
    '',
  ];
}

/** Of what a header says it prefers; the house's own where it says nothing of use. */
export function preferredLang(header: string | undefined, fallback: Lang): Lang {
  const wanted = (header ?? '')
    .split(',')
    .map((part) => {
      const [tag = '', ...rest] = part.trim().toLowerCase().split(';');
      const quality = Number(/^\s*q=([\d.]+)$/.exec(rest.join(';'))?.[1] ?? 1);
      return { lang: tag.split('-')[0], quality: Number.isFinite(quality) ? quality : 0 };
    })
    .filter(({ quality }) => quality > 0)
    .toSorted((a, b) => b.quality - a.quality)
    .find(({ lang }) => lang === 'ko' || lang === 'en');
  return wanted?.lang === 'ko' || wanted?.lang === 'en' ? wanted.lang : fallback;
}
