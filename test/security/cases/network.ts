import { chmodSync, existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { AbuseCase, Scene } from '../case.ts';
import { TRIED, fetchUrl, said, shell } from './parts.ts';

const family = 'network';
/** Cases run side by side on the same listeners; each may be blamed, none may be heard. */
const heard = ({ host }: Scene) =>
  host.heard() === 0 ? undefined : `${host.heard()} connections or packets reached the host`;
const connect = (family_: number, address: string) =>
  `perl -MSocket -e 'socket(my $s, ${family_}, SOCK_STREAM, 0) or print "no socket $!\\n"; connect($s, ${address}) ? print "connected\\n" : print "refused $!\\n"'`;
const connected = (scene: Scene, outcome: { stdout: string; stderr: string; result: { kind: string } }) =>
  heard(scene) ??
  (/^connected|^HTTP\/1\.[01] 200|heard/m.test(outcome.stdout + outcome.stderr) ? 'it got through' : undefined);

export const network: readonly AbuseCase[] = [
  {
    name: 'calls a service on the loopback of the host',
    family,
    command: ({ host }) =>
      shell(
        `${connect(2, `sockaddr_in(${host.tcp4}, INADDR_LOOPBACK)`)}; echo hello >/dev/tcp/127.0.0.1/${host.tcp4}; echo hello >/dev/tcp/0.0.0.0/${host.tcp4}`,
      ),
    attempted: TRIED,
    harm: connected,
  },
  {
    name: 'calls a service on the IPv6 loopback of the host',
    family,
    cannotRun: () => (existsSync('/proc/net/if_inet6') ? undefined : 'no IPv6 on this machine'),
    command: ({ host }) =>
      shell(
        `${connect(10, `sockaddr_in6(${host.tcp6 ?? 1}, inet_pton(AF_INET6, "::1"))`)}; ${connect(10, `sockaddr_in6(${host.tcp4}, inet_pton(AF_INET6, "::ffff:127.0.0.1"))`)}`,
      ),
    attempted: TRIED,
    harm: connected,
  },
  {
    name: 'sends packets to the host',
    family,
    command: ({ host }) =>
      shell(
        `for n in 1 2 3; do echo hello >/dev/udp/127.0.0.1/${host.udp4}; done; perl -MSocket -e 'socket(my $s, PF_INET, SOCK_DGRAM, 0); setsockopt($s, SOL_SOCKET, SO_BROADCAST, 1); send($s, "x", 0, sockaddr_in(${host.udp4}, inet_aton($_))) for "127.0.0.1", "255.255.255.255", "224.0.0.1"'`,
      ),
    attempted: TRIED,
    harm: connected,
  },
  {
    name: "calls an abstract socket of the host's",
    family,
    command: ({ host }) => shell(connect(1, `pack("S a*", 1, "\\0${host.abstractSocket}")`)),
    attempted: TRIED,
    harm: connected,
  },
  {
    name: 'calls a socket that lies in a lent folder',
    family,
    prepare: ({ papers }) => {
      const path = join(papers, 'daemon.sock');
      const server = createServer((socket) => socket.end('heard\n'));
      server.unref();
      server.listen(path, () => chmodSync(path, 0o777));
    },
    command: () =>
      shell(
        `sleep 0.3; perl -MSocket -e 'socket(my $s, 1, SOCK_STREAM, 0) or print "no socket\\n"; connect($s, sockaddr_un("/lent/papers/daemon.sock")) and print "connected\\n", <$s>'`,
        { lent: [{ name: 'papers', access: 'ro' }] },
      ),
    attempted: TRIED,
    harm: connected,
  },
  {
    name: 'goes out to the internet',
    family,
    command: () =>
      shell(
        `cat /proc/net/route | tail -n +2; (timeout 3 bash -c 'echo x >/dev/tcp/1.1.1.1/443') && echo connected; (timeout 3 bash -c 'echo x >/dev/tcp/93.184.215.14/80') && echo connected; ls /sys/class/net; tail -n +3 /proc/net/dev | grep -v 'lo:' && echo connected`,
      ),
    attempted: TRIED,
    harm: (scene, outcome) =>
      connected(scene, outcome) ??
      (outcome.stdout === `${TRIED}\n` ? undefined : `there is a way out: ${outcome.stdout}`),
  },
  {
    name: 'asks a name service',
    family,
    command: () =>
      shell(
        `getent hosts example.org && echo connected; perl -MSocket -e 'print "connected\\n" if inet_aton("example.org")'; perl -MSocket -e 'socket(my $s, PF_INET, SOCK_DGRAM, 0); print "connected\\n" if send($s, "x" x 30, 0, sockaddr_in(53, inet_aton("8.8.8.8")))'`,
      ),
    attempted: TRIED,
    harm: connected,
  },
  {
    name: 'opens sockets of every other family and raw ones',
    family,
    command: () =>
      shell(
        `perl -e 'for my $f (0, 3 .. 9, 11 .. 50) { for my $t (1, 2, 3, 5, 10) { for my $k (0, 0x80000) { print "connected $f $t\\n" if socket(my $s, $f, $t | $k, 0) } } } for my $f (2, 10) { for my $p (0, 1, 2, 58, 132, 136, 255, 262) { print "connected raw $f $p\\n" if socket(my $s, $f, 3, $p); print "connected $f $p\\n" if $p && socket(my $s, $f, 1, $p); print "connected $f $p\\n" if $p && socket(my $s, $f, 2, $p) } } print "plain\\n" if socket(my $s, 2, 1, 6)'`,
      ),
    attempted: `plain\n${TRIED}`,
    harm: connected,
  },
  {
    name: 'speaks to the kernel over netlink and to the hypervisor over vsock',
    family,
    command: () =>
      shell(
        `perl -e 'for my $t (1, 2, 3) { print "connected\\n" if socket(my $s, 16, $t, 0) || socket($s, 40, $t, 0); print "connected\\n" if socketpair(my $a, my $b, 40, $t, 0) } '`,
      ),
    attempted: TRIED,
    harm: connected,
  },
  ...[
    ['by its name', 'localhost'],
    ['by its address', '127.0.0.1'],
    ['by another loopback address', '127.8.8.8'],
    ['by no address', '0.0.0.0'],
    ['by its IPv6 address', '[::1]'],
    ['by its mapped address', '[::ffff:127.0.0.1]'],
    ['by its mapped address in hexadecimal', '[::ffff:7f00:1]'],
    ['by its translated address', '[64:ff9b::7f00:1]'],
  ].map(([how = '', address = '']): AbuseCase => ({
    name: `has the loopback of the host fetched ${how}`,
    family,
    command: ({ host }) => fetchUrl(`http://${address}:${address === '[::1]' ? (host.tcp6 ?? 9) : host.tcp4}/`),
    attempted: (outcome) => /403|502/.test(outcome.stderr) || outcome.result.kind === 'refused',
    harm: connected,
  })),
  ...[
    ['as one number', '2130706433'],
    ['in hexadecimal', '0x7f000001'],
    ['in octal', '0177.0.0.1'],
    ['cut short', '127.1'],
    ['with a last dot', '127.0.0.1.'],
    ['in wide digits', '１２７.0.0.1'],
  ].map(([how = '', address = '']): AbuseCase => ({
    name: `has the loopback of the host fetched, written ${how}`,
    family,
    command: ({ host }) => fetchUrl(`http://${address}:${host.tcp4}/`),
    attempted: ({ result }) => result.kind === 'refused' && result.fields.includes('url'),
    harm: connected,
  })),
  {
    name: "has the cloud's metadata fetched",
    family,
    command: () =>
      shell(
        'for a in 169.254.169.254 100.100.100.200; do perl /run/chavion/tools/fetch.pl /run/chavion/egress.sock GET http://$a/latest/meta-data/; done',
        { hosts: ['169.254.169.254:80', '100.100.100.200:80', '[fd00:ec2::254]:80'] },
      ),
    attempted: 'HTTP/1.1 403',
    harm: connected,
  },
  {
    name: 'asks the proxy for hosts that were not granted',
    family,
    command: ({ host }) =>
      shell(
        `exec 3<>/dev/tcp/127.0.0.1/3128 && printf 'CONNECT 127.0.0.1:${host.tcp4} HTTP/1.1\\r\\nHost: example.org:443\\r\\n\\r\\n' >&3 && timeout 5 head -n 1 <&3; exec 3<>/dev/tcp/127.0.0.1/3128 && printf 'GET http://127.0.0.1:${host.tcp4}/ HTTP/1.1\\r\\nHost: example.org\\r\\nConnection: close\\r\\n\\r\\n' >&3 && timeout 5 head -n 1 <&3; exec 3<>/dev/tcp/127.0.0.1/3128 && printf 'GET / HTTP/1.1\\r\\nHost: 127.0.0.1:${host.tcp4}\\r\\nConnection: close\\r\\n\\r\\n' >&3 && timeout 5 head -n 1 <&3`,
        { hosts: ['example.org:443'] },
      ),
    attempted: 'HTTP/1.1 403',
    harm: connected,
  },
  {
    name: 'asks the proxy for the rest of the internet',
    family,
    command: () =>
      shell(
        [
          'CONNECT 1.1.1.1:443',
          'CONNECT example.com:443',
          'CONNECT example.org:80',
          'CONNECT www.example.org:443',
          'CONNECT example.org.example.com:443',
          'GET http://example.com/',
          'GET http://1.1.1.1/',
        ]
          .map(
            (request) =>
              `exec 3<>/dev/tcp/127.0.0.1/3128 && printf '${request} HTTP/1.1\\r\\nHost: example.org:443\\r\\nConnection: close\\r\\n\\r\\n' >&3 && timeout 5 head -n 1 <&3; exec 3<&-`,
          )
          .join('\n'),
        { hosts: ['example.org:443'] },
      ),
    attempted: TRIED,
    // Anything but a plain no means that it was looked up or called.
    harm: (_scene, outcome) =>
      (outcome.stdout.match(/^HTTP\/1\.1 403/gm) ?? []).length === 7 ? undefined : `not refused: ${outcome.stdout}`,
  },
  {
    name: 'confuses the proxy with odd requests',
    family,
    command: ({ host }) =>
      shell(
        [
          `CONNECT example.org:443@127.0.0.1:${host.tcp4} HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n`,
          `CONNECT 2130706433:${host.tcp4} HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n`,
          `CONNECT [::ffff:127.0.0.1]:${host.tcp4} HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n`,
          `CONNECT example.org:443 127.0.0.1:${host.tcp4} HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n`,
          `GET http://example.org:443@127.0.0.1:${host.tcp4}/ HTTP/1.1\\r\\nHost: example.org:443\\r\\nConnection: close\\r\\n\\r\\n`,
          `GET http://127.0.0.1:${host.tcp4}#@example.org:443/ HTTP/1.1\\r\\nHost: a\\r\\nConnection: close\\r\\n\\r\\n`,
          `GET http://127.0.0.1:${host.tcp4}\\\\@example.org:443/ HTTP/1.1\\r\\nHost: a\\r\\nConnection: close\\r\\n\\r\\n`,
          `POST http://example.org:444/ HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 4\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0\\r\\n\\r\\nGET http://127.0.0.1:${host.tcp4}/ HTTP/1.1\\r\\n\\r\\n`,
        ]
          .map(
            (request) =>
              `exec 3<>/dev/tcp/127.0.0.1/3128 && printf '${request}' >&3 && timeout 5 head -n 1 <&3; exec 3<&-`,
          )
          .join('\n'),
        { hosts: ['example.org:443'] },
      ),
    attempted: 'HTTP/1.1 403',
    harm: (scene, outcome) => connected(scene, outcome) ?? said(outcome, 'HTTP/1.1 200', 'the proxy let it through'),
  },
  {
    name: 'uses the proxy of a job without having asked for a host',
    family,
    command: () =>
      shell(
        'ls /run/chavion; (echo x >/dev/tcp/127.0.0.1/3128) && echo connected; [ -e /run/chavion/egress.sock ] && echo connected; env | grep -i proxy && echo connected',
      ),
    attempted: TRIED,
    harm: connected,
  },
];
