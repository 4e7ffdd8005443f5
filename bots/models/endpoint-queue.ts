import type { AgentConfig } from '../../bridge/protocol/roster.ts';

type Endpoint = NonNullable<AgentConfig['endpoint']>;

/** What a server at home does at once where the roster does not say; more would only share one processor. */
const AT_HOME = 1;

const PRIVATE_V4 = /^(?:127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|169\.254\.|0\.0\.0\.0$)/;
const PRIVATE_V6 = /^\[(?:::1|f[cd][0-9a-f]{2}:|fe80:)/i;

/** A server of one's own: this machine, a neighbour in the house, or a container. */
export function isAtHome(url: string): boolean {
  const { hostname } = new URL(url);
  return (
    !/[.:]/.test(hostname) ||
    /\.(?:local|internal|lan|localhost)$/i.test(hostname) ||
    PRIVATE_V4.test(hostname) ||
    PRIVATE_V6.test(hostname)
  );
}

/** How many answers an endpoint gives at once; undefined where nobody has to wait. */
export const answersAtOnce = ({ url, limit }: Endpoint): number | undefined =>
  limit ?? (isAtHome(url) ? AT_HOME : undefined);

/** Whoever asks one endpoint asks in turn: the order of arrival, so many at once. */
export class EndpointQueue {
  readonly limit: number;
  #busy = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Waits for a place; disposing of it lets the next one in. Throws the signal's reason when aborted, and has left. */
  async enter(signal: AbortSignal): Promise<Disposable> {
    signal.throwIfAborted();
    if (this.#busy < this.limit) this.#busy += 1;
    else await this.#turn(signal);
    let left = false;
    return {
      [Symbol.dispose]: () => {
        if (left) return;
        left = true;
        const next = this.#waiting.shift();
        // The place is handed on: nobody who comes just now is before those who waited.
        if (next === undefined) this.#busy -= 1;
        else next();
      },
    };
  }

  async #turn(signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = () => {
      const at = this.#waiting.indexOf(resolve);
      if (at === -1) return;
      this.#waiting.splice(at, 1);
      reject(signal.reason);
    };
    this.#waiting.push(resolve);
    signal.addEventListener('abort', leave, { once: true });
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }
}

/** The queues of a house, one for each server: agents that share one share its queue, whatever models they ask it for. */
export class EndpointQueues {
  readonly #queues = new Map<string, EndpointQueue>();

  /** Of two limits for one server the first counts. */
  of(endpoint: Endpoint): EndpointQueue | undefined {
    const limit = answersAtOnce(endpoint);
    if (limit === undefined) return undefined;
    const { origin } = new URL(endpoint.url);
    const queue = this.#queues.get(origin) ?? new EndpointQueue(limit);
    this.#queues.set(origin, queue);
    return queue;
  }
}
