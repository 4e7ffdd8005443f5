import type { Need } from '../state/mission-needs.ts';
import type { AskFacts } from './facts.ts';
import type { TaskState } from '../state/task-state.ts';
import { quoted } from './quoted.ts';

export const meansHere = ({ mail }: Pick<AskFacts, 'mail'>): string =>
  `The means here: commands in a sandbox without a screen, files, documents and charts, public pages, what the agents know, look up and write; other addresses of the internet, each after the owner has said yes${mail === undefined ? '' : '; letters by e-mail'}. ${mail === undefined ? 'No mail, no' : 'No'} messages, no telephone, no payments, no calendar, no waiting for a time, no printer, nobody who goes anywhere.`;

const NEED: Readonly<Record<Need, string>> = {
  mail: 'sending or reading e-mail',
  message: 'sending messages, telephoning',
  payment: 'paying, ordering, booking',
  calendar: 'entries in a calendar',
  posting: 'posting to social media',
  printing: 'printing on paper',
  act: 'anything done by a body, out in the world',
  picture: 'making photographs, films or music (drawings only as code, such as SVG)',
  web: 'looking things up on the internet, unless the owner allows an address; what you know may be out of date: say so',
  later: 'waiting for a time: it is done now',
  until: 'delivering at a time: it is handed over as soon as it is ready',
};

/** For planners, checkers and reporters; empty where nothing is lacking. */
export function lackNote({ lacks, triage }: Pick<TaskState, 'lacks' | 'triage'>): string {
  const known = lacks.map((need) => NEED[need]);
  const said = triage?.cannot ?? [];
  if (known.length + said.length === 0) return '';
  const words = said.length === 0 ? '' : `\n${quoted('impossible here, as was found before', said.join('\n'))}`;
  return `There is no means here for${known.length === 0 ? ' what stands below' : `: ${known.join('; ')}`}. Do not pretend to do it, and say plainly that it was not done.${words}`;
}
