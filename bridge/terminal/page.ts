import { cleanName } from '../text/clean-text.ts';
import type { Lang, UserId } from '../protocol/ids.ts';
import { terminalText } from '../text/terminal/terminal.ts';
import { columnsOf, fitted, paddedColumns } from './columns.ts';
import type { Paint } from './paint.ts';
import { laidOut } from './table.ts';
import type { News, SaidLine } from './transcript.ts';

export interface People {
  readonly me: UserId;
  readonly nameOf: (user: UserId) => string;
  /** The same person always has the same place, which gives the colour. */
  readonly orderOf: (user: UserId) => number;
}

export interface Look {
  readonly lang: Lang;
  readonly timeZone: string;
  readonly paint: Paint;
  /** Of the screen; infinite where nobody looks at a screen, and then nothing is wrapped. */
  readonly columns: () => number;
  readonly people: People;
}

/** On narrower screens the name stands above the words. */
const BESIDE_FROM = 68;
const NAME = 12;
const ABOVE_NAME = 24;
const QUOTE = 40;

/** Lays the room out in lines: who, when, what. Remembers only what the line before said of day and thread. */
export class TerminalPage {
  readonly #look: Look;
  readonly #clock: Intl.DateTimeFormat;
  readonly #day: Intl.DateTimeFormat;
  #lastDay = '';
  #lastThread: string | undefined;

  constructor(look: Look) {
    this.#look = look;
    this.#clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: look.timeZone });
    const locale = look.lang === 'ko' ? 'ko-KR' : 'en-GB';
    this.#day = new Intl.DateTimeFormat(locale, {
      month: 'long',
      day: 'numeric',
      weekday: 'long',
      timeZone: look.timeZone,
    });
    this.#lastDay = this.#day.format(Date.now());
  }

  /** `find` gives what a reply answers. */
  lines(news: News, find: (event: NonNullable<SaidLine['event']['replyTo']>) => SaidLine | undefined): string[] {
    const { paint, lang } = this.#look;
    switch (news.kind) {
      case 'said':
        return [
          ...this.#gap(),
          ...this.#dayLine(news.said),
          ...this.#context(news.said, find),
          ...this.said(news.said, news.unfinished ? terminalText.unfinished[lang]() : ''),
        ];
      case 'changed':
        return this.said(news.said, terminalText.changed[lang]());
      case 'removed':
        return this.#aside(paint.dim(terminalText.removed[lang](this.#name(news.said.event.sender))));
      case 'reacted': {
        const to = `${this.#name(news.to.event.sender)}: ${inBrief(news.to.body)}`;
        return this.#aside(
          `${fitted(cleanName(news.key, 64), 16)} ${paint.dim(`${this.#name(news.by)} → ${fitted(to, QUOTE)}`)}`,
        );
      }
    }
  }

  /** A message: name and time beside the words, or above them where the screen is narrow. */
  said({ event, body }: SaidLine, mark = ''): string[] {
    const { paint } = this.#look;
    const columns = this.#look.columns();
    const time = paint.dim(this.#clock.format(event.at));
    const rest = mark === '' ? '' : ` ${paint.dim(mark)}`;
    const name = this.#paintedName(event.sender);
    const thread = event.thread === undefined ? '' : paint.dim('┆ ');
    const words = (width: number) =>
      this.#words(event, body, width - columnsOf(thread)).map((row) => `${thread}${row}`);
    if (columns < BESIDE_FROM)
      return [`${name(ABOVE_NAME)} ${time}${rest}`, ...words(columns - 2).map((row) => `  ${row}`)];
    const gutter = `${time}  ${paddedColumns(name(NAME), NAME)}  `;
    const indent = ' '.repeat(columnsOf(gutter));
    const [first = '', ...more] = words(columns - indent.length);
    return [
      `${gutter}${first}${more.length === 0 ? rest : ''}`,
      ...more.map((row, i) => `${indent}${row}${i === more.length - 1 ? rest : ''}`),
    ];
  }

  #words(event: SaidLine['event'], body: string, width: number): string[] {
    const { paint, lang } = this.#look;
    const what =
      event.attachment === undefined
        ? body
        : terminalText.attachment[lang](event.msgtype, cleanName(event.attachment.name, 120), event.attachment.size);
    const rows = laidOut(event.msgtype === 'm.emote' ? `* ${what}` : what, width);
    if (event.chavion?.kind === 'notice' || event.msgtype === 'm.notice') return rows.map(paint.dim);
    if (event.chavion?.kind === 'fault') return rows.map(paint.warn);
    return rows.map((row) => markdown(row, paint));
  }

  /** What a message belongs to: a thread is named when it is entered, a reply always. */
  #context(
    { event }: SaidLine,
    find: (event: NonNullable<SaidLine['event']['replyTo']>) => SaidLine | undefined,
  ): string[] {
    const { paint, lang } = this.#look;
    const entered = event.thread !== undefined && event.thread !== this.#lastThread;
    this.#lastThread = event.thread;
    const quote = (said: SaidLine | undefined) =>
      said === undefined ? terminalText.earlier[lang]() : `${this.#name(said.event.sender)}: ${inBrief(said.body)}`;
    const lines: string[] = [];
    if (entered && event.thread !== undefined)
      lines.push(
        ...this.#aside(paint.dim(`┆ ${terminalText.thread[lang]()} — ${fitted(quote(find(event.thread)), QUOTE)}`)),
      );
    if (event.replyTo !== undefined)
      lines.push(
        ...this.#aside(
          paint.dim(`${event.thread === undefined ? '' : '┆ '}↳ ${fitted(quote(find(event.replyTo)), QUOTE)}`),
        ),
      );
    return lines;
  }

  /** A line that nobody said, under the words of others. */
  #aside(text: string): string[] {
    const columns = this.#look.columns();
    return [`${' '.repeat(columns < BESIDE_FROM ? 2 : 7 + NAME + 2)}${text}`];
  }

  /** Where names stand above the words, messages need air between them. */
  #gap(): string[] {
    return this.#look.columns() < BESIDE_FROM ? [''] : [];
  }

  #dayLine({ event }: SaidLine): string[] {
    const day = this.#day.format(event.at);
    if (day === this.#lastDay) return [];
    this.#lastDay = day;
    return [this.#look.paint.dim(`── ${day} ──`)];
  }

  #name(user: UserId): string {
    return fitted(this.#look.people.nameOf(user), ABOVE_NAME);
  }

  #paintedName(user: UserId): (columns: number) => string {
    const { paint, people } = this.#look;
    return (columns) => {
      const name = fitted(people.nameOf(user), columns);
      return user === people.me ? paint.bold(name) : paint.person(name, people.orderOf(user));
    };
  }
}

const inBrief = (body: string): string => cleanName(body, 200);

/** Headings and bold words as such; whatever else Markdown has reads well as it stands. */
function markdown(row: string, { bold, dim }: Paint): string {
  if (/^#{1,6} /.test(row)) return bold(row);
  if (/^\s*(?:```|~~~)/.test(row)) return dim(row);
  return row.replace(/\*\*([^*]+)\*\*/g, (whole, words: string) => (bold(words) === words ? whole : bold(words)));
}
