/** Keys as their issuers write them, made up anew: none of them opens anything, none of them stands in this file. */

const ALL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const HEX = '0123456789abcdef';
const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Letters and digits as issuers deal them, the same in every run. */
export function random(length: number, alphabet = ALL): string {
  let state = length * 7919 + alphabet.length;
  const next = () => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648);
  return Array.from({ length }, () => alphabet.charAt(Math.floor((next() / 2_147_483_648) * alphabet.length))).join('');
}
const uuid = () => [8, 4, 4, 4, 12].map((n) => random(n, HEX)).join('-');
const b64 = (text: string) => Buffer.from(text).toString('base64');
const wide = (text: string) => text.replace(/[!-~]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0));
const spaced = (text: string, every: number, blank = ' ') =>
  (text.match(new RegExp(`.{1,${every}}`, 'g')) ?? []).join(blank);

const openai = `sk-proj-${random(48)}T3BlbkFJ${random(48)}`;
const aws = `AKIA${random(16, UPPER)}`;
const awsSecret = `${random(20)}/${random(18)}+`;
const github = `ghp_${random(36)}`;
const pem = `-----BEGIN RSA PRIVATE KEY-----\n${random(64)}\n${random(64)}\n-----END RSA PRIVATE KEY-----`;
const jwt = `eyJ${random(30)}.eyJ${random(60)}.${random(43)}`;

/** What is pasted, and what must not be left of it. */
export const SECRETS: readonly (readonly [name: string, text: string, secret: string])[] = [
  [
    'Slack webhook',
    `https://hooks.slack.com/services/T${random(9, UPPER)}/B${random(10, UPPER)}/${random(24)}`,
    random(24),
  ],
  [
    'Slack workflow',
    `여기로 보내: https://hooks.slack.com/workflows/T${random(9, UPPER)}/A${random(10, UPPER)}/${random(18)}/${random(24)} 알지`,
    random(24),
  ],
  ['Discord webhook', `https://discord.com/api/webhooks/1234567890123456789/${random(68)}`, random(68)],
  [
    'Discord webhook, old host',
    `https://discordapp.com/api/v10/webhooks/1234567890123456789/${random(68)}에 올려`,
    random(68),
  ],
  ['Discord bot', `디스코드 봇 M${random(25)}.G${random(5)}.${random(38)}`, random(38)],
  [
    'Teams webhook',
    `https://acme.webhook.office.com/webhookb2/${uuid()}@${uuid()}/IncomingWebhook/${random(32, HEX)}/${uuid()}`,
    random(32, HEX),
  ],
  ['Telegram address', `https://api.telegram.org/bot1234567890:AA${random(33)}/sendMessage`, random(33)],
  ['Telegram token', `봇 토큰 1234567890:AA${random(33)}이야`, random(33)],
  ['Telegram token without AA', `1234567890:${random(35)}`, random(35)],
  ['Zapier', `https://hooks.zapier.com/hooks/catch/1234567/${random(10)}/`, random(10)],
  ['Make', `https://hook.eu1.make.com/${random(32)}`, random(32)],
  ['IFTTT', `https://maker.ifttt.com/trigger/fish/with/key/${random(22)}`, random(22)],
  ['Jandi', `https://wh.jandi.com/connect-api/webhook/12345678/${random(32, HEX)}`, random(32, HEX)],
  ['Dooray', `https://hook.dooray.com/services/1234567890/2345678901/${random(22)}`, random(22)],
  [
    'Google Chat',
    `https://chat.googleapis.com/v1/spaces/AAAA1234/messages?key=AIza${random(35)}&token=${random(43)}`,
    random(43),
  ],
  ['Stripe live', `sk_live_${random(24)}`, random(24)],
  ['Stripe test', `sk_test_${random(24)}`, random(24)],
  ['Stripe restricted', `rk_live_${random(24)}`, random(24)],
  ['Stripe webhook', `whsec_${random(32)}`, random(32)],
  ['Toss Payments', `live_sk_${random(30)}`, random(30)],
  ['SendGrid', `SG.${random(22)}.${random(43)}`, random(43)],
  ['Twilio API key', `SK${random(32, HEX)}`, random(32, HEX)],
  ['Twilio auth token', `AC${random(32, HEX)}\n${random(32, '0123456789abcde')}`, random(32, '0123456789abcde')],
  ['Brevo', `xkeysib-${random(64, HEX)}-${random(16)}`, random(64, HEX)],
  [
    'Mailgun',
    `key-${random(32, 'abcdefghijklmnopqrstuvwxyz0123456789')}`,
    random(32, 'abcdefghijklmnopqrstuvwxyz0123456789'),
  ],
  ['Mailchimp', `${random(32, HEX)}-us21`, random(32, HEX)],
  ['Square', `sq0atp-${random(22)}`, random(22)],
  ['Shopify', `shpat_${random(32, HEX)}`, random(32, HEX)],
  ['AWS', `aws configure 할 때 ${aws} 넣어`, aws.slice(6)],
  ['AWS pair', `${aws}\n${awsSecret}`, awsSecret],
  ['AWS secret by name', `AWS_SECRET_ACCESS_KEY=${awsSecret}`, awsSecret],
  ['AWS session', `aws_session_token = "${random(120)}"`, random(120)],
  [
    'AWS presigned',
    `https://b.s3.amazonaws.com/a.zip?X-Amz-Expires=900&X-Amz-Signature=${random(64, HEX)}`,
    random(64, HEX),
  ],
  ['GCP key', `AIza${random(35)}`, random(35)],
  [
    'GCP JSON',
    JSON.stringify({
      type: 'service_account',
      private_key_id: random(40, HEX),
      private_key: pem,
      client_email: 'a@b.iam.gserviceaccount.com',
    }),
    random(64),
  ],
  ['Google refresh', `1//0${random(60)}`, random(60)],
  ['Google OAuth secret', `GOCSPX-${random(28)}`, random(28)],
  [
    'Azure storage',
    `DefaultEndpointsProtocol=https;AccountName=fish;AccountKey=${random(86)}==;EndpointSuffix=core.windows.net`,
    random(86),
  ],
  ['Azure application', `${random(3)}8Q~${random(34)}`, random(34)],
  ['Azure SAS', `https://fish.blob.core.windows.net/c?sv=2024-01-01&sig=${random(40)}1a%3D`, random(40)],
  [
    'Azure service bus',
    `Endpoint=sb://fish.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey=${random(43)}=`,
    random(43),
  ],
  ['DigitalOcean', `dop_v1_${random(64, HEX)}`, random(64, HEX)],
  ['Alibaba', `LTAI${random(20)}`, random(20)],
  ['npm', `npm_${random(36)}`, random(36)],
  ['npmrc', `//npm.example.org/:_authToken=${uuid()}`, uuid()],
  ['PyPI', `pypi-AgEIcHlwaS5vcmc${random(80)}`, random(80)],
  ['RubyGems', `rubygems_${random(48, HEX)}`, random(48, HEX)],
  ['Docker Hub', `dckr_pat_${random(27)}`, random(27)],
  [
    'Docker config',
    `{"auths":{"https://index.docker.io/v1/":{"auth":"${b64('owner:Sup3rS3cret99')}"}}}`,
    b64('owner:Sup3rS3cret99'),
  ],
  ['GitHub', github, random(36)],
  ['GitHub, fine-grained', `github_pat_${random(22)}_${random(59)}`, random(59)],
  ['GitLab', `glpat-${random(20)}`, random(20)],
  ['GitLab runner', `glrt-${random(20)}`, random(20)],
  ['Bitbucket', `ATBB${random(32)}`, random(32)],
  ['Atlassian', `ATATT3${random(180)}`, random(180)],
  ['Hugging Face', `hf_${random(34)}`, random(34)],
  ['Replicate', `r8_${random(37)}`, random(37)],
  ['Groq', `gsk_${random(52)}`, random(52)],
  ['Notion', `ntn_${random(46)}`, random(46)],
  ['Linear', `lin_api_${random(40)}`, random(40)],
  ['Figma', `figd_${random(40)}`, random(40)],
  ['Airtable', `pat${random(14)}.${random(64, HEX)}`, random(64, HEX)],
  ['Databricks', `dapi${random(32, HEX)}`, random(32, HEX)],
  ['Grafana', `glsa_${random(32)}_${random(8, HEX)}`, random(32)],
  ['New Relic', `NRAK-${random(27)}`, random(27)],
  ['Vault', `hvs.${random(90)}`, random(90)],
  ['Terraform', `${random(14)}.atlasv1.${random(64)}`, random(64)],
  ['Tailscale', `tskey-auth-${random(12)}-${random(32)}`, random(32)],
  ['Supabase', `sbp_${random(40, HEX)}`, random(40, HEX)],
  ['PlanetScale', `pscale_tkn_${random(43)}`, random(43)],
  ['Heroku', `HRKU-AA${random(58)}`, random(58)],
  ['Fly', `FlyV1 fm2_${random(120)}`, random(120)],
  ['Postman', `PMAK-${random(24, HEX)}-${random(34, HEX)}`, random(34, HEX)],
  ['ElevenLabs', `sk_${random(48, HEX)}`, random(48, HEX)],
  ['Pinecone', `pcsk_${random(64)}`, random(64)],
  ['LangSmith', `lsv2_pt_${random(32, HEX)}_${random(10, HEX)}`, random(32, HEX)],
  [
    'age',
    `AGE-SECRET-KEY-1${random(58, 'QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L')}`,
    random(58, 'QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L'),
  ],
  ['JWT', `Authorization: Bearer ${jwt}`, random(43)],
  ['JWT alone', jwt, random(43)],
  ['PEM', pem, random(64)],
  ['PEM on one line', pem.replaceAll('\n', ' '), random(64)],
  [
    'Basic',
    `curl -H "Authorization: Basic ${b64('owner:Sup3rS3cret99')}" https://example.org`,
    b64('owner:Sup3rS3cret99'),
  ],
  ['curl -u', 'curl -u owner:Sup3rS3cret99 https://example.org', 'Sup3rS3cret99'],
  ['sshpass', "sshpass -p 'Sup3rS3cret99' ssh root@example.org", 'Sup3rS3cret99'],
  ['mysql -p', 'mysql -u root -pSup3rS3cret99 shop', 'Sup3rS3cret99'],
  ['docker login', 'docker login -u owner -p Sup3rS3cret99', 'Sup3rS3cret99'],
  ['netrc', 'machine example.org login owner password Sup3rS3cret99', 'Sup3rS3cret99'],
  ['flag', './deploy.sh --password Sup3rS3cret99 --verbose', 'Sup3rS3cret99'],
  ['flag with =', './deploy.sh --api-key=q1w2e3r4t5y6', 'q1w2e3r4t5y6'],
  ['https with password', 'https://owner:Sup3rS3cret99@example.org/repo.git', 'Sup3rS3cret99'],
  ['PostgreSQL', 'postgres://shop:Sup3rS3cret99@db.example.org:5432/shop', 'Sup3rS3cret99'],
  ['MongoDB', 'mongodb+srv://shop:Sup3rS3cret99@cluster0.example.net/?retryWrites=true', 'Sup3rS3cret99'],
  ['Redis', 'redis://:Sup3rS3cret99@localhost:6379/0', 'Sup3rS3cret99'],
  ['AMQP', 'amqps://u:hunter@rabbit.example.org', 'hunter'],
  ['FTP', 'ftp://kim:qwer1234@211.1.2.3/사진', 'qwer1234'],
  ['password with @', 'mysql://root:p@ssw0rd@localhost/shop', 'ssw0rd'],
  ['query', 'https://api.example.org/v1/list?city=busan&api_key=q1w2e3r4t5y6u7', 'q1w2e3r4t5y6u7'],
  ['query password', 'http://192.168.0.1/login?user=admin&password=hunter', 'hunter'],
  ['공공데이터', `http://apis.data.go.kr/1360000/x?serviceKey=${random(40)}1a%2Bb%3D%3D&pageNo=1`, random(40)],
  ['PASSWORD=', 'PASSWORD=hunter2', 'hunter2'],
  ['PASSWORD= of letters', 'PASSWORD=hunter', 'hunter'],
  ['PASSWORD= of digits', 'PASSWORD=19840712', '19840712'],
  ['PASSWORD quoted', 'PASSWORD="correct horse battery 7"', 'correct horse battery 7'],
  ['PASSWORD single quoted', "DB_PASSWORD='p@ss w0rd!'", 'p@ss w0rd!'],
  ['PASSWORD unclosed', "password='Sup3rS3cret99", 'Sup3rS3cret99'],
  ['PASSWORD spaced', 'password = Sup3rS3cret99', 'Sup3rS3cret99'],
  ['PASSWORD colon', 'password: Sup3rS3cret99', 'Sup3rS3cret99'],
  ['PASSWORD YAML', 'db:\n  user: shop\n  db_password: hunter\n', 'hunter'],
  ['PASSWORD JSON', '{"user":"shop","password":"hunter"}', 'hunter'],
  ['PASSWORD JSON in JSON', '{\\"user\\":\\"shop\\",\\"password\\":\\"hunter77\\"}', 'hunter77'],
  ['PASSWORD export', 'export PGPASSWORD=hunter2', 'hunter2'],
  ['PASSWORD numbered', 'DB_PASSWORD_2=hunter2', 'hunter2'],
  ['PASSWORD prod', 'SMTP_PASS_PROD=hunter22', 'hunter22'],
  ['MYSQL_PWD', 'MYSQL_PWD=hunter22', 'hunter22'],
  ['XML', '<password>hunter2</password>', 'hunter2'],
  ['code', "const password = 'hunter2';", 'hunter2'],
  ['Ruby', ":password => 'hunter2'", 'hunter2'],
  ['PHP', "define('DB_PASSWORD', 'x'); $password = \"hunter2\";", 'hunter2'],
  ['English', 'my password is hunter2', 'hunter2'],
  ['English, colon', 'Passcode: 482915', '482915'],
  ['pw', 'id: kim / pw: qwer1234', 'qwer1234'],
  ['PW', '아이디 kim PW=qwer1234!', 'qwer1234!'],
  ['PIN', 'PIN: 4829', '4829'],
  ['client_secret', '"client_secret": "q1w2e3r4t5y6u7i8"', 'q1w2e3r4t5y6u7i8'],
  ['CHAVION_TOKEN', 'BOT_TOKEN=q1w2e3r4t5y6u7i8', 'q1w2e3r4t5y6u7i8'],
  ['Rails', `SECRET_KEY_BASE=${random(64, HEX)}`, random(64, HEX)],
  ['비밀번호:', '비밀번호: qwer1234!', 'qwer1234!'],
  ['비밀번호 은', '비밀번호는 qwer1234 입니다', 'qwer1234'],
  ['비밀번호 of letters', '비밀번호는 opensesame이야', 'opensesame'],
  ['비밀번호 =', '비밀번호=1q2w3e4r', '1q2w3e4r'],
  ['비밀번호 new line', '비밀번호\nqwer1234!', 'qwer1234!'],
  ['비밀번호 in brackets', '관리자 비밀번호(qwer1234)', 'qwer1234'],
  ['비밀번호를 …로', '비밀번호를 Qwer!234로 바꿨어', 'Qwer!234'],
  ['비밀 번호', '와이파이 비밀 번호 happy2024!', 'happy2024!'],
  ['비번', '비번 1234', '1234'],
  ['비번은', '비번은 1q2w3e4r이야', '1q2w3e4r'],
  ['비번 바꿈', '비번 바꿨어: Qwer1234!', 'Qwer1234!'],
  ['비번 and id', '아이디 admin 비번 admin1234야', 'admin1234'],
  ['현관 비번', '현관 비번 *4829#', '4829'],
  ['비번 quoted', '비번은 "hunter2" 야', 'hunter2'],
  ['암호', '암호는 hunter22!', 'hunter22!'],
  ['암호:', '암호 : s3cret', 's3cret'],
  ['암호 in Korean brackets', '암호는 「hunter2」', 'hunter2'],
  ['패스워드', '패스워드는 Passw0rd123 이에요', 'Passw0rd123'],
  ['패스워드 arrow', '패스워드 → qwer1234', 'qwer1234'],
  ['said before', 'qwer1234!가 비밀번호입니다', 'qwer1234!'],
  ['said before, of the house', '4829가 우리 집 비번이야', '4829'],
  ['API 키', 'API 키는 q1w2e3r4t5y6u7i8o9', 'q1w2e3r4t5y6u7i8o9'],
  ['토큰', '토큰: q1w2e3r4t5y6u7i8o9', 'q1w2e3r4t5y6u7i8o9'],
  ['split by blanks', spaced(openai, 12), openai.slice(40, 52)],
  ['split by line ends', spaced(openai, 30, '\n'), openai.slice(60, 80)],
  ['letter by letter', spaced(github, 1), spaced(github.slice(10, 20), 1)],
  ['AWS in fours', `키는 ${spaced(aws, 4)} 이야`, aws.slice(12, 16)],
  ['full-width', wide(openai), wide(openai.slice(20, 40))],
  ['full-width password', '비밀번호：ｑｗｅｒ１２３４', 'ｑｗｅｒ１２３４'],
  ['base64', b64(openai), b64(openai).slice(10, 40)],
  ['base64 of a line', `echo ${b64(`OPENAI_API_KEY=${openai}`)} | base64 -d`, b64(openai).slice(10, 30)],
  ['hexadecimal', Buffer.from(github).toString('hex'), Buffer.from(github).toString('hex').slice(10, 40)],
  ['in a sentence', `이거(${github})로 올려줘`, random(36)],
];

/** Nobody gives anything away here. */
export const HARMLESS: readonly string[] = `
얘들아 안녕, 오늘 부산 가는 길인데 도로가 막혀.
비밀번호 바꿔야겠다
http://example.org:443@127.0.0.1:8080/ 이 주소 이상하지 않아?
http://127.0.0.1:40123\\\\@example.org:443/ 이것도
비밀번호를 잊어버렸어
비번 뭐였지?
비번 알려줘
와이파이 비번이 뭐야?
비밀번호는 8자 이상이어야 해
비밀번호는 12자리로 하는 게 좋아
비밀번호 4자리 입력하라는데 뭐지
비밀번호 3번 틀리면 잠겨
비밀번호 1000번 넘게 시도했대
비밀번호 찾기 링크 좀 보내줘
비밀번호 변경: 설정 > 보안으로 가면 돼
비밀번호는 Bitwarden에 저장해
비밀번호는 1Password에 있어
비밀번호 관리자 추천해줘
비밀번호 오류라고 나와
비밀번호 오류 코드: E1234
비밀번호 재설정은 https://example.org/reset?lang=ko 에서 해
비밀번호 문의는 02-123-4567로 전화해
비밀번호 바꾸면 010-1234-5678로 문자 와
비밀번호를 2025-11-27에 바꿨어
비밀번호 바꾼 게 2024년이야
비밀번호 규칙: 영문 대소문자, 숫자, 특수문자
비밀번호는 SHA-256으로 해시해서 저장해
비밀번호는 bcrypt로 해시하는 게 맞지?
비밀번호 확인 메일이 kim@example.org로 왔어
비밀번호를 1234 같은 걸로 하지 마
비밀번호가 1234면 위험해
비밀번호는 아무한테도 말하지 마
비밀번호.txt 파일 지웠어
비밀번호 reset-password 명령이 있어?
비밀번호 없이 들어가지네
비번 바꾸는 법 알려줘
비번 까먹어서 30분 날렸다
비번을 Claude한테 물어봐
비번은 GPT가 알 리가 없지
비번 5번 틀려서 잠겼어
비번 치고 들어오면 돼
비번은 문자로 보낼게
비번은 네가 정해
암호는 장미
암호는 AES-256 쓰면 돼
암호는 RSA2048로 걸었어
암호 화폐 시세 알려줘
암호화폐 BTC 67000달러 넘었대
암호가 걸린 PDF는 어떻게 열어?
암호학 책 추천
암호문: 어려워서 못 풀겠다
패스워드 정책을 정리해줘
패스워드 매니저로 Chrome 써도 돼?
패스워드리스 로그인이 뭐야
토큰 10000개만 써
토큰 4096개로 제한해줘
토큰: 1,234개 씀
토큰이 100k 넘었어
토큰 값이 얼마야
API 키는 어디서 발급받아?
API 키 넣는 법: npm start -- keys
API 키가 없어서 안 된대
API 키를 채팅에 붙이지 마
인증키 발급 신청했어
인증번호 123456 왔어
핀번호 뭐더라
열쇠 두 개 복사해야 돼
택배 운송장 번호 6078-1234-5678
송장 번호 123456789012
주문번호 20251127-0001234
주문번호: ORD-2025-11-27-AB12CD
예약번호 HJK8Q2
계좌 110-123-456789로 보내줘
사업자번호 123-45-67890
차량번호 12가 3456
전화는 010-9876-5432
02-3456-7890으로 팩스 보내
우편번호 06236
좌표 37.5665, 126.9780
2025년 11월 27일 오후 3시 30분
12:30:45에 도착
가격은 1,250,000원
사료 20kg 3포대 45,000원씩
버전 1.2.3-beta.4
모델은 claude-opus-4-20250514
gpt-5.2-mini-2025-08-07로 바꿔
550e8400-e29b-41d4-a716-446655440000
이 UUID 123e4567-e89b-12d3-a456-426614174000 찾아줘
commit 3f786850e387550fdab836ed7e6dc881de23001b
git checkout 1e2a244
git reset --hard 9fceb02d0ae598e95dc970b74767f19372d61af8
sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
md5 d41d8cd98f00b204e9800998ecf8427e
integrity sha512-k2ENnmBugE/rzQfEcdWHcCY+/FM3VLzH9cYEsbdsoqrvzAKRhUZeRNhAZvB8OitQJ1TBed3yqWtdjzS6wJKBwg==
image@sha256:4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945
https://github.com/matrix-org/matrix-spec/blob/0d1a2b3c4d5e6f/README.md?plain=1#L10-L20
https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=42s
https://youtu.be/dQw4w9WgXcQ?si=AbCdEfGhIjKlMnOp
https://map.naver.com/p/search/%EC%88%98%EC%A1%B1%EA%B4%80?c=15.00,0,0,0,dh
https://search.naver.com/search.naver?where=nexearch&sm=top_hty&fbm=0&ie=utf8&query=%EA%B5%AC%ED%94%BC
https://www.coupang.com/vp/products/7335597976?itemId=18823499837&vendorItemId=85952891463
https://smartstore.naver.com/fish/products/1234567890?NaPm=ct%3Dabc123
https://docs.google.com/document/d/1A2b3C4d5E6f7G8h9I0jKlMnOpQrStUvWxYz/edit#heading=h.abc
https://example.org/a?key=name&code=200&page=2
https://example.org/search?token=cat
https://matrix.to/#/!AbCdEfGh1234567890:chavion.local/$Zm9vYmFyMTIzNDU2Nzg5MA?via=chavion.local
mxc://chavion.local/SEsfnsuifSDFSSEFabcdef12
!qporfwt:matrix.org $Rqnc-F-dvnEYJTyHq_iKxU2bZ1CI92-kuZq3a5lr5Zg
@agent_claude:chavion.local 이 방에 있어?
http://localhost:8008/_matrix/client/v3/sync
http://127.0.0.1:5004/help
ssh://git@github.com:22/a/b.git
git@github.com:owner/repo.git
postgres://localhost:5432/shop
redis://localhost:6379
https://user@example.org/
mongodb://db.example.org:27017/shop
postgres://user:password@localhost/db 형식으로 써
mysql://USER:$PASSWORD@host/db
ftp 21번, ssh 22번 포트
ssh -p 2222 root@example.org
docker run -p 8080:80 -u 1000:1000 nginx
rsync -avzP -e 'ssh -p 2022' a b
mkdir -p /var/lib/chavion/data1
tar -xzpf backup.tar.gz
curl -s https://example.org/api/v1/users
curl -u $USER:$PASS https://example.org
docker login -u owner
mysql -u root -p shop
!실행 df -h
!실행 ls -la /tmp
!예약 내일 아침 7시에 날씨 알려 줘
!예산 클로드 하루 10만토큰
//chavion_task: 이 표의 합계를 구해줘
OPENAI_API_KEY=your-key-1234567890
OPENAI_API_KEY=<여기에 키>
OPENAI_API_KEY=
OPENAI_API_KEY=...
API_KEY=\${API_KEY2}
API_KEY=$API_KEY
API_KEY: "{{ vault_api_key_2 }}"
PASSWORD=
PASSWORD=********
PASSWORD=xxxx
PASSWORD=changeme
PASSWORD=<password>
password: 비밀번호를 넣으세요
password: string
password: required
"password": "string"
"password": "required|min:8"
"password": null,
password: str = Field(min_length=8)
password: z.string().min(8)
const password = process.env.DB_PASSWORD2;
const password = await hash(input, 10);
const apiKey = process.env.OPENAI_API_KEY2;
password = getpass.getpass()
password = request.form["password"]
if (password == other) return 1;
if (user.password !== input2) throw 1;
let password = userInput
<input type="password" name="pw1" id="pw1">
<label for="password">Password</label>
password_hash = hash(password)
password_min_length=12
PASSWORD_RESET_TIMEOUT=259200
token_type=bearer
token_count: 12345a
max_tokens=4096, total_tokens: 12345678
"max_tokens": 1024
token: 1234
tokens: 8192
PRIMARY_KEY=customer_id_2 SORT_KEY=created_at_1
primary key: id
foreign key (owner_id) references owners(id)
key: value
secret: false
The password is wrong
Your password was changed.
the password is stored in the vault
password is required
What is the password?
I forgot my password again
passwords are hashed with argon2
Passkey로 로그인해
pass: 12, fail: 0
PASS: 1834 tests
pass rate: 95%
pwd: /home/kim
the token was valid for 3600 seconds
Bearer of good news
bearer authentication-with-long-hyphenated-words
Authorization: Bearer <token>
Authorization: Bearer $TOKEN
auth: required
X-Request-Id: 4bf92f3577b34da6a3ce929d0e0e4736
ETag: "33a64df551425fcc55e4d42a148795d9f25f89d4"
Set TZ=Asia/Seoul
LANG=ko_KR.UTF-8
PATH=/usr/local/bin:/usr/bin
-----BEGIN PRIVATE KEY----- 로 시작하는 파일은 올리지 마
-----BEGIN CERTIFICATE-----
ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGq0mTtqfnqW0Vn3Qx8c2r1rYb0mB9mJm1h3Jm2yqk9T kim@truck
hf_transformers_pipeline gsk_ xai-grok npm_config_registry ghp_ AIza
sk-8
SK-II 에센스, sk-hynix 주가, sk-telecom
SK하이닉스 A1234 공장
sk-learn-pipeline-with-standard-scaler-version-2
sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
sk-...를 넣으면 돼
task-manager-with-a-very-long-name-2024-final-version
secret_santa_2024_gift_list_final
re_release_2024_candidate_build_12
key-value-store-with-replication-v2-final-release
SG. 2024년 실적
data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk
7KWI66y47IS47JqUIOyYpOuKmCDrgqDslKjqsIAg7KKL64Sk7JqU
aGVsbG8gd29ybGQsIHRoaXMgaXMgYSB0ZXN0IG9mIGJhc2U2NA==
SGVsbG8=
0x71C7656EC7ab88b098defB751B7401B5f6d8976F
bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq
192.168.0.101, fe80::1ff:fe23:4567:890a
00:1A:2B:3C:4D:5E
IMG_20251127_183045.jpg
KakaoTalk_20251127_183045123.jpg
스크린샷 2025-11-27 18.30.45.png
ISBN 978-89-01-23456-7
ABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789
The quick brown fox jumps over the lazy dog 1234567890
function add(a, b) { return a + b; }
for (let i = 0; i < 10; i++) console.log(i);
SELECT * FROM fish WHERE id = 42 AND name = 'guppy';
{"name":"구피","count":12,"price":1500}
ㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋ 대박
수온 26.5도, pH 7.2, 질산염 20ppm
내일 새벽 4시 30분 출발, 320km
`
  .split('\n')
  .filter((line) => line !== '');
