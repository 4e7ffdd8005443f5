import { withParticle } from '../particle.ts';
import { phrase } from '../say.ts';

/** `npm start -- install-service`. */
export const serviceText = {
  usage: phrase(
    () =>
      '쓰는 법: npm start -- install-service [--print]\n  서버가 켜질 때 집도 켜지게 합니다. --print는 파일 내용을 보여 주기만 합니다.',
    () =>
      'Usage: npm start -- install-service [--print]\n  Opens the house whenever the machine starts. --print only shows the file.',
  ),
  notRoot: phrase(
    () => '관리자 권한이 없어 아무것도 바꾸지 않았습니다. 이렇게 해 주세요: sudo npm start -- install-service',
    () => 'This takes root; nothing was changed. Run: sudo npm start -- install-service',
  ),
  noSystemd: phrase(
    () => '이 컴퓨터에서는 systemd가 돌고 있지 않아 아무것도 바꾸지 않았습니다. npm start 로 켜 주세요.',
    () => 'systemd is not running on this machine; nothing was changed. Open the house with npm start.',
  ),
  otherHouse: (file: string) =>
    phrase(
      () =>
        `${withParticle(file, '은', '는')} 다른 폴더의 집을 켭니다. 그대로 두었습니다. 바꾸려면 그 파일을 지우고 다시 해 주세요.`,
      () => `${file} opens a house in another folder and was left as it is. To replace it, remove it and try again.`,
    ),
  installed: (file: string) =>
    phrase(
      () => `${withParticle(file, '을', '를')} 썼습니다. 이제 서버가 켜질 때 집도 켜집니다.`,
      () => `${file} is written; the house now opens with the machine.`,
    ),
  carried: (names: readonly string[]) =>
    phrase(
      () =>
        `이 창의 환경 변수에 있던 설정을 서비스에도 넣었습니다: ${names.join(', ')}. 서비스에서는 .env보다 이 값이 먼저입니다. 바꾸려면 .env에 쓰고 새 창에서 install-service를 다시 해 주세요.`,
      () =>
        `Settings from this terminal's environment are in the service too: ${names.join(', ')}. There they go before .env. To change them, write them into .env and run install-service again in a new terminal.`,
    ),
  left: (names: readonly string[]) =>
    phrase(
      () =>
        `서비스에 넣지 않은 것: ${names.join(', ')}. 서비스 파일은 누구나 읽을 수 있습니다. 키는 npm start -- keys 로 저장하고, 나머지는 .env에 쓰고 chmod 600 .env 해 주세요.`,
      () =>
        `Not in the service: ${names.join(', ')}. Everybody may read its file. Store keys with npm start -- keys, and write the rest into .env with chmod 600 .env.`,
    ),
  next: phrase(
    () =>
      '지금 켜기:   sudo systemctl start chavion\n상태:        npm start -- status\n적힌 것:     journalctl -u chavion -f',
    () =>
      'To open it now:  sudo systemctl start chavion\nStatus:          npm start -- status\nIts journal:     journalctl -u chavion -f',
  ),
  nextRunning: phrase(
    () =>
      '지금 다른 창에서 켜져 있습니다. 그 창에서 Ctrl-C로 끈 뒤: sudo systemctl start chavion\n적힌 것: journalctl -u chavion -f',
    () =>
      'It is open in another terminal now. Press Ctrl-C there, then: sudo systemctl start chavion\nIts journal: journalctl -u chavion -f',
  ),
};
