/**
 * Characters that nobody sees but machines obey: controls, bidi overrides, zero-width marks, tag characters
 * (in which whole prompts can hide). Tab, line feed and the joiners that emoji and some scripts need stay.
 */
const INVISIBLE =
  // eslint-disable-next-line no-control-regex -- these are what is removed
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u00AD\u061C\u115F\u1160\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\u3164\uFEFF\uFFA0\uFFF9-\uFFFB]|[\u180B-\u180F]|[\uFE00-\uFE0D]|[\u{E0000}-\u{E0FFF}]/gu;

/** A joiner means something only after an emoji or a letter of a script that joins. */
const STRAY_JOINER =
  /(?<![\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F\p{Script=Arabic}\p{Script=Syriac}\p{Mn}\p{Mc}])[\u200C\u200D]/gu;

/** Text as it may be stored, shown and handed to a model: composed (NFC), well-formed, `\n` line ends. */
export function cleanText(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?|[\u0085\u2028\u2029]/g, '\n')
    .replace(INVISIBLE, '')
    .replace(STRAY_JOINER, '')
    .normalize('NFC');
}

/** A name on one line: people's, files', reactions'. */
export function cleanName(text: string, maxLength = 255): string {
  return cleanText(text.slice(0, maxLength * 4))
    .replace(/\s+/gu, ' ')
    .trim()
    .slice(0, maxLength)
    .toWellFormed();
}
