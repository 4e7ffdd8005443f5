# Runs inside the sandbox: perl forward.pl PORT SOCKET COMMAND ARGUMENT...
# Listens on the sandbox's own loopback and passes each connection on to the egress proxy's socket; then becomes COMMAND.
# Perl because Debian's perl-base is on every machine and nothing else there can do it.
use strict;
use warnings;
use Socket;
use IO::Handle;
use POSIX ();

my ($port, $path, @command) = @ARGV;
$SIG{PIPE} = 'IGNORE';

socket(my $listener, PF_INET, SOCK_STREAM, 0) or die "forwarder: socket: $!\n";
setsockopt($listener, SOL_SOCKET, SO_REUSEADDR, 1);
bind($listener, sockaddr_in($port, INADDR_LOOPBACK)) or die "forwarder: bind: $!\n";
listen($listener, 64) or die "forwarder: listen: $!\n";

my $pid = fork();
die "forwarder: fork: $!\n" unless defined $pid;
if ($pid) {
  close $listener;
  $SIG{PIPE} = 'DEFAULT';
  exec { $command[0] } @command or die "forwarder: $command[0]: $!\n";
}

POSIX::setsid();
open STDIN,  '<', '/dev/null';
open STDOUT, '>', '/dev/null';
open STDERR, '>', '/dev/null';

my %peer;    # descriptor -> the handle to write to
my %handle;  # descriptor -> handle
my %waiting; # descriptor -> bytes it has not taken yet
my %ended;   # descriptor -> its sender has finished
my $watermark = 256 * 1024;

sub forget {
  my ($fd) = @_;
  for my $one ($fd, defined $peer{$fd} ? fileno($peer{$fd}) // -1 : -1) {
    next unless $handle{$one};
    close $handle{$one};
    delete $_->{$one} for \%handle, \%peer, \%waiting, \%ended;
  }
}

while (1) {
  my ($reading, $writing) = ('', '');
  vec($reading, fileno($listener), 1) = 1 if keys %handle < 128;
  for my $fd (keys %handle) {
    my $other = fileno $peer{$fd};
    vec($reading, $fd, 1) = 1 if !$ended{$other} && length $waiting{$other} < $watermark;
    vec($writing, $fd, 1) = 1 if length $waiting{$fd};
  }
  next if select($reading, $writing, undef, undef) < 0;

  if (vec($reading, fileno($listener), 1) && accept(my $client, $listener)) {
    my $proxy;
    if (socket($proxy, PF_UNIX, SOCK_STREAM, 0) && connect($proxy, sockaddr_un($path))) {
      for my $pair ([$client, $proxy], [$proxy, $client]) {
        my $fd = fileno $pair->[0];
        $pair->[0]->blocking(0);
        $handle{$fd} = $pair->[0];
        $peer{$fd} = $pair->[1];
        $waiting{$fd} = '';
      }
    }
  }
  for my $fd (keys %handle) {
    next unless $handle{$fd} && vec($reading, $fd, 1);
    my $other = fileno $peer{$fd};
    my $got = sysread $handle{$fd}, my $bytes, 65536;
    if (!defined $got) { forget($fd) unless $!{EAGAIN} || $!{EINTR}; next }
    if ($got == 0) { $ended{$other} = 1 }
    else           { $waiting{$other} .= $bytes }
    if ($ended{$other} && !length $waiting{$other}) { shutdown $handle{$other}, 1 }
    else                                            { vec($writing, $other, 1) = 1 }
  }
  for my $fd (keys %handle) {
    next unless $handle{$fd} && vec($writing, $fd, 1) && length $waiting{$fd};
    my $sent = syswrite $handle{$fd}, $waiting{$fd};
    if (!defined $sent) { forget($fd) unless $!{EAGAIN} || $!{EINTR}; next }
    substr($waiting{$fd}, 0, $sent, '');
    shutdown $handle{$fd}, 1 if $ended{$fd} && !length $waiting{$fd};
  }
  for my $fd (keys %handle) {
    next unless $handle{$fd};
    my $other = fileno $peer{$fd};
    forget($fd) if $ended{$fd} && $ended{$other} && !length $waiting{$fd} && !length $waiting{$other};
  }
}
