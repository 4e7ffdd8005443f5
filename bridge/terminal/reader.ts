import type { RoomEvent } from '../protocol/room-event.ts';
import type { UserId } from '../protocol/ids.ts';
import { terminalText } from '../text/terminal/terminal.ts';
import { type Look, TerminalPage } from './page.ts';
import type { Screen } from './screen.ts';
import { type News, type SaidLine, Transcript } from './transcript.ts';

/** The room on the screen: what was said, what is being written, who is writing. */
export class Reader {
  readonly transcript = new Transcript();
  readonly #look: Look;
  readonly #screen: Screen;
  readonly #page: TerminalPage;
  #typing: readonly UserId[] = [];
  #here = true;
  #waiting: readonly string[] = [];

  constructor(look: Look, screen: Screen) {
    this.#look = look;
    this.#screen = screen;
    this.#page = new TerminalPage(look);
  }

  /** Whoever writes now, by hand or by a growing answer. */
  get writing(): readonly UserId[] {
    return [...new Set([...this.#typing, ...this.transcript.growing().map(({ event }) => event.sender)])].filter(
      (user) => user !== this.#look.people.me,
    );
  }

  get names(): readonly string[] {
    return this.writing.map(this.#look.people.nameOf);
  }

  take(event: RoomEvent): readonly News[] {
    return this.transcript.take(event);
  }

  show(news: readonly News[]): void {
    this.#screen.print(news.flatMap((one) => this.#page.lines(one, (event) => this.transcript.find(event))));
    this.refresh();
  }

  typing(users: readonly UserId[]): void {
    this.#typing = users;
    this.refresh();
  }

  reachable(here: boolean): void {
    this.#here = here;
    if (!here) this.#typing = [];
    if (!this.#screen.interactive) this.#screen.print([here ? terminalText.back[this.#look.lang]() : this.#away()]);
    this.refresh();
  }

  waiting(texts: readonly string[]): void {
    this.#waiting = texts;
    this.refresh();
  }

  /** Draws what changes: the answer that began first as it grows, words not sent yet, and one line of state. */
  refresh(): void {
    const { paint } = this.#look;
    const [first] = this.transcript.growing();
    this.#screen.change([
      ...(first === undefined ? [] : this.#growing(first)),
      ...this.#unsent().map(paint.dim),
      this.#state(),
    ]);
  }

  /** The end of a long one: its beginning would not fit and cannot be rewritten once it has left the screen. */
  #growing(said: SaidLine): string[] {
    const lines = this.#page.said(said);
    const [head = '', ...rest] = lines;
    const room = this.#screen.room();
    return lines.length <= room ? lines : [head, this.#look.paint.dim('  …'), ...rest.slice(2 - room)];
  }

  #unsent(): string[] {
    return this.#here ? [] : this.#waiting.slice(-4).map((text) => `  ⋯ ${text.replaceAll('\n', ' ').slice(0, 60)}`);
  }

  #state(): string {
    const { paint, lang } = this.#look;
    if (!this.#here) return paint.warn(this.#away());
    const names = this.names;
    return names.length === 0 ? '' : paint.dim(terminalText.typing(names)[lang]());
  }

  #away(): string {
    return terminalText.away(this.#waiting.length)[this.#look.lang]();
  }
}
