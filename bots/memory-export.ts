import type { MemoryKind } from '../bridge/protocol/content.ts';
import type { Lang, UserId } from '../bridge/protocol/ids.ts';
import { permalink } from '../bridge/matrix/permalink.ts';
import { cleanName, cleanText } from '../bridge/text/clean-text.ts';
import { memoryFileText as say } from '../bridge/text/terminal/memory-export.ts';
import type { MemoryLine } from './memory/memory-line.ts';

export interface ExportFacts {
  readonly lines: readonly MemoryLine[];
  /** Of people and agents, as they call themselves. */
  readonly nameOf: (user: UserId) => string;
  readonly agentName: (id: NonNullable<MemoryLine['agent']>) => string;
  /** Null where a room has none, or cannot be looked at. */
  readonly roomName: (room: MemoryLine['room']) => string | null;
  readonly serverName: string;
  readonly timeZone: string;
  readonly lang: Lang;
  readonly now: number;
}

const KINDS: readonly MemoryKind[] = ['order', 'fact', 'record'];

/** Everything that is remembered, to be read by a person; oldest first, as it was said. Pure. */
export function memoryAsMarkdown(facts: ExportFacts): string {
  const { lang, now } = facts;
  const parts = KINDS.flatMap((kind) => {
    const lines = facts.lines.filter((line) => line.kind === kind).toSorted((a, b) => a.at - b.at);
    return lines.length === 0
      ? []
      : [`## ${say[kind][lang]()} (${lines.length})`, lines.map((line) => asItem(line, facts)).join('\n')];
  });
  return [`# ${say.title[lang](moment(now, facts))}`, ...(parts.length === 0 ? [say.nothing[lang]()] : parts), ''].join(
    '\n\n',
  );
}

/** The same for programs: one object, times in ISO 8601, oldest first. Pure. */
export function memoryAsJson(facts: ExportFacts): string {
  const { now, serverName, nameOf, agentName, roomName } = facts;
  const lines = facts.lines
    .toSorted((a, b) => a.at - b.at)
    .map(({ number, kind, at, by, agent, text, origin, room, event }) => ({
      number,
      kind,
      at: new Date(at).toISOString(),
      text: cleanText(text),
      by: by === undefined ? null : { user: by, name: cleanName(nameOf(by)) },
      onlyFor: agent === undefined ? null : { agent, name: cleanName(agentName(agent)) },
      said:
        origin === undefined
          ? null
          : {
              room: origin.room,
              name: nullOr(roomName(origin.room)),
              event: origin.event,
              link: linkTo(origin, serverName),
            },
      line: { room, event, link: linkTo({ room, event }, serverName) },
    }));
  return `${JSON.stringify({ v: 1, made: new Date(now).toISOString(), lines }, null, 2)}\n`;
}

const nullOr = (name: string | null): string | null => (name === null ? null : cleanName(name));
const linkTo = ({ room, event }: NonNullable<MemoryLine['origin']>, serverName: string): string =>
  permalink(room, event, serverName);

function asItem({ number, at, by, agent, text, origin }: MemoryLine, facts: ExportFacts): string {
  const { lang, nameOf, agentName, roomName, serverName } = facts;
  const about = [
    moment(at, facts),
    ...(by === undefined ? [] : [cleanName(nameOf(by))]),
    ...(agent === undefined ? [] : [say.onlyFor[lang](cleanName(agentName(agent)))]),
    ...(origin === undefined
      ? []
      : [`[${say.saidIn[lang](inLink(roomName(origin.room) ?? say.unnamed[lang]()))}](${linkTo(origin, serverName)})`]),
  ].join(' · ');
  // Further lines of what was said belong to their item.
  const said = cleanText(text).trim().replaceAll('\n', '\n  ');
  return `- **${number}** · ${about}\n\n  ${said}\n`;
}

const inLink = (name: string): string => cleanName(name).replace(/[[\]\\]/g, String.raw`\$&`);

/** As it is written everywhere: 2026-11-28 07:30. */
const moment = (at: number, { timeZone }: Pick<ExportFacts, 'timeZone'>): string =>
  new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(at);
