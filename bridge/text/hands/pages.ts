import { type Phrase, phrase } from '../say.ts';

/** What people and models read of pages. */

export const readsPage = phrase<[host: string]>(
  (host) => `${host} 읽기`,
  (host) => `read ${host}`,
);

/** Why a page was not read, by the word of `executor/programs/read-page.ts`; each says what can be done instead. */
export const PAGE_FAULTS = {
  address: phrase(
    () => '주소가 이상해서 읽지 못했습니다. http:// 나 https:// 로 시작하고 아이디와 비밀번호가 없는 주소만 읽습니다.',
    () => 'This is not an address that can be read: it begins with http:// or https:// and holds no name or password.',
  ),
  'not-asked': phrase(
    () => '읽도록 허락된 곳이 아닙니다. 80번과 443번 포트만, 규칙에 사이트가 적혀 있으면 그 사이트만 읽습니다.',
    () => 'It may not be read: only ports 80 and 443, and where the rules name sites, only those.',
  ),
  'not-public': phrase(
    () => '인터넷에 열려 있는 주소가 아닙니다. 공유기나 이 서버처럼 집 안에 있는 것은 읽지 않습니다.',
    () => 'It is not on the public internet. What stands inside, such as a router or this server, is not read.',
  ),
  'no-address': phrase(
    () => '그런 이름의 사이트를 찾지 못했습니다. 주소에 틀린 글자가 없는지 봐 주세요.',
    () => 'There is no site of that name. The address may be misspelt.',
  ),
  'no-connection': phrase(
    () => '사이트에 연결되지 않았습니다. 잠시 뒤에 다시 읽어 볼 수 있습니다.',
    () => 'The site could not be reached. It can be tried again later.',
  ),
  redirects: phrase(
    () => '다른 주소로 여섯 번 넘게 넘겨서 그만두었습니다.',
    () => 'It leads on to other addresses more than five times.',
  ),
  redirect: phrase(
    () => '읽을 수 없는 주소로 넘깁니다.',
    () => 'It leads on to an address that cannot be read.',
  ),
  status: phrase(
    () => '사이트가 페이지를 주지 않았습니다. 없어졌거나, 로그인해야 보이거나, 프로그램은 막아 둔 곳입니다.',
    () => 'The site did not give the page: it is gone, wants a login, or keeps programs out.',
  ),
  slow: phrase(
    () => '25초 안에 다 오지 않아 그만두었습니다.',
    () => 'It did not come within 25 seconds.',
  ),
  broken: phrase(
    () => '페이지가 오다가 끊겼거나 깨져 있습니다.',
    () => 'It broke off, or cannot be unpacked.',
  ),
  pdf: phrase(
    () => 'PDF입니다. 주소로는 아직 읽지 못하니, 파일을 방에 올려 주시면 읽습니다.',
    () => 'It is a PDF, which is not read from an address yet: posted in the room as a file it can be read.',
  ),
  'not-text': phrase(
    () => '글로 된 페이지가 아닙니다(사진, 동영상, 압축 파일 같은 것).',
    () => 'It is no page of words (a picture, a video, an archive).',
  ),
  empty: phrase(
    () => '글이 없습니다. 브라우저에서 프로그램이 돌아야 보이는 페이지일 수 있습니다.',
    () => 'There are no words on it; it may be one that only a browser’s scripts fill.',
  ),
} as const satisfies Readonly<Record<string, Phrase>>;
export type PageFaultWord = keyof typeof PAGE_FAULTS;

export const isPageFault = (word: string): word is PageFaultWord => Object.hasOwn(PAGE_FAULTS, word);
