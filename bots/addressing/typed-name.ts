import type { Lang } from '../../bridge/protocol/ids.ts';
import type { Callable } from './callable.ts';

/** How a master types the name of one of these, for examples: as it is spelt, where it goes by an abbreviation too. */
export function typedName([agent]: readonly Pick<Callable, 'callsigns'>[], lang: Lang): string {
  const callsigns = agent?.callsigns ?? [];
  const [first = ''] = callsigns;
  return lang === 'ko' ? first : (callsigns.findLast((callsign) => /^[a-z]/i.test(callsign)) ?? first);
}
