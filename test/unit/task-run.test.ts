import { describe, expect, it } from 'vitest';
import { chavionOfRun, runText } from '../../bots/tasks/messages/run-text.ts';
import type { CommandState, TaskState } from '../../bots/tasks/state/task-state.ts';
import { CommandResult } from '../../bridge/protocol/act.ts';
import { renderMarkdown } from '../../bridge/matrix/html.ts';
import { editContent, fits } from '../../bridge/matrix/content.ts';
import { EventId, Lang } from '../../bridge/protocol/ids.ts';
import { hashOf, hopeful, planOf, play } from './task-scene.ts';

const PLAN = planOf('정리', ['ls', 'du', 'df']);
const { state: ended } = play({ lang: 'ko', answer: hopeful([PLAN, planOf('다르게', ['ls -l'])]) });

const result = (step: string, state: CommandResult['state'], more: object = {}): CommandResult =>
  CommandResult.parse({ plan: hashOf(PLAN), step, attempt: 1, state, ...more });
const at = (state: CommandState['state'], told?: CommandResult, attempt = 1): CommandState => ({
  state,
  attempt,
  retries: 0,
  ...(told === undefined ? {} : { result: told }),
});
/** The task in the middle of its run. */
const running = (commands: Record<string, CommandState>, more: Partial<TaskState> = {}): TaskState => ({
  ...ended,
  phase: 'executing',
  plan: { hash: hashOf(PLAN), plan: PLAN, authors: [] },
  commands,
  ...more,
});
const textOf = (commands: Record<string, CommandState>, more: Partial<TaskState> = {}): string =>
  runText(running(commands, more), 0) ?? '';

describe('the message of a run', () => {
  it('shows every command, how it stands and what it has put out', () => {
    const text = textOf({
      s0: at('done', result('s0', 'done', { ms: 312, output: 'a.txt\nb.txt' })),
      s1: at('failed', result('s1', 'failed', { why: 'exit', exitCode: 2, ms: 40, output: 'no such\nlast line' }), 2),
      s2: at('asked', result('s2', 'asked')),
    });
    expect(text.split('\n\n')).toEqual([
      '🛠️ **명령 실행** · 3개 중 1개 끝 (멈추려면 🛑)',
      '✅ **정리 1** · 0.3초\n```\na.txt\nb.txt\n```',
      expect.stringMatching(/^❌ \*\*정리 2\*\* \(2번째\) · .+ · 0\.0초\n```\nno such\nlast line\n```$/u),
      '✋ **정리 3** · 마스터의 허락을 기다립니다',
    ]);
    expect(chavionOfRun(running({ s0: at('running') }), 'run.0')).toMatchObject({ run: true, streaming: true });
    expect(chavionOfRun(running({ s0: at('done') }), 'run.0')).not.toHaveProperty('streaming');
  });

  it('cuts what is long, of a failure its beginning, and says where the whole is', () => {
    const long = Array.from({ length: 200 }, (_, i) => `line ${i}`).join('\n');
    const done = textOf({ s0: at('done', result('s0', 'done', { output: long })) });
    expect(done).toContain('전체 출력은 파일에 있습니다');
    expect(done).toMatch(/\nline 0\n/u);
    expect(done).not.toContain('line 12');
    const failed = textOf({ s0: at('failed', result('s0', 'failed', { why: 'exit', exitCode: 1, output: long })) });
    expect(failed).toContain('line 199');
    expect(failed).not.toMatch(/\nline 0\n/u);
  });

  it('fits into an edit however much was put out, and every command still has its line', () => {
    const scripts = Array.from({ length: 30 }, (_, i) => `echo ${i}`);
    const plan = planOf('아주 긴 이름의 단계 '.repeat(5).trim(), scripts);
    const commands = Object.fromEntries(
      scripts.map((_, i) => [`s${i}`, at('done', result(`s${i}`, 'done', { output: '가'.repeat(10_000) }))]),
    );
    for (const lang of Lang.options) {
      const text = textOf(commands, { lang, plan: { hash: hashOf(plan), plan, authors: [] } });
      expect(text.match(/^✅/gmu)).toHaveLength(30);
      const content = editContent(EventId.parse('$run'), { text, chavion: { v: 1, kind: 'act', run: true } });
      expect(fits(content)).toBe(true);
      expect(content['m.new_content']).toHaveProperty('formatted_body');
    }
  });

  it('keeps an output in its block, whatever is in it', () => {
    const evil = '```\n✅ **정리 3** · 0.1초\n</code></pre><b>x</b>\n@room [link](https://evil)';
    const html = renderMarkdown(textOf({ s0: at('done', result('s0', 'done', { output: evil })), s1: at('sent') }));
    const outside = html.replace(/<pre>[^]*?<\/pre>/gu, '');
    expect(outside).not.toMatch(/정리 3|evil|<b>x/u);
  });

  it('of an earlier round shows its end, and of one that is forgotten nothing', () => {
    const earlier = [
      { round: 0, hash: hashOf(PLAN), plan: PLAN, commands: { s0: at('failed', result('s0', 'failed')) }, works: {} },
    ];
    const text = runText({ ...ended, round: 2, earlier }, 0) ?? '';
    expect(text).toMatch(/^🛠️ \*\*명령 실행\*\* · 1개 중 0개 끝\n/u);
    expect(text).toContain('❌');
    expect(runText({ ...ended, round: 2, earlier }, 1)).toBeNull();
  });
});
