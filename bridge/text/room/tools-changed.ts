import { phrase } from '../say.ts';

interface NamesOfChanges {
  readonly changed: readonly string[];
  readonly gone: readonly string[];
  readonly added: readonly string[];
}

/** In ops, when a server says something else of its tools than when the owner added it. Names are woven already. */
export const toolsChanged = phrase<[server: string, names: NamesOfChanges]>(
  (server, { changed, gone, added }) =>
    [
      `🔧 ${server} 서버가 도구 설명을 바꿨습니다.`,
      ...(changed.length === 0 ? [] : [`바뀐 도구: ${changed.join(', ')}. 보고 받아들이실 때까지 쓰지 않습니다.`]),
      ...(gone.length === 0 ? [] : [`없어진 도구: ${gone.join(', ')}`]),
      ...(added.length === 0 ? [] : [`새 도구: ${added.join(', ')}. 받아들이시기 전에는 아무도 모릅니다.`]),
      `무엇이 바뀌었는지 보고 받아들이려면 컴퓨터에서 \`npm start -- tools accept 이름\`, 빼려면 \`npm start -- tools remove 이름\`.`,
    ].join('\n'),
  (server, { changed, gone, added }) =>
    [
      `🔧 The server ${server} describes its tools otherwise than when you added it.`,
      ...(changed.length === 0 ? [] : [`Changed: ${changed.join(', ')}. Not called until you have seen and taken it.`]),
      ...(gone.length === 0 ? [] : [`Gone: ${gone.join(', ')}`]),
      ...(added.length === 0 ? [] : [`New: ${added.join(', ')}. Nobody is told of them before you take them.`]),
      `To see the change and take it: \`npm start -- tools accept NAME\` on the computer; to take it away: \`npm start -- tools remove NAME\`.`,
    ].join('\n'),
);
