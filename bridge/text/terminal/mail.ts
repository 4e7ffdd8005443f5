import { phrase, type Phrase } from '../say.ts';

type Service = 'naver' | 'daum' | 'kakao' | 'gmail' | 'outlook';
type Trouble = 'connection' | 'encryption' | 'login' | 'recipients' | 'refused' | 'stopped' | 'unknown' | 'gone';

const troubles: Readonly<Record<Trouble, Phrase>> = {
  connection: phrase(
    () => '메일 서버에 연결되지 않습니다. 주소와 포트를 확인해 주세요.',
    () => 'The mail server cannot be reached. Check its name and port.',
  ),
  encryption: phrase(
    () => '암호화된 연결(TLS)이 되지 않습니다. 포트나 보안 방식을 확인해 주세요.',
    () => 'There is no encrypted connection (TLS). Check the port and the kind of encryption.',
  ),
  login: phrase(
    () => '아이디나 비밀번호가 맞지 않습니다.',
    () => 'The user or the password is wrong.',
  ),
  recipients: phrase(
    () => '서버가 그 주소로는 보낼 수 없다고 합니다.',
    () => 'The server does not take letters from or to that address.',
  ),
  refused: phrase(
    () => '서버가 편지를 받아 주지 않았습니다.',
    () => 'The server did not take the letter.',
  ),
  stopped: phrase(
    () => '그만두었습니다.',
    () => 'It was stopped.',
  ),
  unknown: phrase(
    () => '편지를 넘겼는데 서버의 대답을 듣지 못했습니다.',
    () => 'The letter was handed over, and the server’s answer was not heard.',
  ),
  gone: phrase(
    () => '그런 편지가 없습니다.',
    () => 'There is no such letter.',
  ),
};

/** `npm start -- mail`. */
export const mailText = {
  usage: phrase(
    () => `npm start -- mail          이메일을 연결합니다. 이미 했으면 어떻게 되어 있는지 보여 줍니다
npm start -- mail again    처음부터 다시 연결합니다
npm start -- mail code     확인 코드를 새로 보내고 받아 적습니다
npm start -- mail off      연결을 끊고 비밀번호를 지웁니다
비밀번호는 화면에 보이지 않습니다. 명령 뒤에 쓰지 마세요.`,
    () => `npm start -- mail          sets up e-mail; afterwards shows how it stands
npm start -- mail again    sets it up anew
npm start -- mail code     sends a new code and asks for it
npm start -- mail off      takes it away, password and all
The password is not shown. Never write it behind the command.`,
  ),
  intro: phrase(
    () =>
      '이메일을 연결합니다. 에이전트가 마스터에게 편지를 보내고, 다른 사람에게 보낼 때는 편지를 통째로 보여 주고 허락을 구합니다.\nCtrl-C를 누르면 아무것도 저장하지 않고 그만둡니다.',
    () =>
      'Sets up e-mail. Agents may then write to you; a letter to anybody else is shown whole and asks first.\nCtrl-C ends without storing anything.',
  ),
  askAddress: phrase(
    () => '내 이메일 주소: ',
    () => 'Your e-mail address: ',
  ),
  badAddress: phrase(
    () => '이메일 주소가 아닙니다. 예: name@naver.com',
    () => 'Not an e-mail address, such as name@example.org.',
  ),
  hint: (service: Service) => hints[service],
  askServer: phrase(
    () => '보내는 서버(SMTP), 예: smtp.example.org: ',
    () => 'Server for sending (SMTP), such as smtp.example.org: ',
  ),
  askReading: phrase(
    () => '받는 서버(IMAP). 읽기를 쓰지 않으려면 그냥 Enter: ',
    () => 'Server for reading (IMAP); Enter alone for none: ',
  ),
  askPort: (usual: number) =>
    phrase(
      () => `포트 (Enter: ${usual}): `,
      () => `Port (Enter: ${usual}): `,
    ),
  askSecurity: phrase(
    () => '보안 방식 tls / starttls / none (Enter: starttls). none은 비밀번호가 그대로 오갑니다: ',
    () => 'Encryption: tls / starttls / none (Enter: starttls). With none the password travels in the open: ',
  ),
  badServer: phrase(
    () => '서버 이름이나 포트, 보안 방식이 맞지 않습니다.',
    () => 'That is no server name, port or kind of encryption.',
  ),
  askUser: (usual: string) =>
    phrase(
      () => `로그인 아이디 (Enter: ${usual}, -: 없음): `,
      () => `User (Enter: ${usual}, -: none): `,
    ),
  askPassword: phrase(
    () => '비밀번호 (보이지 않습니다): ',
    () => 'Password (not shown): ',
  ),
  wantsReading: phrase(
    () => '에이전트가 받은편지함을 읽을 수 있게 할까요? 바꾸거나 지우지는 못합니다. [y/N]: ',
    () => 'May agents read the inbox? They can change and delete nothing there. [y/N]: ',
  ),
  trouble: (why: Trouble, answer: string) =>
    phrase(
      () => `${troubles[why].ko()}${answer === '' ? '' : ` (${answer})`}`,
      () => `${troubles[why].en()}${answer === '' ? '' : ` (${answer})`}`,
    ),
  notStored: phrase(
    () => '저장하지 않았습니다. 다시 하려면: npm start -- mail again',
    () => 'Nothing was stored. Once more: npm start -- mail again',
  ),
  sent: (address: string) =>
    phrase(
      () => `${address} 주소로 편지를 한 통 보냈습니다. 그 안의 숫자 여섯 자리를 적어 주세요 (스팸함도 보세요).`,
      () => `A letter is on its way to ${address}. It holds six digits (look among the spam, too).`,
    ),
  askCode: phrase(
    () => '코드 (나중에 하려면 그냥 Enter): ',
    () => 'Code (Enter alone: later): ',
  ),
  wrongCode: phrase(
    () => '코드가 다릅니다.',
    () => 'That is not the code.',
  ),
  verified: (address: string, freeADay: number) =>
    phrase(
      () => `확인했습니다. ${address} 주소로는 하루 ${freeADay}통까지 묻지 않고 보냅니다.`,
      () => `Verified. Up to ${freeADay} letters a day to ${address} go without asking.`,
    ),
  unverified: phrase(
    () => '확인하지 않은 채 저장했습니다. 보낼 때마다 허락을 구합니다. 확인하려면: npm start -- mail code',
    () => 'Stored unverified: every letter asks. To verify: npm start -- mail code',
  ),
  reading: phrase(
    () => '받은편지함을 읽을 수 있습니다.',
    () => 'The inbox can be read.',
  ),
  ready: phrase(
    () => '지금부터 됩니다. 다시 켤 필요가 없습니다.',
    () => 'From now on, without a restart.',
  ),
  none: phrase(
    () => '연결된 이메일이 없습니다. 연결하려면: npm start -- mail',
    () => 'No e-mail is set up. To set it up: npm start -- mail',
  ),
  off: phrase(
    () => '이메일 연결을 끊고 비밀번호를 지웠습니다.',
    () => 'E-mail is off, and the password is gone.',
  ),
  stands: (of: {
    readonly address: string;
    readonly verified: boolean;
    readonly smtp: string;
    readonly imap: string | undefined;
    readonly freeADay: number;
  }) =>
    phrase(
      () =>
        `이메일: ${of.address} (${of.verified ? `확인됨, 나에게는 하루 ${of.freeADay}통까지 묻지 않음` : '아직 확인하지 않음: 보낼 때마다 물어봄'})\n보내기: ${of.smtp}\n읽기: ${of.imap ?? '연결하지 않음'}\n바꾸려면 npm start -- mail again, 끊으려면 npm start -- mail off`,
      () =>
        `E-mail: ${of.address} (${of.verified ? `verified; up to ${of.freeADay} letters a day to yourself without asking` : 'not verified: every letter asks'})\nSending: ${of.smtp}\nReading: ${of.imap ?? 'not set up'}\nTo change it: npm start -- mail again; to end it: npm start -- mail off`,
    ),
  /** The letter itself. */
  codeSubject: phrase(
    () => 'Chavion 확인 코드',
    () => 'Chavion: your code',
  ),
  codeLetter: (code: string) =>
    phrase(
      () =>
        `확인 코드: ${code}\n\n터미널에 이 숫자를 적으면, Chavion의 에이전트들이 이 주소로 편지를 보낼 수 있습니다.\n직접 하신 일이 아니라면 이 편지는 지우셔도 됩니다.\n`,
      () =>
        `Your code: ${code}\n\nTyped at the terminal it lets the agents of Chavion write to this address.\nIf this was not you, throw this letter away.\n`,
    ),
};

const hints: Readonly<Record<Service, Phrase>> = {
  naver: phrase(
    () =>
      '네이버: 메일 > 환경설정 > POP3/IMAP 설정에서 "사용함"으로 바꾸고, 2단계 인증을 쓰면 로그인 비밀번호 대신 애플리케이션 비밀번호를 만들어 넣으세요.',
    () =>
      'Naver: turn on IMAP/SMTP in the settings of its mail; with two-step login make an application password and use that.',
  ),
  daum: phrase(
    () => '다음: 메일 설정 > IMAP/POP3에서 "사용함"으로 바꾸고, 앱 비밀번호를 만들어 넣으세요.',
    () => 'Daum: turn on IMAP/SMTP in the settings of its mail, make an app password and use that.',
  ),
  kakao: phrase(
    () => '카카오: 메일 설정 > IMAP/POP3에서 "사용함"으로 바꾸고, 카카오계정의 앱 비밀번호를 만들어 넣으세요.',
    () => 'Kakao: turn on IMAP/SMTP in the settings of its mail, make an app password for the account and use that.',
  ),
  gmail: phrase(
    () =>
      'Gmail: 구글 계정 > 보안 > 2단계 인증을 켜고, 앱 비밀번호(16자리)를 만들어 넣으세요. 로그인 비밀번호로는 안 됩니다.',
    () =>
      'Gmail: turn on two-step verification, make an app password (16 letters) and use that; your own password will not do.',
  ),
  outlook: phrase(
    () =>
      'Outlook: 개인 계정(outlook.com, hotmail.com)은 비밀번호로 로그인하는 것을 마이크로소프트가 막아 두어서 대개 거절됩니다. 다른 주소를 쓰는 편이 낫습니다.',
    () =>
      'Outlook: Microsoft has closed personal accounts (outlook.com, hotmail.com) to passwords, app passwords among them, so this is mostly refused. Another address is the better choice.',
  ),
};
