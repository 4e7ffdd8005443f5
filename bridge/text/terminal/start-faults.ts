import { phrase } from '../say.ts';
import { withParticle } from '../particle.ts';

interface PortUse {
  readonly port: number;
  readonly variable: string;
  readonly by?: string | undefined;
}

const ports = (uses: readonly PortUse[]): string =>
  uses.map(({ port, variable, by }) => `  - ${variable}=${port}${by === undefined ? '' : ` <- ${by}`}`).join('\n');

/** Why nothing was started, what became of what there was, and what to do. */
export const startFaultText = {
  stateLost: (lost: readonly string[], data: string) =>
    phrase(
      () =>
        `이 집이 쓰던 것이 없어져서 시작하지 않았습니다. 그대로 켜면 지난 대화가 없는 빈 집이 됩니다:\n${lost.map((path) => `  - ${path}`).join('\n')}\n다른 컴퓨터로 옮기셨다면 폴더를 복사하지 말고 backup과 restore를 써 주세요. 백업이 있으면 ${withParticle(data, '을', '를')} 다른 이름으로 옮기고: npm start -- restore 백업파일\n백업이 없고 새로 시작해도 좋다면 ${withParticle(data, '을', '를')} 다른 이름으로 옮긴 뒤 npm start 해 주세요.`,
      () =>
        `What this house kept is gone, so nothing was started; it would open as an empty house:\n${lost.map((path) => `  - ${path}`).join('\n')}\nTo move a house, use backup and restore rather than a copy of the folder. With a backup, move ${data} aside, then: npm start -- restore file\nTo begin anew without one, move ${data} aside and run npm start.`,
    ),
  synapseInstallFailed: (tail: string) =>
    phrase(
      () =>
        `Synapse를 설치하지 못했습니다. 다른 것은 그대로입니다. 인터넷 연결을 확인하고 다시 npm start 해 주세요.\n${tail}`,
      () =>
        `Synapse could not be installed; nothing else was changed. Check the internet connection and run npm start again.\n${tail}`,
    ),
  synapseAway: phrase(
    () =>
      'Synapse를 받는 곳(PyPI)에 닿지 못해 시작하지 않았습니다. 다른 것은 그대로입니다. 인터넷 연결을 확인하고 다시 npm start 해 주세요.',
    () =>
      'Where Synapse comes from (PyPI) could not be reached, so nothing was started; nothing else was changed. Check the internet connection and run npm start again.',
  ),
  packagesMissing: (packages: readonly string[], command: string | undefined) =>
    phrase(
      () =>
        command === undefined
          ? `필요한 프로그램이 없습니다: ${packages.join(', ')}. 이 배포판의 방법으로 설치한 뒤 다시 npm start 해 주세요.`
          : `필요한 프로그램이 없습니다: ${packages.join(', ')}. 다음 명령을 한 번 실행한 뒤 다시 npm start 해 주세요.\n\n    ${command}\n`,
      () =>
        command === undefined
          ? `Programs are missing: ${packages.join(', ')}. Install them in this distribution's way, then run npm start again.`
          : `Programs are missing: ${packages.join(', ')}. Run this once, then npm start again.\n\n    ${command}\n`,
    ),
  packagesFailed: (packages: readonly string[], command: string, log: string) =>
    phrase(
      () => `설치하지 못했습니다: ${packages.join(', ')}. 자세한 내용: ${log}\n직접 실행해 보세요:\n\n    ${command}\n`,
      () => `${packages.join(', ')} could not be installed; see ${log}\nTry it by hand:\n\n    ${command}\n`,
    ),
  pythonMissing: () =>
    phrase(
      () => `Python 3.10 이상이 필요합니다. 설치한 뒤 다시 npm start 해 주세요.`,
      () => `Python 3.10 or later is needed. Install it, then run npm start again.`,
    ),
  serverNameChanged: (kept: string, wanted: string, data: string) =>
    phrase(
      () =>
        `이 집의 서버 이름(${kept})은 바꿀 수 없습니다. 모든 계정과 방, 지난 대화에 들어 있는 이름이기 때문입니다.\nCHAVION_SERVER_NAME을 ${wanted}에서 ${kept} 값으로 되돌리거나, 새 집을 원하시면 CHAVION_DATA_DIR로 다른 폴더를 정해 주세요.\n${data}의 내용은 그대로입니다.`,
      () =>
        `The server name of this house is ${kept} and cannot change: every account, room and message carries it.\nSet CHAVION_SERVER_NAME back from ${wanted} to ${kept}; or, for a new house, choose another folder with CHAVION_DATA_DIR.\nWhat is in ${data} was left as it is.`,
    ),
  otherAccount: (data: string, root: boolean) =>
    phrase(
      () =>
        root
          ? `${data} 폴더는 root로 시작한 집입니다. 아무것도 바꾸지 않았습니다. root로 다시 시작하거나(sudo npm start), CHAVION_DATA_DIR로 다른 폴더를 정해 주세요.`
          : `${data} 폴더는 다른 사용자가 시작한 집입니다. 아무것도 바꾸지 않았습니다. 그 사용자로 다시 시작하거나, CHAVION_DATA_DIR로 다른 폴더를 정해 주세요.`,
      () =>
        root
          ? `The house in ${data} was begun by root; nothing was changed. Start it as root (sudo npm start), or choose another folder with CHAVION_DATA_DIR.`
          : `The house in ${data} was begun by another user; nothing was changed. Start it as that user, or choose another folder with CHAVION_DATA_DIR.`,
    ),
  alreadyRunning: (pid: number, data: string) =>
    phrase(
      () =>
        `이 집은 이미 켜져 있습니다 (프로세스 ${pid}, ${data}). 그쪽은 그대로 계속 돌아갑니다.\n두 번째 집을 원하시면 CHAVION_DATA_DIR과 포트를 따로 정해 주세요.`,
      () =>
        `This house is already running (process ${pid}, ${data}) and goes on as it is.\nFor a second one set CHAVION_DATA_DIR and other ports.`,
    ),
  portsTaken: (taken: readonly PortUse[]) =>
    phrase(
      () =>
        `다른 프로그램이 쓰고 있는 포트가 있어 시작하지 않았습니다.\n${ports(taken)}\n그 프로그램을 끄거나, 위 변수에 다른 번호를 정한 뒤 다시 npm start 해 주세요.`,
      () =>
        `Ports are in use by other programs, so nothing was started.\n${ports(taken)}\nStop that program, or set the variable to another number, then run npm start again.`,
    ),
  portsTwice: (twice: readonly PortUse[]) =>
    phrase(
      () =>
        `같은 포트를 둘 이상이 쓰도록 되어 있어 시작하지 않았습니다. 서로 다른 번호를 정해 주세요.\n${ports(twice)}`,
      () => `The same port is set more than once, so nothing was started. Give each its own number.\n${ports(twice)}`,
    ),
  noSandbox: phrase(
    () =>
      'bubblewrap이 없어 실행자는 명령을 실행하지 않습니다. 다른 것은 모두 됩니다. 설치: sudo apt-get install -y bubblewrap',
    () =>
      'Without bubblewrap the executor runs no commands; everything else works. To install it: sudo apt-get install -y bubblewrap',
  ),
  notRead: (path: string) =>
    phrase(
      () =>
        `이 사용자로는 ${withParticle(path, '을', '를')} 볼 수 없어 멈췄습니다. 지금까지의 내용은 그대로입니다. 권한을 확인해 주세요.`,
      () => `This account may not look at ${path}, so it stopped; what you have is kept. Check the permissions.`,
    ),
  closed: (path: string) =>
    phrase(
      () =>
        `이 사용자로는 ${path}에 쓸 수 없어 멈췄습니다. 지금까지의 내용은 그대로입니다. 폴더의 권한을 확인하거나, CHAVION_DATA_DIR로 다른 폴더를 정해 주세요.`,
      () =>
        `This account cannot write to ${path}, so it stopped; what you have is kept. Check the folder and its permissions, or choose another with CHAVION_DATA_DIR.`,
    ),
  unexpected: (what: string) =>
    phrase(
      () => `예상하지 못한 문제로 멈췄습니다. 지금까지의 내용은 그대로입니다: ${what}`,
      () => `Stopped by an unexpected fault; what you have is kept: ${what}`,
    ),
};
