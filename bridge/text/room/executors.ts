import { phrase } from '../say.ts';

/** Executors in what `!agents` shows. */
export const executorAt = phrase<[name: string, host: string]>(
  (name, host) => `${name} (${host})`,
  (name, host) => `${name} (${host})`,
);
export const executorOnline = phrase<[busy: number, concurrency: number]>(
  (busy, concurrency) => (busy === 0 ? '대기 중' : `명령 ${busy}개 실행 중 (동시에 ${concurrency}개까지)`),
  (busy, concurrency) => (busy === 0 ? 'ready' : `${busy} running (${concurrency} at once)`),
);
export const executorOffline = phrase(
  () => '꺼져 있음',
  () => 'offline',
);
