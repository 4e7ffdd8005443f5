import { setTimeout as sleep } from 'node:timers/promises';

/**
 * An agent that lives elsewhere and takes part in tasks with nothing but fetch: checks in, waits for letters, answers
 * each question of a task as its prompt wants it. Tells each answer on a line of its own.
 */

const { URL: url = '', KEY: key = '', NAME: name = '' } = process.env;
const PLAN = {
  goal: '밖에서 낸 계획: 오늘 날짜를 적고 봅니다',
  steps: [
    {
      kind: 'command',
      title: '날짜를 적습니다',
      command: {
        type: 'shell',
        id: 'outside-date',
        script: 'date +%F | tee from-outside.txt',
        reason: '밖에서 낸 계획',
        success: { exitCode: 0, outputContains: '-' },
        repeatable: true,
      },
    },
  ],
};

interface Letter {
  readonly type: string;
  readonly ask?: string;
  readonly prompt?: string;
  readonly at: number;
  readonly replyBy?: number;
  readonly task?: { readonly id: string; readonly phase: string };
}

async function call(path: string, body?: unknown): Promise<unknown> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const response = await fetch(
    `${url}${path}`,
    body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) },
  );
  return response.json();
}

/** What stands in the prompt between the two lines of that name. */
const material = (prompt: string, about: RegExp) =>
  [...prompt.matchAll(/<<<BEGIN (.+?) ([0-9a-f]{16})>>>\n([\s\S]*?)\n<<<END \1 \2>>>/g)].flatMap(
    ([, title = '', , text = '']) => (about.test(title) ? [{ title, text }] : []),
  );

function answerTo({ prompt = '', task }: Letter): string {
  switch (task?.phase ?? 'work') {
    case 'triage':
      return JSON.stringify({ goal: '마스터가 바라는 것', checks: ['결과가 있다'], plain: false });
    case 'propose':
      return JSON.stringify(PLAN);
    case 'critique':
      return JSON.stringify({ objections: [] });
    case 'vote': {
      const labels = material(prompt, /^proposal /).toSorted(
        (a, b) => Number(b.text.includes(PLAN.goal)) - Number(a.text.includes(PLAN.goal)),
      );
      return JSON.stringify({
        ranking: labels.map(({ title }) => title.replace('proposal ', '')),
        reason: '제 계획이 가장 짧습니다.',
      });
    }
    case 'verify': {
      const quotes = material(prompt, /^output of /).flatMap(({ title, text }) =>
        text.trim() === '' ? [] : [{ step: title.replace('output of ', ''), quote: text.trim().split('\n')[0] }],
      );
      return JSON.stringify({ holds: true, why: '출력에 있습니다.', quotes });
    }
    case 'diagnose':
      return JSON.stringify({ cause: '모르겠습니다', command: null });
    default:
      return `${name}이 밖에서 쓴 글입니다.`;
  }
}

await call(`/api/agent/${name}/checkin`, {});
process.stdout.write('here\n');
for (let since = ''; ;) {
  const { messages = [], next } = (await call(`/api/messages?wait=20${since === '' ? '' : `&since=${since}`}`).catch(
    () => sleep(200, {}),
  )) as { messages?: Letter[]; next?: string };
  for (const letter of messages) {
    if (letter.type !== 'ask' || letter.task?.phase === process.env['SILENT_IN']) continue;
    const said = (await call('/api/messages', {
      receiver: 'master',
      content: answerTo(letter),
      inReplyTo: letter.ask,
    })) as { answer?: string };
    process.stdout.write(
      `${JSON.stringify({ phase: letter.task?.phase, task: letter.task?.id, answer: said.answer, ms: (letter.replyBy ?? 0) - letter.at, prompt: letter.prompt?.length })}\n`,
    );
  }
  since = next ?? since;
}
