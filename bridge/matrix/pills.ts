import type { UserId } from '../protocol/ids.ts';
import { escapeText } from './html.ts';

export interface Mentioned {
  readonly userId: UserId;
  readonly name: string;
}

/** `@이름` of the mentioned as a link to matrix.to, which clients draw as a pill. Takes sanitised HTML. */
export function withPills(html: string, mentions: readonly Mentioned[]): string {
  const pills = new Map(
    mentions.filter(({ name }) => name.trim() !== '').map((who) => [`@${escapeText(who.name)}`, pill(who)]),
  );
  if (pills.size === 0) return html;
  const calls = [...pills.keys()].sort((a, b) => b.length - a.length);
  // A Korean particle may follow a name, more letters of the same script as a Latin name may not.
  const call = new RegExp(`(?<![A-Za-z0-9_@/])(?:${calls.map(literal).join('|')})(?![A-Za-z0-9_])`, 'g');
  let inert = 0;
  return html.replace(/<[^<>]*>|[^<>]+/g, (piece) => {
    if (!piece.startsWith('<')) return inert > 0 ? piece : piece.replace(call, (name) => pills.get(name) ?? name);
    if (/^<(?:a|code|pre)\b/.test(piece)) inert += 1;
    if (/^<\/(?:a|code|pre)\b/.test(piece)) inert -= 1;
    return piece;
  });
}

function pill({ userId, name }: Mentioned): string {
  // Clients compare these addresses letter by letter: the two signs of every user id stay as they are.
  const target = encodeURIComponent(userId).replace('%40', '@').replace('%3A', ':');
  return `<a href="https://matrix.to/#/${target}">@${escapeText(name)}</a>`;
}

const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\/-]/g, String.raw`\$&`);
