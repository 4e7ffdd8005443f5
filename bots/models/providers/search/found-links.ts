export interface Link {
  readonly url: string;
  readonly title?: string;
}

/** More than anybody reads; a search may have seen hundreds. */
const MOST = 20;

export const browsable = (url: string): boolean => /^https?:\/\//i.test(url) && URL.canParse(url);

/** Sources of an answer that was looked up: what it names stands before what was only seen on the way. */
export class FoundLinks {
  readonly #cited = new Map<string, Link>();
  readonly #seen = new Map<string, Link>();

  cited(link: Link): void {
    note(this.#cited, link);
  }

  seen(link: Link): void {
    note(this.#seen, link);
  }

  get all(): readonly Link[] {
    const cited = [...this.#cited.values()].map((link) => ({ ...this.#seen.get(link.url), ...link }));
    const others = [...this.#seen.values()].filter(({ url }) => !this.#cited.has(url));
    return [...cited, ...others].slice(0, MOST);
  }
}

/** Each address once, and only what a browser may open: they come from strangers. */
function note(links: Map<string, Link>, link: Link): void {
  if (browsable(link.url) && !links.has(link.url) && links.size < 10 * MOST) links.set(link.url, link);
}
