import { describe, expect, it } from 'vitest';
import { parseRun } from '../../bridge/protocol/orders/run-order.ts';

const order = (body: string) => {
  const parsed = parseRun(body);
  if (parsed?.kind !== 'order') throw new Error(JSON.stringify(parsed));
  return parsed.order;
};

describe('!run', () => {
  it.each([
    ['!run ls -la', 'ls -la'],
    ['!실행 ls -la', 'ls -la'],
    ['！RUN  ls | wc -l ', 'ls | wc -l'],
    ['!run `ls -la`', 'ls -la'],
    ['!run grep “두 단어” ‘file’', `grep "두 단어" 'file'`],
    ['!run\n```\necho “a”\nls\n```', 'echo “a”\nls'],
    ['!run ```bash\necho a\n```', 'echo a'],
    ['!run\n````\necho "```"\n````', 'echo "```"'],
    ['!run echo a\necho b', 'echo a\necho b'],
    ['!run -- weird', '-- weird'],
    ['!run ls --all', 'ls --all'],
  ])('%j', (body, script) => {
    expect(order(body).script).toBe(script);
  });

  it.each(['run ls', 'please !run ls', '! run ls', '!runs ls', '!러닝'])('%j is none', (body) => {
    expect(parseRun(body)).toBeNull();
  });

  it('reads what it may touch from in front of the command, not from within', () => {
    expect(
      order(
        '!run --write site --net Example.com --net example.com:443 --time 5m --file out/a.txt --repeatable make --time 9h',
      ),
    ).toEqual({
      script: 'make --time 9h',
      write: ['site'],
      hosts: ['example.com:443'],
      timeoutSeconds: 300,
      repeatable: true,
      artifacts: ['out/a.txt'],
    });
    expect(order('!실행 —쓰기 site —시간 30초 make').write).toEqual(['site']);
  });

  it.each([
    ['!run', 'script', 'empty'],
    ['!run ``` \n ```', 'script', 'empty'],
    ['!run --wrte site ls', '--wrte', 'unknown-option'],
    ['!run --write', '--write', 'no-value'],
    ['!run --write ../etc ls', '../etc', 'bad-name'],
    ['!run --net http://x ls', 'http://x', 'bad-host'],
    ['!run --net *.example.com ls', '*.example.com', 'bad-host'],
    ['!run --time -5 ls', '-5', 'bad-time'],
    ['!run --time 7h ls', '7h', 'bad-time'],
    ['!run --time 0 ls', '0', 'bad-time'],
    ['!run --file /etc/passwd ls', '/etc/passwd', 'bad-path'],
    ['!run --file a/../../b ls', 'a/../../b', 'bad-path'],
    ['!run ```\nrm -rf x', '```', 'open-block'],
    ['!run ```\nls\n``` and then rm', '```', 'open-block'],
  ])('%j is refused and says which part', (body, field, why) => {
    expect(parseRun(body)).toEqual({ kind: 'bad', field, why });
  });

  it('refuses what no message can hold', () => {
    expect(parseRun(`!run ${'x'.repeat(70_000)}`)).toEqual({ kind: 'bad', field: 'script', why: 'too-long' });
  });
});
