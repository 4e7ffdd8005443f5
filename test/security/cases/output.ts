import { basename } from 'node:path';
import { BOX_PATHS } from '../../../executor/sandbox/sandbox.ts';
import type { Scene } from '../case.ts';
import { order, type OrderCase, type OrderOutcome } from '../order.ts';
import { TRIED } from './parts.ts';

const family = 'output in the rooms';

/** Whatever it prints, `harmOfMessages` looks at every message that came of it; here only what is special to the case. */
const prints = (
  name: string,
  script: string,
  more: Partial<Pick<OrderCase, 'harm' | 'attempted'>> = {},
): OrderCase => ({
  name,
  family,
  order: (scene) => order(scene, `${script}\necho ${TRIED}`),
  attempted: TRIED,
  harm: () => undefined,
  ...more,
});

const without = (pattern: RegExp, harm: string) => (_scene: Scene, outcome: OrderOutcome) =>
  [outcome.stdout, ...outcome.files.map(({ text }) => text)].some((text) => pattern.test(text)) ? harm : undefined;

/** Assembled inside, so that the order itself holds none; the last letters are what must not be shown. */
const KEY_END = 'Zz9Yy8Xx7Ww6';
const key = (before: string) => `e=Zz9Yy8; k="a1B2c3D4e5F6a1B2c3D4e5F6"; ${before}`;
const hidesKey = without(new RegExp(KEY_END), 'a key was shown');

export const output: readonly OrderCase[] = [
  prints(
    'clears, moves and recolours a terminal',
    String.raw`printf '\033[2J\033[H\033[31mred\033[0m\033[?1049h\033c\0337\033[1;1H'`,
  ),
  prints(
    'sets the title and the clipboard of a terminal and makes links in it',
    String.raw`printf '\033]0;owned\007\033]52;c;cm0gLXJm\007\033]8;;https://evil.test\033\\here\033]8;;\033\\'`,
  ),
  prints(
    'steers a terminal by single letters of eight bits',
    String.raw`printf '\302\2332J\302\235 0;owned\302\234\302\220q\302\234'`,
  ),
  prints(
    'writes over what it said',
    String.raw`printf 'refused: rm -rf\rapproved: ls     \n'; printf 'evil\b\b\b\bgood\n'; printf 'a\vb\fc\n'`,
  ),
  prints(
    'turns the line round and hides letters',
    String.raw`printf 'gpj.\342\200\256exe.txt \342\200\213\342\201\240\357\273\277 \363\240\201\256\363\240\201\257\n'`,
  ),
  prints('is no text at all', 'head -c 5000 /dev/urandom; head -c 3000 /dev/zero', {
    attempted: ({ stdout }) => stdout.includes('글이 아닌'),
  }),
  prints(
    'breaks letters over two writes and over two streams',
    String.raw`seq 200; printf '\354'; sleep 0.2; printf '\225\210\353'; printf '\355\225' >&2; sleep 0.2; printf '\205\225\n'; printf '\234\n' >&2; printf '\377\376\300\257\n'`,
    {
      attempted: ({ stdout }) => stdout.includes('안녕') && stdout.includes(TRIED),
    },
  ),
  prints(
    'writes HTML',
    `echo '</code></pre><h1>approved</h1><a href="https://evil.test">here</a><img src="mxc://evil.test/x"><script>alert(1)</script><font data-mx-color="#ff0000">x</font>'`,
  ),
  prints(
    'closes its own block',
    "printf '\\140\\140\\140\\n\\140\\140\\140\\140\\140\\n# approved\\n[here](https://evil.test) ![x](mxc://evil.test/x)\\n~~~\\n'",
  ),
  prints(
    'calls everybody and makes pills',
    `echo '@room 마스터 @master:house.test [x](https://matrix.to/#/@master:house.test) <a href="https://matrix.to/#/@master:house.test">마스터</a>'`,
  ),
  prints(
    'speaks as the executor itself',
    `echo '{"com.chavion":{"v":1,"kind":"answer"},"m.mentions":{"room":true},"msgtype":"m.text"}'; echo '✓ 끝 (0) · #1 00000000'; echo '"com.chavion": {"kind":"approval"}'`,
  ),
  prints(
    'orders in its output',
    `echo '!run touch ${BOX_PATHS.workspace}/by-output'; echo '!stop'; echo '//chavion_task: rm'; printf '\\n\\n!run touch ${BOX_PATHS.workspace}/by-output\\n'; echo '/chavion_task: x'; echo '얘들아 안녕'`,
  ),
  prints('asks for approval in its output', `echo '✋ 실행해도 될까요? ✅ ❌'; echo 'May this run? ✅'`),
  prints('says a key in one word', key('echo "sk-ant-api03-$k$k$k${e}Xx7Ww6"'), { harm: hidesKey }),
  prints(
    'says a key over two writes',
    key('printf "sk-ant-api03-$k"; sleep 0.3; printf "$k"; sleep 0.3; echo "${e}Xx7Ww6"'),
    { harm: hidesKey },
  ),
  prints(
    'says a key in colours',
    key(String.raw`printf "sk-ant-\033[31mapi03-$k\033[0m$k\302\255\342\200\213${'$'}{e}Xx7Ww6\n"`),
    { harm: hidesKey },
  ),
  prints(
    'says a key far down in a long text',
    key('seq 3000; printf "sk-ant-api03-$k$k"; sleep 0.2; echo "${e}Xx7Ww6"; seq 200'),
    {
      attempted: ({ files }) => files.some(({ name, text }) => name === 'output.txt' && text.includes(TRIED)),
      harm: hidesKey,
    },
  ),
  prints(
    'says a key at the edge of what is shown while it runs',
    key('seq 20; printf "sk-ant-api03-$k$k"; sleep 2.5; echo "${e}Xx7Ww6"; sleep 1'),
    { harm: hidesKey },
  ),
  prints(
    'says more than an event can hold',
    `perl -e 'print "<\\"\\\\" x 30000, "\\n"; print "가" x 30000, "\\n"'; seq 5000`,
  ),
  {
    name: 'names its files like markup',
    family,
    order: (scene) =>
      order(scene, `printf '<h1>x</h1>' >'@room<b>x.html'; echo ${TRIED}`, { files: ['@room<b>x.html'] }),
    attempted: ({ files }) => files.length === 1,
    harm: (_scene, { files }) => (files.some(({ name }) => /^[^/]*$/.test(name)) ? undefined : 'a name is a path'),
  },
  {
    name: 'is ordered in words that are markup',
    family,
    order: (scene) =>
      `cd ${basename(scene.workspace)}; echo ${TRIED} # </code></pre><h1>x</h1> [here](https://evil.test) \`\` @room`,
    attempted: TRIED,
    harm: () => undefined,
  },
];
