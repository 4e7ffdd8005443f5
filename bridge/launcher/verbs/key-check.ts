import type { ProviderSettings } from '../../protocol/settings.ts';
import { withoutEnd } from '../../protocol/text-ends.ts';

export type KeyName = Extract<keyof ProviderSettings, `${string}_API_KEY`>;
type AddressName = Extract<keyof ProviderSettings, `${string}_BASE_URL`>;

export type KeyVerdict =
  | { readonly kind: 'works' }
  | { readonly kind: 'refused'; readonly status: number }
  | { readonly kind: 'payment' }
  /** Nobody answered, or not in a way that says anything of the key. */
  | { readonly kind: 'unchecked'; readonly why: string };

export type KeyCheck = (
  name: KeyName,
  key: string,
  addresses: Partial<Pick<ProviderSettings, AddressName>>,
) => Promise<KeyVerdict>;

interface Probe {
  readonly people: string;
  readonly address: AddressName;
  readonly standard: string;
  /** A call that costs nothing and needs the key. */
  readonly path: string;
  readonly headers: (key: string) => Record<string, string>;
  /** What is sent, where nothing that costs nothing can be looked at: refused as empty once the key is let in. */
  readonly body?: string;
}

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

export const PROBES: Readonly<Record<KeyName, Probe>> = {
  OPENAI_API_KEY: {
    people: 'OpenAI (GPT)',
    address: 'OPENAI_BASE_URL',
    standard: 'https://api.openai.com/v1',
    path: '/models',
    headers: bearer,
  },
  GOOGLE_GENERATIVE_AI_API_KEY: {
    people: 'Google (Gemini)',
    address: 'GOOGLE_BASE_URL',
    standard: 'https://generativelanguage.googleapis.com/v1beta',
    path: '/models',
    headers: (key) => ({ 'x-goog-api-key': key }),
  },
  ANTHROPIC_API_KEY: {
    people: 'Anthropic (Claude)',
    address: 'ANTHROPIC_BASE_URL',
    standard: 'https://api.anthropic.com/v1',
    path: '/models',
    headers: (key) => ({ 'x-api-key': key, 'anthropic-version': '2023-06-01' }),
  },
  // https://open.manus.ai/docs/v2/authentication
  MANUS_API_KEY: {
    people: 'Manus',
    address: 'MANUS_BASE_URL',
    standard: 'https://api.manus.ai',
    path: '/v2/task.list',
    headers: (key) => ({ 'x-manus-api-key': key }),
  },
  // Its list of models is not said to want a key; an empty question costs nothing.
  PERPLEXITY_API_KEY: {
    people: 'Perplexity',
    address: 'PERPLEXITY_BASE_URL',
    standard: 'https://api.perplexity.ai',
    path: '/v1/agent',
    headers: (key) => ({ ...bearer(key), 'content-type': 'application/json' }),
    body: '{}',
  },
};

export const keyNames = (): KeyName[] => Object.keys(PROBES).filter((name): name is KeyName => name in PROBES);

/** One small call with the key, at the address that the agents will use. Neither key nor answer is kept. */
export const checkKey: KeyCheck = async (name, key, addresses) => {
  const probe = PROBES[name];
  const base = withoutEnd(addresses[probe.address] ?? probe.standard, '/');
  let status: number;
  let body: string;
  try {
    const response = await fetch(`${base}${probe.path}`, {
      headers: probe.headers(key),
      ...(probe.body === undefined ? {} : { method: 'POST', body: probe.body }),
      signal: AbortSignal.timeout(20_000),
    });
    status = response.status;
    body = (await response.text()).slice(0, 20_000);
  } catch (error) {
    return {
      kind: 'unchecked',
      why: error instanceof Error && error.name === 'TimeoutError' ? 'timeout' : new URL(base).host,
    };
  }
  if (status >= 200 && status < 300) return { kind: 'works' };
  // Google answers a wrong key with 400 and says so in the body.
  if (status === 401 || status === 403 || (status === 400 && /API_KEY_INVALID|API key not valid/.test(body)))
    return { kind: 'refused', status };
  if (status === 402) return { kind: 'payment' };
  if (probe.body !== undefined && (status === 400 || status === 422)) return { kind: 'works' };
  return { kind: 'unchecked', why: `HTTP ${status}` };
};
