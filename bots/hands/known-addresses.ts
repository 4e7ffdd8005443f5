/**
 * Addresses that somebody else than the model has named. Everything that leaves the house through a page's address is in
 * its letters, so an address counts as named only as it stood there: it is parsed, as a browser would, and nothing else
 * is done to it. Pure.
 */

/** One address as it is compared and read; what stands behind # is never sent. Null for what is no page's. */
export function pageAddress(text: string): string | null {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') return null;
  url.hash = '';
  return url.href.length > LONGEST ? null : url.href;
}

const LONGEST = 2_048;
/** Of one text: a page of links names many. */
const MOST = 1_000;

/** From the scheme to where no address can go on. */
const WHOLE = /https?:\/\/[^\s<>"'`\\^{|}]{1,2048}/gi;
/** `example.com/a?b`, as people write it; no mail address and no part of a longer word. */
const BARE =
  /(?<![\w@/.:?=&%-])(?:[a-z0-9-]{1,63}\.){1,6}[a-z]{2,24}(?![\w@.-]{0,64}@)(?:\/[^\s<>"'`\\^{|}]{0,2000})?/gi;

/**
 * The addresses in a text. What people write right behind one is no part of it: full stops, brackets, Korean particles;
 * as nobody can tell for sure, both readings count. Letters are left out at the end; none are put in or changed.
 */
export function addressesIn(text: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (const [written] of text.matchAll(WHOLE)) {
    for (const reading of readings(written)) add(found, reading);
    if (found.size >= MOST) break;
  }
  return found;
}

/**
 * The same of a master's words, where an address without a scheme means that page by either: `example.com` is
 * `https://example.com/` and `http://example.com/`, not `www.example.com` and no other page of it.
 */
export function addressesSaid(text: string): ReadonlySet<string> {
  const found = new Set(addressesIn(text));
  for (const [written] of text.replace(WHOLE, ' ').matchAll(BARE)) {
    for (const reading of readings(written)) {
      add(found, `https://${reading}`);
      add(found, `http://${reading}`);
    }
    if (found.size >= MOST) break;
  }
  return found;
}

function add(found: Set<string>, text: string): void {
  const address = pageAddress(text);
  if (address !== null) found.add(address);
}

const PARTICLES =
  /(?:에서는|에서도|에서|으로|까지|부터|이랑|하고|에는|에도|을|를|은|는|이|가|에|의|로|와|과|랑|도|만|좀|요|야|라고|이라고)$/;
const ENDS = new Set('.,;:!?\'"…·~*_。、，」』】》)]}'.split(''));

function readings(written: string): ReadonlySet<string> {
  const plain = withoutEnds(written);
  const korean = /[\u3131-\u318e\uac00-\ud7a3]/.exec(plain);
  return new Set([
    written,
    plain,
    withoutEnds(plain.replace(PARTICLES, '')),
    // 「https://example.com/a에서」: letters of an alphabet of their own begin behind it.
    ...(korean === null ? [] : [withoutEnds(plain.slice(0, korean.index))]),
  ]);
}

/** A closing bracket belongs to it where it was opened in it. */
function withoutEnds(text: string): string {
  let end = text.length;
  while (end > 0) {
    const last = text[end - 1] ?? '';
    if (!ENDS.has(last)) break;
    if (last === ')' && count(text.slice(0, end), '(') >= count(text.slice(0, end), ')')) break;
    end -= 1;
  }
  return text.slice(0, end);
}

const count = (text: string, letter: string): number => text.split(letter).length - 1;
