import type { WatchedOnly } from '../../protocol/executor-settings.ts';
import { type Phrase, phrase } from '../say.ts';

/** Where the kernel does not keep the limit of what commands write. Nothing to say where it does everywhere. */
export function watchedText(watched: WatchedOnly | undefined): readonly Phrase[] {
  const said: Phrase[] = [];
  const why = watched?.workspaces ?? null;
  if (why !== null) {
    said.push(
      phrase(
        () =>
          `명령이 쓰는 디스크를 이 서버의 커널이 막아 주지 못합니다 (${why}). 지켜보다가 한도를 넘으면 끝내므로, 그사이 한도보다 더 쓸 수 있습니다.`,
        () =>
          `The kernel here does not limit what commands write to disk (${why}). It is watched, and a command that takes too much is ended; until then it may have taken more.`,
      ),
    );
  }
  const lent = watched?.lent ?? [];
  if (lent.length > 0) {
    const names = lent.map((name) => `/lent/${name}`).join(', ');
    said.push(
      phrase(
        () =>
          `쓰기까지 빌려준 폴더 ${names}: 여기에 쓰는 양은 커널이 막지 않고 지켜보기만 합니다. 빠른 명령은 한도보다 더 쓸 수 있습니다.`,
        () =>
          `Folders lent for writing, ${names}: what is written there is only watched, not limited by the kernel. A fast command may take more than it should.`,
      ),
    );
  }
  return said;
}
