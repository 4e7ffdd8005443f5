import { z } from 'zod';
import { UserId } from '../protocol/ids.ts';

/** Nobody means more people than this one by one. */
const MAX_MENTIONS = 50;
const MAX_LOOKED_AT = 1000;

const Mentions = z.object({ user_ids: z.array(z.unknown()).optional(), room: z.boolean().optional() });

export interface DecodedMentions {
  readonly mentions: readonly UserId[];
  readonly mentionsRoom: boolean;
}

/**
 * Whom a message means: `m.mentions` (MSC3952, Matrix 1.7), or the pills of its HTML where the client sends none.
 * A malformed `m.mentions` counts as absent.
 */
export function decodeMentions(declared: unknown, formattedBody: string | undefined): DecodedMentions {
  const parsed = Mentions.safeParse(declared);
  if (parsed.success) {
    return { mentions: firstUsers(parsed.data.user_ids ?? []), mentionsRoom: parsed.data.room ?? false };
  }
  return { mentions: pillsIn(formattedBody), mentionsRoom: false };
}

function firstUsers(candidates: readonly unknown[]): readonly UserId[] {
  const users = new Set<UserId>();
  for (const candidate of candidates.slice(0, MAX_LOOKED_AT)) {
    const user = UserId.safeParse(candidate);
    if (user.success) users.add(user.data);
    if (users.size === MAX_MENTIONS) break;
  }
  return [...users];
}

/** Whom the writer himself put a pill up for, outside of quotations and code. */
export const pillsIn = (html: string | undefined): readonly UserId[] =>
  html === undefined ? [] : firstUsers(pillTargets(html));

/** What `href`s of the forms `https://matrix.to/#/@…` and `matrix:u/…` point at, where somebody's own words stand. */
function pillTargets(html: string): readonly string[] {
  const targets: string[] = [];
  let inside = 0;
  for (const [, closing, , scheme, target] of html.matchAll(
    /<(\/?)(blockquote|mx-reply|pre|code)\b|href=["'](https:\/\/matrix\.to\/#\/|matrix:u\/)([^"'<>?\s]{1,800})/gi,
  )) {
    if (target === undefined) inside = closing === '/' ? Math.max(0, inside - 1) : inside + 1;
    if (target === undefined || inside > 0) continue;
    if (targets.length === MAX_LOOKED_AT) break;
    try {
      targets.push((scheme?.toLowerCase() === 'matrix:u/' ? '@' : '') + decodeURIComponent(target));
    } catch {
      // A broken escape: not a pill.
    }
  }
  return targets;
}
