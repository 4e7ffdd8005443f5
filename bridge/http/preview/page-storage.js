/**
 * Runs in a made page before the page's own scripts. A page in a sandbox has no storage of its own: this gives it one
 * by the standard's name, whose values lie in the house and are the same for everybody who opens the page.
 * What is written is sent soon after, with what the page had seen before, so that the server can put two people's
 * changes together.
 */
globalThis.keepPageData = function keepPageData(stored, mostBytes, mostKeys, address) {
  const RETRY_MS = [1000, 2000, 5000, 10000, 30000];
  /** What is known to stand there now. */
  const values = new Map(Object.entries(stored));
  /** What the page has seen: it may hold an older value than the one above. */
  const seen = new Map();
  /** By key: `base` and `value`, not sent yet. */
  const waiting = new Map();
  /** On their way; empty where nothing is. */
  let sent = new Map();
  /** How often something was sent: an answer that was asked for before that is an old one. */
  let sends = 0;
  let failures = 0;
  let timer = 0;

  const valueIn = (object, key) => (Object.hasOwn(object, key) ? object[key] : null);
  const sizeOf = (text) => new TextEncoder().encode(text).length;
  const sizeOfAll = () => [...values].reduce((sum, [key, value]) => sum + sizeOf(key) + sizeOf(value), 0);

  function changed(key, value) {
    const before = values.get(key) ?? null;
    if (before === value) return;
    if (value === null) values.delete(key);
    else values.set(key, value);
    window.dispatchEvent(new StorageEvent('storage', { key, oldValue: before, newValue: value, url: location.href }));
  }

  function write(key, value) {
    const base = waiting.has(key) ? waiting.get(key).base : seen.has(key) ? seen.get(key) : (stored[key] ?? null);
    if (value === null) values.delete(key);
    else values.set(key, value);
    seen.set(key, value);
    waiting.set(key, { base, value });
    later(150);
  }

  function later(ms) {
    // The first one holds: a page that writes all the time is to be heard, too.
    if (timer === 0)
      timer = setTimeout(() => {
        timer = 0;
        void send();
      }, ms);
  }

  const bodyOf = (changes) => JSON.stringify([...changes].map(([key, { base, value }]) => ({ key, base, value })));

  async function send() {
    if (sent.size > 0 || waiting.size === 0) return;
    sent = new Map(waiting);
    sends += 1;
    waiting.clear();
    try {
      // Text, so that the browser asks no permission first.
      const answer = await fetch(address, { method: 'POST', body: bodyOf(sent), signal: AbortSignal.timeout(30000) });
      if (answer.status === 200) {
        failures = 0;
        const { values: now } = await answer.json();
        for (const key of sent.keys()) if (!waiting.has(key)) changed(key, valueIn(now, key));
      } else if (answer.status < 500 && answer.status !== 429) {
        // Full, gone or not to be understood: sending it again would not help.
        failures = 0;
      } else throw new Error(String(answer.status));
    } catch {
      for (const [key, { base, value }] of sent)
        waiting.set(key, { base, value: waiting.has(key) ? waiting.get(key).value : value });
      failures += 1;
    }
    sent = new Map();
    if (waiting.size > 0) later(failures === 0 ? 0 : RETRY_MS[Math.min(failures, RETRY_MS.length) - 1]);
  }

  /** What others have written meanwhile. */
  async function refresh() {
    if (document.visibilityState !== 'visible') return;
    const before = sends;
    try {
      const answer = await fetch(address);
      if (answer.status !== 200) return;
      const { values: now } = await answer.json();
      if (sent.size > 0 || sends !== before) return;
      for (const key of new Set([...values.keys(), ...Object.keys(now)]))
        if (!waiting.has(key)) changed(key, valueIn(now, key));
    } catch {}
  }

  class Storage {
    get length() {
      return values.size;
    }
    key(index) {
      return [...values.keys()][index] ?? null;
    }
    getItem(key) {
      const value = values.get(String(key)) ?? null;
      seen.set(String(key), value);
      return value;
    }
    setItem(key, value) {
      const [name, text] = [String(key), String(value)];
      const more = sizeOf(text) - sizeOf(values.get(name) ?? '') + (values.has(name) ? 0 : sizeOf(name));
      if (
        name.length > 256 ||
        (values.size >= mostKeys && !values.has(name)) ||
        (more > 0 && sizeOfAll() + more > mostBytes)
      )
        throw new DOMException('The quota has been exceeded.', 'QuotaExceededError');
      write(name, text);
    }
    removeItem(key) {
      if (values.has(String(key))) write(String(key), null);
    }
    clear() {
      for (const key of values.keys()) write(key, null);
    }
  }

  /** Gone when the page is closed. */
  class SessionStorage {
    #items = new Map();
    get length() {
      return this.#items.size;
    }
    key(index) {
      return [...this.#items.keys()][index] ?? null;
    }
    getItem(key) {
      return this.#items.get(String(key)) ?? null;
    }
    setItem(key, value) {
      this.#items.set(String(key), String(value));
    }
    removeItem(key) {
      this.#items.delete(String(key));
    }
    clear() {
      this.#items.clear();
    }
  }

  /** `storage.name` and `storage['name']`, as the standard has them. */
  function asObject(storage) {
    const own = (name) => typeof name === 'symbol' || name in storage;
    return new Proxy(storage, {
      get: (_, name) => {
        const value = own(name) ? Reflect.get(storage, name, storage) : (storage.getItem(name) ?? undefined);
        return typeof value === 'function' ? value.bind(storage) : value;
      },
      set: (_, name, value) => {
        storage.setItem(name, value);
        return true;
      },
      has: (_, name) => own(name) || storage.getItem(name) !== null,
      deleteProperty: (_, name) => {
        storage.removeItem(name);
        return true;
      },
      ownKeys: () => Array.from({ length: storage.length }, (_, index) => storage.key(index)),
      getOwnPropertyDescriptor: (_, name) =>
        own(name) || storage.getItem(name) === null
          ? undefined
          : { value: storage.getItem(name), writable: true, enumerable: true, configurable: true },
    });
  }

  const local = asObject(new Storage());
  const session = asObject(new SessionStorage());
  Object.defineProperty(window, 'localStorage', { configurable: true, get: () => local });
  Object.defineProperty(window, 'sessionStorage', { configurable: true, get: () => session });
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') return void refresh();
    // The page may not come back, and what is on its way may not arrive: this goes out though it is closed. Browsers take
    // 64 KB that way; what arrives twice changes nothing.
    const left = bodyOf([...sent, ...waiting]);
    if (sent.size + waiting.size > 0 && left.length < 20000)
      fetch(address, { method: 'POST', body: left, keepalive: true }).catch(() => {});
  });
  addEventListener('focus', () => void refresh());
  addEventListener('online', () => later(0));
};
