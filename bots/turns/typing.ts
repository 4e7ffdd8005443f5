import type { Account } from '../../bridge/matrix/account.ts';
import type { RoomId } from '../../bridge/protocol/ids.ts';

/** An answer that comes sooner needs no sign. */
const AFTER_MS = 700;
/** The homeserver forgets it after 30 s; a model may think for minutes. */
const AGAIN_MS = 20_000;

/** Shows that somebody is typing, from a moment on until `end`, which may come twice. */
export function showTyping(account: Pick<Account, 'typing'>, room: RoomId): { readonly end: () => void } {
  let shown: Promise<void> | null = null;
  const show = () => {
    shown = account.typing(room, true);
    timer = setTimeout(show, AGAIN_MS);
  };
  let timer = setTimeout(show, AFTER_MS);
  return {
    end: () => {
      clearTimeout(timer);
      void shown?.then(() => account.typing(room, false));
      shown = null;
    },
  };
}
