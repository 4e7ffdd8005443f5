import type { Lang } from '../protocol/ids.ts';
import type { Phrase } from '../text/say.ts';

/** A start that may not go on, said for the person at the terminal: what happened, what was kept, what to do. */
export class ConfigRefusal extends Error {
  readonly #say: Phrase;

  constructor(say: Phrase, options: { cause?: unknown } = {}) {
    super(say.en(), options);
    this.name = 'Refusal';
    this.#say = say;
  }

  in(lang: Lang): string {
    return this.#say[lang]();
  }
}
