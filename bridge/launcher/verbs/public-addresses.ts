import type { Settings } from '../../protocol/settings.ts';
import { addressText } from '../../text/terminal/addresses.ts';
import type { Phrase } from '../../text/say.ts';

export interface Reached {
  readonly reached: boolean;
  readonly said: Phrase;
}

const WITHIN_MS = 5_000;

/** Whether the addresses that letters and links name lead where they should, asked as somebody outside would. */
export async function publicAddresses({
  CHAVION_API_URL: api,
  CHAVION_PREVIEW_URL: pages,
}: Pick<Settings, 'CHAVION_API_URL' | 'CHAVION_PREVIEW_URL'>): Promise<readonly Reached[]> {
  const checks = [
    // Nobody else answers with a help that names this address.
    ...(api === undefined
      ? []
      : [
          leads('CHAVION_API_URL', api, `${api}/help`, async (answer) => (await answer.text()).includes(`URL=${api} `)),
        ]),
    ...(pages === undefined
      ? []
      : [
          leads(
            'CHAVION_PREVIEW_URL',
            pages,
            `${pages}/p/nothing/`,
            async (answer) => answer.headers.get('content-security-policy')?.startsWith('sandbox ') === true,
          ),
        ]),
  ];
  return Promise.all(checks);
}

async function leads(
  name: string,
  url: string,
  probe: string,
  isOurs: (answer: Response) => Promise<boolean>,
): Promise<Reached> {
  const reached = await fetch(probe, { signal: AbortSignal.timeout(WITHIN_MS) }).then(isOurs, () => false);
  return { reached, said: reached ? addressText.leads(name, url) : addressText.leadsNowhere(name, url) };
}
