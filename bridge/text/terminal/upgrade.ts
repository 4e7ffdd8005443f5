import { phrase } from '../say.ts';
import { withParticle } from '../particle.ts';

/** What `npm start -- upgrade` says. */
export const upgradeText = {
  usage: phrase(
    () =>
      '쓰는 법: npm start -- upgrade\n  먼저 백업하고, 새 판을 받아 설치한 뒤 집을 다시 켭니다. 새것이 없으면 아무것도 바꾸지 않습니다.',
    () =>
      'Usage: npm start -- upgrade\n  Backs up, fetches and installs the new version and opens the house again. Where there is nothing newer nothing is changed.',
  ),
  notClone: (project: string) =>
    phrase(
      () =>
        `${withParticle(project, '은', '는')} git으로 받은 폴더가 아니라서 스스로 올릴 수 없습니다. 바뀐 것은 없습니다.\n새 판을 다른 폴더에 받고 data 폴더와 .env를 그리로 옮긴 뒤 거기서 npm start 해 주세요. 그 전에: npm start -- backup`,
      () =>
        `${project} is no git clone and cannot upgrade itself. Nothing was changed.\nFetch the new version into another folder, move data and .env there, and run npm start. Before that: npm start -- backup`,
    ),
  noUpstream: phrase(
    () =>
      '이 폴더의 가지(branch)가 따르는 원본이 없습니다. 바뀐 것은 없습니다. 원본을 정해 주세요: git branch --set-upstream-to=origin/main',
    () => 'This branch follows no upstream. Nothing was changed. Set one: git branch --set-upstream-to=origin/main',
  ),
  localChanges: (files: readonly string[]) =>
    phrase(
      () =>
        `이 폴더에 고친 파일이 있어 올리지 않았습니다. 바뀐 것은 없습니다:\n${indented(files)}\n그대로 두려면 git stash, 버리려면 git checkout -- 파일. 그 뒤에 다시 해 주세요.`,
      () =>
        `Files of this folder were changed, so it was not upgraded. Nothing was changed:\n${indented(files)}\nPut them aside with git stash, or throw them away with git checkout -- file, and try again.`,
    ),
  diverged: phrase(
    () =>
      '이 폴더에는 원본에 없는 커밋이 있어 그대로 이어 붙일 수 없습니다. 바뀐 것은 없습니다. git rebase 로 정리한 뒤 다시 해 주세요.',
    () =>
      'This folder has commits that its upstream has not, so it cannot simply go on. Nothing was changed. Rebase first, then try again.',
  ),
  unreachable: phrase(
    () => '원본에 닿지 못했습니다. 바뀐 것은 없습니다. 인터넷 연결을 확인하고 다시 해 주세요.',
    () => 'The upstream could not be reached. Nothing was changed. Check the connection and try again.',
  ),
  asking: (host: string) =>
    phrase(
      () => `${host}에 묻는 중`,
      () => `asking ${host}`,
    ),
  fetched: (count: number, all: number) =>
    phrase(
      () => (count >= all ? `${all}/${all} 꾸러미, 푸는 중` : `${count}/${all} 꾸러미`),
      () => (count >= all ? `${all}/${all} packages, unpacking` : `${count}/${all} packages`),
    ),
  waitingFor: (host: string) =>
    phrase(
      () => `${host}의 대답을 기다리는 중`,
      () => `waiting for ${host}`,
    ),
  registryAway: (host: string) =>
    phrase(
      () =>
        `꾸러미를 받는 곳(${host})에 닿지 못해 올리지 않았습니다. 지금 판은 그대로입니다. 인터넷 연결을 확인하고 다시 해 주세요.`,
      () =>
        `The packages' registry (${host}) could not be reached, so it was not upgraded. The present version is as it was. Check the connection and try again.`,
    ),
  noRoom: (folder: string) =>
    phrase(
      () =>
        `디스크에 자리가 없어 새 판의 꾸러미를 풀지 못했습니다 (${folder}). 지금 판은 그대로입니다. 자리를 비우고 다시 해 주세요.`,
      () =>
        `There is no room on the disk for the packages of the new version (${folder}). The present one is as it was. Make room and try again.`,
    ),
  newest: (version: string) =>
    phrase(
      () => `이미 가장 새 판입니다: ${version}. 바뀐 것은 없습니다.`,
      () => `This is the newest version: ${version}. Nothing was changed.`,
    ),
  fetching: phrase(
    () => '새 판 찾기',
    () => 'Looking',
  ),
  found: (commits: number) =>
    phrase(
      () => `새 변경 ${commits}개`,
      () => `${commits} new change${commits === 1 ? '' : 's'}`,
    ),
  installing: phrase(
    () => '꾸러미 설치',
    () => 'Packages',
  ),
  installed: phrase(
    () => '설치했습니다',
    () => 'installed',
  ),
  installFailed: (why: string) =>
    phrase(
      () =>
        `새 판의 꾸러미를 설치하지 못했습니다. 지금 판은 그대로입니다. 인터넷 연결과 디스크 여유를 확인하고 다시 해 주세요.\n${why}`,
      () =>
        `The packages of the new version could not be installed. The present version is as it was. Check connection and disk, then try again.\n${why}`,
    ),
  notMerged: phrase(
    () =>
      '새 판을 이 폴더에 풀지 못했습니다. 지금 판은 그대로입니다. 같은 이름의 파일이 있는지 git status 로 봐 주세요.',
    () =>
      'The new version could not be put into this folder. The present one is as it was. Look at git status for files in its way.',
  ),
  goingOn: phrase(
    () => '지난번에 끝나지 않은 올리기를 이어서 합니다.',
    () => 'Going on with the upgrade that was not finished.',
  ),
  done: (from: string, to: string) =>
    phrase(
      () => `올렸습니다: ${from} → ${to}`,
      () => `Upgraded: ${from} → ${to}`,
    ),
  restarting: phrase(
    () =>
      '집이 새 판으로 다시 켜집니다. 그동안의 메시지는 그대로 남아 대답합니다. 데이터베이스는 켜지면서 스스로 바뀝니다.',
    () =>
      'The house opens again with the new version; what is said meanwhile is kept and answered. The homeserver brings its database up to date by itself.',
  ),
  startYourself: phrase(
    () => '켜기: npm start',
    () => 'To open the house: npm start',
  ),
  restartYourself: phrase(
    () => '켜져 있는 집에 알리지 못했습니다. Ctrl-C로 끄고 npm start 로 다시 켜 주세요.',
    () => 'The running house could not be told. Stop it with Ctrl-C and run npm start.',
  ),
};

const indented = (lines: readonly string[]): string => lines.map((line) => `    ${line}`).join('\n');
