import { phrase } from '../say.ts';
import { withParticle } from '../particle.ts';

const asks = {
  runs: { ko: '묻지 않고 씁니다', en: 'runs without asking' },
  'says-reads': {
    ko: '쓸 때마다 묻습니다 (서버 말로는 읽기만 합니다)',
    en: 'asks each time (it says that it only reads)',
  },
  asks: { ko: '쓸 때마다 묻습니다', en: 'asks each time' },
} as const;

/** `npm start -- tools`, at the terminal. */
export const toolsText = {
  usage: phrase(
    () => `npm start -- tools                                   더한 도구를 봅니다
npm start -- tools add 이름 https://…/mcp            인터넷에 있는 MCP 서버를 더합니다
npm start -- tools add 이름 -- 명령 …                 이 컴퓨터에서 켜는 MCP 서버를 더합니다
npm start -- tools accept 이름                        바뀐 설명을 보고 받아들입니다
npm start -- tools remove 이름                        뺍니다

붙일 수 있는 것 (명령보다 앞에):
  --trust-reading            읽기만 한다는 도구는 묻지 않고 쓰게 합니다
  --header Authorization     서버에 보낼 열쇠. 값은 보이지 않게 물어봅니다
  --host api.example.org:443 명령이 닿아도 되는 곳 (없으면 인터넷 없음)
  --folder 이름[:rw]          빌려준 폴더를 보여 줍니다
  --pick 도구,도구            그 도구들만`,
    () => `npm start -- tools                                   what was added
npm start -- tools add NAME https://…/mcp            adds an MCP server on the network
npm start -- tools add NAME -- COMMAND …             adds one that is started here
npm start -- tools accept NAME                       shows what changed and takes it
npm start -- tools remove NAME                       takes it away

Before the command there may stand:
  --trust-reading            tools that say they only read run without asking
  --header Authorization     a key for the server; its value is asked for, hidden
  --host api.example.org:443 where the command may reach (nowhere without it)
  --folder NAME[:rw]         shows it a lent folder
  --pick TOOL,TOOL           these tools only`,
  ),
  badWord: (word: string) =>
    phrase(
      () => `알아듣지 못했습니다: ${word}`,
      () => `Not understood: ${word}`,
    ),
  none: phrase(
    () => '더한 도구가 없습니다.',
    () => 'No tools were added.',
  ),
  unknown: (name: string) =>
    phrase(
      () => `그런 이름으로 더한 도구가 없습니다: ${name}. \`npm start -- tools\`로 보세요.`,
      () => `Nothing was added under the name ${name}. See \`npm start -- tools\`.`,
    ),
  connecting: (name: string) =>
    phrase(
      () => `${name}에 연결해 봅니다. 처음이면 2분까지 걸릴 수 있습니다.`,
      () => `Connecting to ${name}. The first time it may take up to two minutes.`,
    ),
  failed: (name: string, why: string) =>
    phrase(
      () => `${withParticle(name, '은', '는')} 쓸 수 없습니다: ${why}. 바뀐 것은 없습니다.`,
      () => `${name} cannot be used: ${why}. Nothing was changed.`,
    ),
  noTools: phrase(
    () => '쓸 수 있는 도구가 하나도 없습니다',
    () => 'it has no tool that can be used',
  ),
  tooMany: (most: number) =>
    phrase(
      () => `서버는 ${most}개까지 더할 수 있습니다. 하나를 빼고 다시 해 주세요.`,
      () => `No more than ${most} servers can be added. Remove one first.`,
    ),
  tooManyTools: (count: number, most: number) =>
    phrase(
      () => `도구가 ${count}개입니다. ${most}개까지만 됩니다. 쓸 것만 \`--pick 도구,도구\`로 골라 주세요.`,
      () => `It has ${count} tools, and ${most} is the most. Choose with \`--pick TOOL,TOOL\`.`,
    ),
  notThere: (tool: string) =>
    phrase(
      () => `그 서버에는 ${tool} 도구가 없습니다. 바뀐 것은 없습니다.`,
      () => `That server has no tool ${tool}. Nothing was changed.`,
    ),
  unusable: (tool: string, why: string) =>
    phrase(
      () => `${withParticle(tool, '은', '는')} 쓸 수 없어 뺍니다: ${why}`,
      () => `${tool} cannot be used and is left out: ${why}`,
    ),
  askHeader: (header: string) =>
    phrase(
      () => `${header} 값 (화면에 보이지 않습니다): `,
      () => `${header} (hidden): `,
    ),
  noHeader: (header: string) =>
    phrase(
      () => `${header} 값이 없거나 쓸 수 없는 글자가 있습니다. 바뀐 것은 없습니다.`,
      () => `No usable value for ${header}. Nothing was changed.`,
    ),
  server: (name: string, to: string, reach: readonly string[], trusted: boolean) =>
    phrase(
      () =>
        `${name} → ${to}${reach.length === 0 ? '' : `\n  닿는 곳: ${reach.join(', ')}`}${trusted ? '\n  읽기만 한다는 도구는 믿습니다' : ''}`,
      () =>
        `${name} → ${to}${reach.length === 0 ? '' : `\n  reaches: ${reach.join(', ')}`}${trusted ? '\n  trusted where it says that it only reads' : ''}`,
    ),
  tool: (name: string, how: keyof typeof asks, pin: string) =>
    phrase(
      () => `  · ${name}: ${asks[how].ko}  (${pin})`,
      () => `  · ${name}: ${asks[how].en}  (${pin})`,
    ),
  inner: (hosts: string) =>
    phrase(
      () => `인터넷이 아니라 이 컴퓨터나 집 안의 주소입니다: ${hosts}. 이 서버에만 열어 줍니다.`,
      () => `Not on the internet but on this machine or your network: ${hosts}. Open to this server alone.`,
    ),
  added: (name: string, trusted: boolean) =>
    phrase(
      () =>
        `더했습니다: ${name}. 지금부터 됩니다. 막대(│) 뒤의 설명은 서버가 쓴 말입니다. 설명이 바뀌면 쓰지 않고 알려 드립니다.${trusted ? '' : '\n읽기만 하는 도구를 묻지 않고 쓰게 하려면 --trust-reading을 붙여 다시 더하세요.'}`,
      () =>
        `Added: ${name}, from now on. What stands behind a bar (│) are the server's own words. Should they change, nothing is called and you are told.${trusted ? '' : '\nTo let what only reads run without asking, add it again with --trust-reading.'}`,
    ),
  removed: (name: string) =>
    phrase(
      () => `뺐습니다: ${name}. 이제 아무도 쓰지 못합니다.`,
      () => `Removed: ${name}. Nobody can use it any more.`,
    ),
  unchanged: (name: string) =>
    phrase(
      () => `${name}의 도구는 더하실 때 그대로입니다.`,
      () => `The tools of ${name} are as they were.`,
    ),
  gone: (tool: string) =>
    phrase(
      () => `없어진 도구: ${tool}`,
      () => `Gone: ${tool}`,
    ),
  isNew: (tool: string) =>
    phrase(
      () => `새 도구: ${tool}`,
      () => `New: ${tool}`,
    ),
  changed: (tool: string) =>
    phrase(
      () => `바뀐 도구: ${tool}`,
      () => `Changed: ${tool}`,
    ),
  before: phrase(
    () => '  전:',
    () => '  Before:',
  ),
  now: phrase(
    () => '  지금:',
    () => '  Now:',
  ),
  schema: (was: string, now: string) =>
    phrase(
      () => `    받는 값, 전: ${was}\n    받는 값, 지금: ${now}`,
      () => `    Takes, before: ${was}\n    Takes, now: ${now}`,
    ),
  accepted: (name: string) =>
    phrase(
      () => `받아들였습니다: ${name}. 지금부터 이 설명대로 씁니다.`,
      () => `Taken: ${name}, as it describes itself now.`,
    ),
};
