import { phrase } from '../say.ts';

interface Wrong {
  readonly place: string;
  readonly what: string;
}

const listed = (wrong: readonly Wrong[]): string =>
  wrong.map(({ place, what }) => `  - ${place}\n      ${what}`).join('\n');

/** What is said of settings and files of the house that cannot be used. */
export const settingsText = {
  settingsWrong: (wrong: readonly Wrong[]) =>
    phrase(
      () =>
        `설정에 잘못된 곳이 ${wrong.length}군데 있어 시작하지 않았습니다. 바뀐 것은 없습니다.\n${listed(wrong)}\n.env 파일이나 환경 변수를 고친 뒤 다시 npm start 해 주세요.`,
      () =>
        `${wrong.length} setting${wrong.length === 1 ? ' is' : 's are'} wrong, so nothing was started and nothing was changed.\n${listed(wrong)}\nMend .env or the environment, then run npm start again.`,
    ),
  wrong: {
    range: (from: string, to: string) =>
      phrase(
        () => `${from}부터 ${to}까지의 수를 써 주세요`,
        () => `has to be between ${from} and ${to}`,
      ),
    options: (values: readonly string[]) =>
      phrase(
        () => `${values.join(', ')} 가운데 하나를 써 주세요`,
        () => `has to be one of ${values.join(', ')}`,
      ),
    url: phrase(
      () => 'http:// 나 https:// 로 시작하는 주소를 써 주세요. 예: https://chat.example.org',
      () => 'has to be an address that begins with http:// or https://, such as https://chat.example.org',
    ),
    serverName: phrase(
      () => '영문자, 숫자, 점(.), 붙임표(-)로 된 이름을 써 주세요. 예: chavion.local',
      () => 'has to be a host name of letters, digits, dots and hyphens, such as chavion.local',
    ),
    timeZone: phrase(
      () => '이 컴퓨터가 모르는 시간대입니다. 예: Asia/Seoul',
      () => 'is not a time zone that this machine knows, such as Asia/Seoul',
    ),
    key: phrase(
      () => '키에 빈칸, 줄바꿈이나 한글 같은 글자가 들어 있습니다. 키만 다시 복사해 주세요',
      () => 'holds spaces, line breaks or letters that no key has; copy the key alone',
    ),
    object: phrase(
      () => '{ 로 시작해 } 로 끝나는 묶음이어야 합니다',
      () => 'has to be an object in { and }',
    ),
    list: phrase(
      () => '[ 로 시작해 ] 로 끝나는 목록이어야 합니다',
      () => 'has to be a list in [ and ]',
    ),
    text: phrase(
      () => '따옴표로 묶은 글이어야 합니다',
      () => 'has to be a text in quotes',
    ),
    unknown: (names: readonly string[]) =>
      phrase(
        () => `모르는 이름이 있습니다: ${names.join(', ')}`,
        () => `holds names that mean nothing: ${names.join(', ')}`,
      ),
  },
  missing: phrase(
    () => '빠져 있습니다',
    () => 'is missing',
  ),
  notNumber: phrase(
    () => '정수를 써 주세요',
    () => 'has to be a whole number',
  ),
  empty: phrase(
    () => '비어 있습니다',
    () => 'is empty',
  ),
  notJson: (line: number | null, why: string) =>
    phrase(
      () =>
        `파일이 정해진 형식(JSON)에 맞지 않습니다${line === null ? '' : `: ${line}번째 줄 근처`}. 쉼표, 따옴표, 괄호가 빠지거나 남지 않았는지 봐 주세요.`,
      () => `is not JSON: ${why}`,
    ),
  notReadable: (code: string) =>
    phrase(
      () =>
        code === 'ENOENT'
          ? '그런 파일이 없습니다.'
          : code === 'EISDIR'
            ? '파일이 아니라 폴더입니다.'
            : `이 사용자로는 파일을 읽을 수 없습니다 (${code}).`,
      () =>
        code === 'ENOENT'
          ? 'there is no such file.'
          : code === 'EISDIR'
            ? 'is a folder, not a file.'
            : `the file cannot be read (${code}).`,
    ),
  unknownSetting: (name: string, nearest: string) =>
    phrase(
      () => `모르는 설정이라 무시합니다: ${name}. 혹시 ${nearest} 인가요?`,
      () => `${name} is not a setting and is ignored. Did you mean ${nearest}?`,
    ),
  fileUnreadable: (path: string, code: string) =>
    phrase(
      () =>
        `${path}: ${code === 'EISDIR' ? '파일이어야 하는데 폴더입니다' : `이 사용자로는 읽을 수 없습니다 (${code})`}. 아무것도 바꾸지 않았습니다. ${code === 'EISDIR' ? '폴더를 다른 이름으로 옮기고' : '파일의 권한이나 주인을 확인하고'} 다시 해 주세요.`,
      () =>
        `${path} ${code === 'EISDIR' ? 'is a folder and has to be a file' : `cannot be read by this account (${code})`}. Nothing was changed. ${code === 'EISDIR' ? 'Move it aside' : 'Check its permissions and owner'}, then try again.`,
    ),
  fileBroken: (path: string) =>
    phrase(
      () =>
        `${path} 파일이 손상되어 시작하지 않았습니다. 파일은 그대로 두었습니다.\n백업에서 되돌리거나, 파일을 다른 이름으로 옮긴 뒤 다시 시작해 주세요.`,
      () =>
        `${path} is damaged, so nothing was started; the file was left as it is.\nRestore it from a backup, or move it aside and start again.`,
    ),
};
