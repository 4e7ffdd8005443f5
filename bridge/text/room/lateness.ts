import { DEAF } from '../terminal/parts.ts';
import { phrase } from '../say.ts';

interface Away {
  readonly part: string;
  readonly how: string;
  readonly deaths: number;
  /** Seconds until the next start; null where it is being started, or only silent. */
  readonly again: number | null;
  readonly log: string;
}

const howKo = (how: string): string => (how === DEAF ? '대답이 없음' : how);
const howEn = (how: string): string => (how === DEAF ? 'answers no more' : how);
const lastedKo = (seconds: number): string =>
  seconds < 60 ? `${seconds}초` : `${Math.floor(seconds / 60)}분${seconds % 60 === 0 ? '' : ` ${seconds % 60}초`}`;
const lastedEn = (seconds: number): string =>
  seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min${seconds % 60 === 0 ? '' : ` ${seconds % 60} s`}`;

/** What the launcher says in the rooms when a part has been away for longer than a moment. */
export const latenessText = {
  late: {
    answers: phrase(
      () => '⏳ 지금 집의 한 부분이 다시 켜지는 중이라 대답이 늦어집니다. 쓰신 말은 그대로 남고, 돌아오면 답합니다.',
      () =>
        '⏳ A part of the house is being started anew, so answers will be late. What you write is kept and answered then.',
    ),
    commands: phrase(
      () =>
        '⏳ 실행자가 다시 켜지는 중이라 명령이 늦어집니다. 맡기신 것은 그대로 남고, 돌아오면 이어집니다. 대화는 됩니다.',
      () =>
        '⏳ The executor is being started anew, so commands will be late. What you asked for is kept and goes on then. You can talk meanwhile.',
    ),
  },
  back: {
    answers: (seconds: number) =>
      phrase(
        () => `✅ 다시 대답합니다 (${lastedKo(seconds)} 동안 자리를 비웠습니다).`,
        () => `✅ Answers come again (away for ${lastedEn(seconds)}).`,
      ),
    commands: (seconds: number) =>
      phrase(
        () => `✅ 실행자가 돌아왔습니다 (${lastedKo(seconds)} 동안 자리를 비웠습니다).`,
        () => `✅ The executor is back (away for ${lastedEn(seconds)}).`,
      ),
  },
  /** Where nobody could be told before. */
  was: (seconds: number) =>
    phrase(
      () => `✅ 집이 ${lastedKo(seconds)} 동안 대답하지 못했습니다. 이제 됩니다. 그동안 쓰신 말에는 지금부터 답합니다.`,
      () =>
        `✅ The house could not answer for ${lastedEn(seconds)}. It can again; what was written meanwhile is answered now.`,
    ),
  away: ({ part, how, deaths, again, log }: Away) =>
    phrase(
      () =>
        `⏳ ${part}: ${howKo(how)}${deaths > 1 ? `, 10분 사이 ${deaths}번째` : ''}. ${again === null ? '다시 켜지기를 기다립니다' : `${again}초 뒤 다시 켭니다`}. 까닭: ${log}`,
      () =>
        `⏳ ${part}: ${howEn(how)}${deaths > 1 ? `, ${deaths} times within ten minutes` : ''}. ${again === null ? 'Waiting for it' : `Started again in ${again} s`}. See ${log}`,
    ),
  returned: (parts: readonly string[], seconds: number) =>
    phrase(
      () => `✅ ${parts.join(', ')}: ${lastedKo(seconds)} 만에 돌아왔습니다.`,
      () => `✅ ${parts.join(', ')}: back after ${lastedEn(seconds)}.`,
    ),
  /** In `status` and `doctor`. */
  row: (how: string, deaths: number, again: number | null) =>
    phrase(
      () =>
        `꺼져 있습니다 (${howKo(how)}${deaths > 1 ? `, 10분 사이 ${deaths}번째` : ''})${again === null ? '' : `, ${again}초 뒤 다시 켭니다`}`,
      () =>
        `down (${howEn(how)}${deaths > 1 ? `, ${deaths} times within ten minutes` : ''})${again === null ? '' : `, started again in ${again} s`}`,
    ),
  unsteady: (part: string, deaths: number, log: string) =>
    phrase(
      () => `${part}: 10분 사이 ${deaths}번 꺼졌다가 다시 켜졌습니다. 까닭: ${log}`,
      () => `${part}: stopped ${deaths} times within ten minutes. See ${log}`,
    ),
};
