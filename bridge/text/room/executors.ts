import { phrase } from '../say.ts';

/** Executors in what `!agents` shows. */
export const executorName = phrase<[host: string]>(
  (host) => `실행자 (${host})`,
  (host) => `executor (${host})`,
);
export const executorOnline = phrase<[busy: number, concurrency: number]>(
  (busy, concurrency) => (busy === 0 ? '대기 중' : `명령 ${busy}개 실행 중 (동시에 ${concurrency}개까지)`),
  (busy, concurrency) => (busy === 0 ? 'ready' : `${busy} running (${concurrency} at once)`),
);
export const executorOffline = phrase(
  () => '꺼져 있음',
  () => 'offline',
);
