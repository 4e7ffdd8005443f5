import { z } from 'zod';
import { PARTS, type Part } from '../instance/accounts.ts';
import type { ProcessMark } from '../instance/processes.ts';

/** How a part has been lately; what `status`, `doctor` and the rooms are told of it. Times are milliseconds. */
export const PartTrouble = z.object({
  part: z.enum(PARTS),
  /** Of the first process that ended, or went silent, in this absence: known by it wherever it is told of. */
  cause: z.string(),
  /** Not answering since then; null: it answers. */
  since: z.int().nullable(),
  /** The next start; null: it is being started, or only silent. */
  again: z.int().nullable(),
  /** Signal, exit code, or `DEAF`. */
  how: z.string(),
  /** Its deaths in the last ten minutes. */
  deaths: z.array(z.int()),
});
export type PartTrouble = z.infer<typeof PartTrouble>;

const REMEMBERED_MS = 600_000;

/** Which parts are away, and which were. */
export class Troubles {
  readonly #known = new Map<Part, PartTrouble>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  died(part: Part, process: ProcessMark | undefined, how: string, delayMs: number): void {
    const now = this.#now();
    const before = this.#known.get(part);
    this.#known.set(part, {
      ...this.#absent(part, process),
      again: now + delayMs,
      how,
      deaths: [...this.#recent(before), now],
    });
  }

  /** It lives, and says nothing. */
  silent(part: Part, process: ProcessMark | undefined, how: string): void {
    this.#known.set(part, {
      ...this.#absent(part, process),
      again: null,
      how,
      deaths: this.#recent(this.#known.get(part)),
    });
  }

  back(part: Part): void {
    const before = this.#known.get(part);
    if (before !== undefined) this.#known.set(part, { ...before, since: null, again: null });
  }

  list(): readonly PartTrouble[] {
    return [...this.#known.values()]
      .map((one) => ({ ...one, deaths: this.#recent(one) }))
      .filter(({ since, deaths }) => since !== null || deaths.length > 0);
  }

  #absent(part: Part, process: ProcessMark | undefined): Pick<PartTrouble, 'part' | 'cause' | 'since'> {
    const before = this.#known.get(part);
    return {
      part,
      cause: before?.since == null ? `${part}.${process?.pid ?? 0}.${process?.startTime ?? ''}` : before.cause,
      since: before?.since ?? this.#now(),
    };
  }

  #recent(trouble: PartTrouble | undefined): number[] {
    return (trouble?.deaths ?? []).filter((at) => at > this.#now() - REMEMBERED_MS);
  }
}
