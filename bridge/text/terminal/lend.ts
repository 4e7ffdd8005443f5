import { phrase } from '../say.ts';
import { withParticle } from '../particle.ts';
import { roomNames } from '../room-names.ts';

const right = { ro: { ko: '읽기만', en: 'read only' }, rw: { ko: '읽고 쓰기', en: 'read and write' } } as const;
type Mode = keyof typeof right;

/** `npm start -- lend` and `npm start -- audit verify`, at the terminal. */
export const lendText = {
  usage: phrase(
    () => `npm start -- lend /srv/site ro     폴더를 읽기만 하도록 빌려줍니다
npm start -- lend /srv/site rw     쓸 수도 있게 빌려줍니다 (쓸 때마다 방에서 허락을 구합니다)
npm start -- lend --list           빌려준 폴더를 봅니다
npm start -- lend --end 이름        돌려받습니다`,
    () => `npm start -- lend /srv/site ro     lends a folder for reading
npm start -- lend /srv/site rw     for writing too (each command that writes asks in the room)
npm start -- lend --list           what is lent
npm start -- lend --end NAME       takes it back`,
  ),
  lent: (name: string, path: string, mode: Mode) =>
    phrase(
      () => `빌려줬습니다: ${path} → /lent/${name} (${right[mode].ko}). 지금부터 됩니다.`,
      () => `Lent: ${path} as /lent/${name} (${right[mode].en}), from now on.`,
    ),
  line: (name: string, path: string, mode: Mode) =>
    phrase(
      () => `/lent/${name}  ${right[mode].ko}  ${path}`,
      () => `/lent/${name}  ${right[mode].en}  ${path}`,
    ),
  none: phrase(
    () => '빌려준 폴더가 없습니다.',
    () => 'Nothing is lent.',
  ),
  ended: (name: string) =>
    phrase(
      () => `돌려받았습니다: ${name}. 이제 보이지 않습니다. 폴더와 파일은 그대로입니다.`,
      () => `Taken back: ${name} is no longer seen. The folder and its files are as they were.`,
    ),
  unknown: (name: string) =>
    phrase(
      () => `그런 이름으로 빌려준 폴더가 없습니다: ${name}. \`npm start -- lend --list\`로 보세요.`,
      () => `Nothing is lent under the name ${name}. See \`npm start -- lend --list\`.`,
    ),
  notFolder: (path: string) =>
    phrase(
      () => `폴더가 아닙니다: ${path}. 빌려준 것은 없습니다.`,
      () => `Not a folder: ${path}. Nothing was lent.`,
    ),
  forbidden: (path: string) =>
    phrase(
      () =>
        `${withParticle(path, '은', '는')} 빌려줄 수 없습니다. Chavion의 열쇠, 시스템, 누군가의 홈 폴더 전체가 그 안에 있거나, 그 폴더가 그런 곳 안에 있습니다. 필요한 폴더 하나만 골라 주세요 (예: /srv/site, /home/이름/사진).`,
      () =>
        `${path} cannot be lent: it holds, or lies within, the keys of Chavion, the system itself or somebody’s whole home. Choose just the folder that is needed (such as /srv/site or /home/name/photos).`,
    ),
  tooMany: phrase(
    () => '폴더는 16개까지 빌려줄 수 있습니다. 하나를 돌려받고 다시 해 주세요.',
    () => 'No more than 16 folders can be lent. Take one back first.',
  ),
  noAccess: (path: string, account: string, mode: Mode) =>
    phrase(
      () =>
        `빌려줬지만 실행자의 계정(${account})은 아직 이 폴더를 ${mode === 'rw' ? '쓸' : '읽을'} 수 없습니다. 허락하려면:\n  setfacl -R -m u:${account}:${mode === 'rw' ? 'rwX' : 'rX'} ${path}`,
      () =>
        `Lent, but the executor's account (${account}) may not ${mode === 'rw' ? 'write' : 'read'} there yet. To allow it:\n  setfacl -R -m u:${account}:${mode === 'rw' ? 'rwX' : 'rX'} ${path}`,
    ),
  notBegun: phrase(
    () => '아직 집을 켠 적이 없습니다. npm start 를 한 번 한 뒤 다시 해 주세요.',
    () => 'The house has never been started. Run npm start once, then again.',
  ),
};

export const auditText = {
  usage: phrase(
    () => 'npm start -- audit verify     실행 기록이 고쳐지지 않았는지 확인합니다',
    () => 'npm start -- audit verify     checks that the record of commands was not changed',
  ),
  none: phrase(
    () => '아직 기록이 없습니다.',
    () => 'There is no record yet.',
  ),
  whole: (lines: number, head: string) =>
    phrase(
      () =>
        `기록 ${lines}줄이 모두 맞습니다. 마지막: #${lines} ${head}. ${roomNames.ops.ko} 방의 마지막 표시와 같은지 견줘 보세요.`,
      () =>
        `All ${lines} lines fit. The last: #${lines} ${head}. Compare it with the last mark in the ${roomNames.ops.en} room.`,
    ),
  broken: (line: number, path: string) =>
    phrase(
      () =>
        `기록이 ${line}번째 줄에서 어긋납니다: ${path}. 누가 고쳤거나 디스크가 상했습니다. 그 줄부터는 믿지 마세요.`,
      () =>
        `The record breaks at line ${line}: ${path}. It was changed, or the disk is damaged. Do not believe it from there on.`,
    ),
};
