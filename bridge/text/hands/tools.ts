import { withParticle } from '../particle.ts';
import { phrase } from '../say.ts';

/** What `!tools` says. Servers' names are plain by their shape; those of tools come as Markdown. */

const code = (name: string) => `\`${name}\``;

export interface ToolsTable {
  readonly mail: boolean;
  readonly servers: readonly {
    readonly name: string;
    readonly tools: readonly { readonly name: string; readonly free: boolean; readonly changed: boolean }[];
  }[];
  /** What was taken from whom; `group` null: all. */
  readonly off: readonly { readonly name: string; readonly group: string | null }[];
  /** An agent's name. */
  readonly example: string;
}

const MOST = 12;

const listed = (
  { tools }: ToolsTable['servers'][number],
  words: { readonly free: string; readonly changed: string; readonly more: (left: number) => string },
): string => {
  const shown = tools
    .slice(0, MOST)
    .map(({ name, free, changed }) => `${name}${changed ? ` ${words.changed}` : free ? ` ${words.free}` : ''}`);
  return [...shown, ...(tools.length > MOST ? [words.more(tools.length - MOST)] : [])].join(', ');
};

export const toolsTable = phrase<[table: ToolsTable]>(
  ({ mail, servers, off, example }) =>
    [
      `🧰 **도구**`,
      `- 집의 것: 명령, 파일과 문서, 검색, 웹 페이지, 집 보기${mail ? ', 이메일' : ' (이메일은 서버에서 `npm start -- mail`)'}`,
      ...servers.map(
        (server) =>
          `- **${server.name}**: ${listed(server, { free: '(묻지 않음)', changed: '⚠️ 바뀜', more: (left) => `외 ${left}개` })}`,
      ),
      ...servers.flatMap(({ name, tools }) =>
        tools.some(({ changed }) => changed)
          ? [`  ⚠️ 설명이 바뀐 도구는 쓰지 않습니다. 보고 받아들이기: 서버에서 \`npm start -- tools accept ${name}\``]
          : [],
      ),
      ...(off.length === 0
        ? []
        : [
            `- 꺼 둔 것: ${off.map(({ name, group }) => `${name} ${group === null ? '전부' : code(group)}`).join(', ')}`,
          ]),
      '',
      `끄고 켜기: \`!도구 ${example} 끄기\`${servers[0] === undefined ? '' : `, \`!도구 ${servers[0].name} ${example} 끄기\``} · 더하기: 서버에서 \`npm start -- tools add 이름 주소\``,
    ].join('\n'),
  ({ mail, servers, off, example }) =>
    [
      `🧰 **Tools**`,
      `- The house's own: commands, files and documents, search, web pages, the house itself${mail ? ', e-mail' : ' (for e-mail: `npm start -- mail` on the server)'}`,
      ...servers.map(
        (server) =>
          `- **${server.name}**: ${listed(server, { free: '(does not ask)', changed: '⚠️ changed', more: (left) => `and ${left} more` })}`,
      ),
      ...servers.flatMap(({ name, tools }) =>
        tools.some(({ changed }) => changed)
          ? [
              `  ⚠️ What is described otherwise now is not used. To look and accept: \`npm start -- tools accept ${name}\` on the server`,
            ]
          : [],
      ),
      ...(off.length === 0
        ? []
        : [`- Off: ${off.map(({ name, group }) => `${name} ${group === null ? 'all' : code(group)}`).join(', ')}`]),
      '',
      `To switch: \`!tools ${example} off\`${servers[0] === undefined ? '' : `, \`!tools ${servers[0].name} ${example} off\``} · To add: \`npm start -- tools add name address\` on the server`,
    ].join('\n'),
);

export const toolsSwitched = phrase<[names: readonly string[], group: string | null, to: 'on' | 'off']>(
  (names, group, to) =>
    `🧰 ${withParticle(names.join(', '), '은', '는')} 이제 ${group === null ? '도구를' : `${code(group)} 도구를`} ${to === 'off' ? '쓰지 않습니다. 하던 것은 끝까지 합니다.' : '씁니다.'}`,
  (names, group, to) =>
    `🧰 ${names.join(', ')} ${to === 'off' ? 'no longer uses' : 'uses'} ${group === null ? 'tools' : `the tools of ${code(group)}`} now.${to === 'off' ? ' What is being done is finished.' : ''}`,
);

export const notTools = phrase<[example: string]>(
  (example) =>
    `무엇을 끄고 켤지 알 수 없습니다. 바뀐 것은 없습니다. \`!도구\`로 보고, \`!도구 ${example} 끄기\`나 \`!도구 서버이름 ${example} 켜기\`처럼 써 주세요.`,
  (example) =>
    `I cannot tell what to switch; nothing was changed. \`!tools\` shows them; write \`!tools ${example} off\` or \`!tools server ${example} on\`.`,
);
