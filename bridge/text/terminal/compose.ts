import { phrase } from '../say.ts';

export interface ComposeNext {
  /** Path of the profile to load, where this machine has AppArmor. */
  readonly apparmor: string | undefined;
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly admin: string;
  readonly adminPage: string;
  readonly secrets: string;
  readonly profiles: readonly string[];
}

const load = (profile: string): string =>
  `sudo install -m 644 ${profile} /etc/apparmor.d/chavion-executor && sudo apparmor_parser -r /etc/apparmor.d/chavion-executor`;

/** `npm start -- compose`. */
export const composeText = {
  usage: phrase(
    () =>
      '쓰는 법: npm start -- compose\n  .env의 설정으로 docker compose가 쓸 파일을 만듭니다. 다시 해도 비밀값은 그대로입니다.',
    () =>
      'Usage: npm start -- compose\n  Makes the files for docker compose from .env. Run again, it keeps every secret.',
  ),
  noPublicUrl: phrase(
    () =>
      '밖에서 들어올 주소가 없어 아무것도 만들지 않았습니다. .env에 두 줄을 쓰고 다시 해 주세요 (이름은 나중에 바꿀 수 없습니다):\n    CHAVION_SERVER_NAME=chat.example.org\n    CHAVION_PUBLIC_URL=https://chat.example.org\n  이 컴퓨터에서만 써 보려면: CHAVION_PUBLIC_URL=http://localhost',
    () =>
      'There is no address to come in by; nothing was made. Put two lines into .env and try again (the name is permanent):\n    CHAVION_SERVER_NAME=chat.example.org\n    CHAVION_PUBLIC_URL=https://chat.example.org\n  To try it on this machine alone: CHAVION_PUBLIC_URL=http://localhost',
  ),
  badPreview: (url: string) =>
    phrase(
      () =>
        `CHAVION_PREVIEW_URL=${url} 로는 페이지를 열 수 없어 아무것도 바꾸지 않았습니다. 대화 주소와 다른 이름을 경로 없이 써 주세요. 예: CHAVION_PREVIEW_URL=https://pages.example.org`,
      () =>
        `Pages cannot be shown under CHAVION_PREVIEW_URL=${url}; nothing was changed. Give them a name of their own, without a path, such as CHAVION_PREVIEW_URL=https://pages.example.org`,
    ),
  otherFolder: (folder: string) =>
    phrase(
      () =>
        `docker compose는 CHAVION_DATA_DIR=${folder} 을 폴더로 읽지 못합니다. 바뀐 것은 없습니다. .env에 ./${folder} 처럼 쓰고 다시 해 주세요.`,
      () =>
        `docker compose does not take CHAVION_DATA_DIR=${folder} for a folder; nothing was changed. Write it as ./${folder} in .env and try again.`,
    ),
  nativeHouse: phrase(
    () =>
      '이 폴더에는 npm start 로 연 집도 있습니다. 그 집의 방과 대화는 docker compose의 집으로 옮겨지지 않습니다. 둘을 같이 켜지 마세요.',
    () =>
      'This folder also holds a house opened with npm start. Its rooms do not move into the one of docker compose; do not run both.',
  ),
  otherName: (kept: string, asked: string) =>
    phrase(
      () =>
        `이 집의 이름은 ${kept}이고 바꿀 수 없습니다 (지금 설정: ${asked}). 바뀐 것은 없습니다. .env에 CHAVION_SERVER_NAME=${kept} 을 써 주세요.`,
      () =>
        `This house is called ${kept}, for good (the setting now says ${asked}). Nothing was changed. Put CHAVION_SERVER_NAME=${kept} into .env.`,
    ),
  written: (folder: string, count: number) =>
    phrase(
      () => `${folder}에 파일 ${count}개를 썼습니다. 비밀값은 처음 만든 그대로 둡니다.`,
      () => `${count} file${count === 1 ? '' : 's'} written into ${folder}. Secrets stay as they were first made.`,
    ),
  unchanged: phrase(
    () => '바뀐 것이 없습니다.',
    () => 'Nothing has changed.',
  ),
  next: ({ apparmor, url, user, password, admin, adminPage, secrets, profiles }: ComposeNext) =>
    phrase(
      () =>
        [
          '이제 이 순서대로 해 주세요:',
          ...(apparmor === undefined
            ? []
            : ['  (처음 한 번) 실행자의 AppArmor 규칙을 싣습니다', `    ${load(apparmor)}`]),
          `  docker compose up -d --build${profiles.length === 0 ? '' : `      (함께 켜는 것: ${profiles.join(', ')})`}`,
          '  docker compose ps               모두 healthy가 되면 끝입니다 (처음은 몇 분)',
          '',
          `  주소       ${url}`,
          `  사용자     ${user}`,
          `  비밀번호   ${password}`,
          '',
          `  계정 관리  ${adminPage} — 이 서버에서만 열립니다. 다른 컴퓨터에서는 먼저: ssh -L 8081:localhost:8081 서버`,
          `             ${admin}, 비밀번호는 ${secrets}의 passwords.admin`,
          '',
          '  키나 설정을 바꾼 뒤에는: npm start -- compose 다음 docker compose up -d',
        ].join('\n'),
      () =>
        [
          'Now, in this order:',
          ...(apparmor === undefined
            ? []
            : ['  (once) load the AppArmor rules of the executor', `    ${load(apparmor)}`]),
          `  docker compose up -d --build${profiles.length === 0 ? '' : `      (with: ${profiles.join(', ')})`}`,
          '  docker compose ps               done when all are healthy (minutes, the first time)',
          '',
          `  Address    ${url}`,
          `  User       ${user}`,
          `  Password   ${password}`,
          '',
          `  Accounts   ${adminPage}, on this server only. From elsewhere first: ssh -L 8081:localhost:8081 server`,
          `             ${admin}, its password is passwords.admin in ${secrets}`,
          '',
          '  After new keys or settings: npm start -- compose, then docker compose up -d',
        ].join('\n'),
    ),
};
