# perl bare-loop.pl RUNS WIDTH FILE,... COMMAND ARGUMENT...: runs bwrap so often, so many at a time, each with the files
# open from descriptor 3 on. Of all that can start it this weighs least: what is measured is bwrap.
use strict;
use warnings;
use POSIX ();

my ($runs, $width, $files, @command) = @ARGV;
my @files = split /,/, $files;
my $running = 0;
my $failed = 0;

sub reap { waitpid -1, 0; $running--; $failed++ if $? }

for (1 .. $runs) {
  reap() if $running >= $width;
  defined(my $pid = fork) or die "fork: $!\n";
  if ($pid) { $running++; next }
  my @open = map { POSIX::open($_, $_ eq '/dev/null' ? POSIX::O_RDWR : POSIX::O_RDONLY) // die "$_: $!\n" } @files;
  POSIX::dup2($open[$_], 100 + $_) for 0 .. $#open;
  POSIX::dup2(100 + $_, 3 + $_), POSIX::close(100 + $_) for 0 .. $#open;
  open STDIN,  '<', '/dev/null';
  open STDOUT, '>', '/dev/null';
  %ENV = ();
  exec { $command[0] } @command or die "$command[0]: $!\n";
}
reap() while $running > 0;
die "$failed of $runs failed\n" if $failed;
