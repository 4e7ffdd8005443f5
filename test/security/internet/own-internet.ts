import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openPostOffice, type PostOffice } from '../../house/post-office.ts';
import { PRIVATE_ADDRESS, PUBLIC_ADDRESS } from './internet.ts';
import { startNameService } from './name-service.ts';
import { openSites, type Sites } from './sites.ts';

/** All that stands in the internet of the test's own; inside it, with the folder of `makeCertificates`. */
export interface OwnInternet extends AsyncDisposable {
  readonly sites: Sites;
  /** Names that were asked for, oldest first. */
  readonly asked: readonly string[];
  readonly office: PostOffice;
  /** Its certificate is nobody's that is trusted. */
  readonly strangers: PostOffice;
}

export async function openInternet(certificates: string): Promise<OwnInternet> {
  await using opened = new AsyncDisposableStack();
  const names = opened.use(
    await startNameService({
      'news.example': [PUBLIC_ADDRESS],
      'other.example': [PUBLIC_ADDRESS],
      'wrong.example': [PUBLIC_ADDRESS],
      'stranger.example': [PUBLIC_ADDRESS],
      'inner.example': [PRIVATE_ADDRESS],
      'both.example': [PUBLIC_ADDRESS, PRIVATE_ADDRESS],
      'shut.example': ['93.184.216.99'],
      'rebind.example': { inTurn: [[PUBLIC_ADDRESS], [PRIVATE_ADDRESS]] },
      'smtp.example': ['93.184.216.35'],
      'smtp-stranger.example': ['93.184.216.36'],
    }),
  );
  const sites = opened.use(await openSites(certificates));
  const post = async (host: string, address: string) => {
    const [key, cert] = ['key', 'pem'].map((kind) => readFileSync(join(certificates, `${host}.${kind}`)));
    if (key === undefined || cert === undefined) throw new Error(`no certificate of ${host}`);
    return opened.use(await openPostOffice({ at: { host, address, key, cert } }));
  };
  const office = await post('smtp.example', '93.184.216.35');
  const strangers = await post('smtp-stranger.example', '93.184.216.36');
  const all = opened.move();
  return { sites, asked: names.asked, office, strangers, [Symbol.asyncDispose]: () => all.disposeAsync() };
}
