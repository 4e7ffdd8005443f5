# Runs inside the sandbox: perl fetch.pl SOCKET METHOD URL [HEADER: VALUE]...  with the body on stdin.
# Asks the egress proxy, which checks the address and speaks TLS. The answer's body goes to stdout, its status to stderr.
# Ends with 0 for 2xx, 22 for any other status, 7 when there was no whole answer.
use strict;
use warnings;
use Socket;

my ($path, $method, $url, @headers) = @ARGV;
$SIG{PIPE} = 'IGNORE';
binmode $_ for *STDIN, *STDOUT;
$| = 1;

sub failed { print STDERR "fetch: $_[0]\n"; exit 7 }

socket(my $proxy, PF_UNIX, SOCK_STREAM, 0) or failed("socket: $!");
connect($proxy, sockaddr_un($path)) or failed("proxy: $!");
binmode $proxy;

my $body = do { local $/; <STDIN> } // '';
my ($host) = $url =~ m{^https?://([^/?#]+)}i or failed('not an address');
my $request = join "\r\n", "$method $url HTTP/1.0", "Host: $host", 'Accept-Encoding: identity', @headers,
  ($method eq 'POST' ? 'Content-Length: ' . length $body : ()), '', $method eq 'POST' ? $body : '';
while (length $request) {
  my $sent = syswrite $proxy, $request;
  failed("sending: $!") unless defined $sent;
  substr($request, 0, $sent, '');
}

my $head = '';
until ($head =~ /\r\n\r\n/) {
  failed('an endless header') if length $head > 65536;
  my $got = sysread $proxy, $head, 4096, length $head;
  failed('the connection ended early') unless $got;
}
my ($top, $rest) = split /\r\n\r\n/, $head, 2;
my ($status) = $top =~ m{^HTTP/1\.[01] (\d{3})} or failed('not HTTP');
my ($length) = $top =~ /^content-length: *(\d+)\r?$/mi;
print STDERR "$1\n" while $top =~ /^((?:HTTP\/|content-type:|content-length:|location:)[^\r\n]*)/mig;

my $received = length $rest;
print STDOUT $rest;
while (my $got = sysread $proxy, my $bytes, 65536) {
  $received += $got;
  print STDOUT $bytes or exit 7;
}
failed("$received of $length bytes came") if defined $length && $method ne 'HEAD' && $received < $length;
exit($status =~ /^2/ ? 0 : 22);
