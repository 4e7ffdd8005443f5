# Runs on the host, under the executor's account: perl spawner.pl MACHINE PARENT FOLDER STORES (show:|hide:|node:)PATH...
# with the folder of the packages open as descriptor 3.
# Starts bwrap for the executor and tells how it goes. A fork costs what the forking process weighs, and Node waits in it
# until the child has begun: this process is small and waits for nobody. Its end is the end of everything it has started.
#
# Frames on both sides: a length (N), then fields of a length (N) and bytes each. In come
#   start ID CGROUP STDOUT STDERR ARGS FILTER (number of folders, then path and "device:inode" of each) (number of files, then their contents) PROGRAM ARGUMENT...
#   go ID, abandon ID, kill ID, pipes NAME...
#   store ID FOLDER WORKSPACE "device:inode" BYTES INODES (and by how much the workspace may grow: BYTES INODES), keep ID FOLDER BYTES INODES AGAIN (whether others still write in it), drop FOLDER (see stores.pl)
# and out go
#   stores WHY-NOT COPIES WHY-NO-PROGRAMS (once, first), started ID PID, failed ID WHY, ready ID STATUS, ended ID STATUS, gone ID, pipes
#   stored ID "device:inode" of the place to write in, kept ID "kept" or what was too much, unstored ID WHY
use strict;
use warnings;
use Fcntl;
use Socket;
use POSIX ();

my ($machine, $parent, $own, $wanted, @base) = @ARGV;
require "$own/$_" for qw(stores.pl keeping.pl);
my %number = (x86_64 => { prctl => 157, memfd => 319, prlimit => 302 }, aarch64 => { prctl => 167, memfd => 279, prlimit => 261 });
my $call = $number{$machine} or die "spawner: $machine\n";
my $pidfd_open = 434; # the same everywhere
my $niceness = 10;

# With the executor, whatever ends it; killed while it was not looking, it is gone already.
sub die_with {
  my ($whom) = @_;
  syscall($call->{prctl}, 1, 9, 0, 0, 0) == 0 or return 0; # PR_SET_PDEATHSIG
  return getppid() == $whom;
}
die_with($parent) or die "spawner: no parent\n";
POSIX::setsid(); # what is typed at a terminal is for the executor, which ends its jobs in order
my $self = $$;

# Limits that are the same for every job, which inherits them (asm-generic/resource.h); the others are set inside.
my %limit = (core => [4, 0], memlock => [8, 65536], msgqueue => [12, 0], rtprio => [14, 0]);
for my $name (keys %limit) {
  my ($resource, $most) = @{ $limit{$name} };
  my $both = pack 'QQ', $most, $most;
  syscall($call->{prlimit}, 0, $resource, $both, 0) == 0 or die "spawner: limit of $name: $!\n";
}

my $heir; # see keeping.pl
my %keeping; # id -> pid, pidfd, and where the child says how it went
my %jobs;   # id -> pid, gate, status, text, and the pidfds of bwrap and of the first process inside
my $coming = '';

sub report {
  my $bytes = pack 'N/a*', pack '(N/a*)*', @_;
  while (length $bytes) {
    my $sent = syswrite STDOUT, $bytes;
    POSIX::_exit(1) unless defined $sent;
    substr $bytes, 0, $sent, '';
  }
}

# Everything opened here is closed on exec ($^F is 2); dup2 takes that away from the copies that bwrap gets.
sub in_memory {
  my ($bytes) = @_;
  my $name = 'job';
  my $fd = syscall($call->{memfd}, $name, 1); # MFD_CLOEXEC
  die "memfd: $!\n" if $fd < 0;
  open my $file, '+<&=', $fd or die "memfd: $!\n";
  my $at = 0;
  while ($at < length $bytes) {
    my $sent = syswrite $file, $bytes, length($bytes) - $at, $at;
    die "memfd: $!\n" unless defined $sent;
    $at += $sent;
  }
  sysseek $file, 0, 0;
  return $file;
}

sub folder {
  my ($path, $identity) = @_;
  sysopen my $folder, $path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW or die "a folder: $!\n";
  my ($device, $inode) = stat $folder;
  die "another folder than before\n" unless "$device:$inode" eq $identity;
  return $folder;
}

sub pipe_for {
  my ($path) = @_;
  sysopen my $pipe, $path, O_WRONLY | O_NOFOLLOW or die "a pipe: $!\n";
  unlink $path;
  return $pipe;
}

sub watch_of {
  my ($pid) = @_;
  my $fd = syscall($pidfd_open, $pid + 0, 0);
  return undef if $fd < 0;
  open my $watch, '<&=', $fd or return undef;
  return $watch;
}

sub become {
  my ($cgroup, $parent_pid, $descriptors, @command) = @_;
  # Clear of the numbers that they are to get.
  my @clear = map { fcntl($_, F_DUPFD, 256) // die "descriptor: $!\n" } @$descriptors;
  POSIX::dup2($clear[$_], $_) // die "descriptor: $!\n" for 0 .. $#clear;
  POSIX::close($_) for @clear;
  die "no parent\n" unless die_with($parent_pid);
  if (length $cgroup) {
    sysopen my $group, $cgroup, O_WRONLY or die "cgroup: $!\n";
    syswrite $group, '0' or die "cgroup: $!\n";
  }
  # The job first when memory runs out; not what keeps a job in, and the account may not everywhere.
  if (sysopen my $score, '/proc/self/oom_score_adj', O_WRONLY) { syswrite $score, '1000' }
  $SIG{PIPE} = 'DEFAULT';
  %ENV = ();
  exec { $command[0] } @command or die "$command[0]: $!\n";
}

sub start {
  my ($id, $cgroup, $out, $err, $args, $filter, @rest) = @_;
  refresh();
  my @lent = map { folder(splice @rest, 0, 2) } 1 .. shift @rest;
  my $workspace = shift @lent;
  my @files = map { in_memory(shift @rest) } 1 .. shift @rest;
  sysopen my $nothing, '/dev/null', O_RDONLY or die "/dev/null: $!\n";
  my ($stdout, $stderr) = (pipe_for($out), pipe_for($err));
  pipe my $status, my $status_end or die "pipe: $!\n";
  socketpair my $gate, my $gate_end, AF_UNIX, SOCK_STREAM, PF_UNSPEC or die "socketpair: $!\n";
  my @descriptors = ($nothing, $stdout, $stderr, in_memory($args), in_memory($filter), $status_end, $gate_end, $workspace, @lent, @files);
  my $pid = fork;
  die "fork: $!\n" unless defined $pid;
  if ($pid == 0) {
    eval { become($cgroup, $self, \@descriptors, @rest) };
    syswrite STDERR, "spawner: $@";
    POSIX::_exit(126);
  }
  fcntl $status, F_SETFL, O_NONBLOCK;
  my $watch = watch_of($pid);
  if (!$watch) {
    kill KILL => $pid;
    waitpid $pid, 0;
    die "pidfd: not on this kernel\n";
  }
  $jobs{$id} = { pid => $pid, gate => $gate, status => $status, text => '', watch => $watch };
  report('started', $id, $pid);
}

sub read_status {
  my ($job) = @_;
  1 while sysread $job->{status}, $job->{text}, 4096, length $job->{text};
}

# The homeserver comes first for the processor.
sub soften {
  my ($pid) = @_;
  eval { setpriority 0, $pid, $niceness };
  opendir my $threads, "/proc/$pid/task" or return;
  for my $thread (readdir $threads) {
    open my $list, '<', "/proc/$pid/task/$thread/children" or next;
    soften($_) for split ' ', <$list> // '';
  }
}

sub release {
  my ($job) = @_;
  my $gate = delete $job->{gate} or return;
  soften($job->{first}) if $job->{first};
  syswrite $gate, "go\n";
}

# `does` says how it went; `more` is remembered with it.
sub start_keeping {
  my ($id, $does, %more) = @_;
  pipe my $hear, my $say or die "pipe: $!\n";
  my $pid = fork;
  die "fork: $!\n" unless defined $pid;
  if ($pid == 0) {
    %jobs = (); # their gates are not held open from here
    my $how = eval { die_with($self) or die "no parent\n"; $does->() } // $@;
    syswrite $say, $how;
    POSIX::_exit(0);
  }
  $keeping{$id} = { %more, pid => $pid, hear => $hear, watch => watch_of($pid) // die "pidfd: $!\n" };
}

sub end_keeping {
  my ($id) = @_;
  my $keeper = delete $keeping{$id};
  waitpid $keeper->{pid}, 0;
  sysread $keeper->{hear}, my $how, 4096;
  chomp($how //= '');
  return report('stored', $id, $keeper->{where}) if $how eq 'filled';
  return report('kept', $id, $how) if $how =~ /^(?:kept|disk|inodes)$/;
  take_away($keeper->{store}) if defined $keeper->{store};
  report('unstored', $id, $how || 'it was ended');
}

my %does = (
  store => sub {
    my ($id, $store, $path, $identity, $bytes, $inodes, @growth) = @_;
    syswrite $heir, join("\t", $store, @growth) . "\n" if $heir;
    my $where = eval { lay($store, folder($path, $identity), $bytes, $inodes) };
    if (defined $where && !copies()) { report('stored', $id, $where) }
    elsif (defined $where && eval { start_keeping($id, sub { fill($store) }, where => $where, store => $store); 1 }) { }
    else { chomp(my $why = $@); chdir '/'; take_away($store); report('unstored', $id, $why) }
  },
  keep => sub {
    my ($id, @rest) = @_;
    eval { start_keeping($id, sub { keep(@rest) }); 1 } or do { chomp(my $why = $@); report('unstored', $id, $why) };
  },
  drop => sub {
    syswrite $heir, "$_[0]\n" if $heir;
    take_away($_[0]);
  },
  start => sub {
    my ($id, @rest) = @_;
    eval { start($id, @rest); 1 } or do { chomp(my $why = $@); report('failed', $id, $why) };
  },
  go      => sub { release($jobs{$_[0]}) if $jobs{$_[0]} },
  abandon => sub { delete $jobs{$_[0]}{gate} if $jobs{$_[0]} },
  # Not waited for yet, so the number is still its own.
  kill  => sub { kill KILL => $jobs{$_[0]}{pid} if $jobs{$_[0]} && $jobs{$_[0]}{watch} },
  pipes => sub {
    for my $name (@_) { POSIX::mkfifo($name, 0600) or die "mkfifo: $!\n" }
    report('pipes');
  },
);

sub at_the_gate {
  my ($id, $job) = @_;
  if (!sysread $job->{gate}, my $said, 16) { delete $job->{gate}; return }
  return if $job->{first};
  read_status($job);
  if ($job->{text} =~ /"child-pid"\s*:\s*(\d+)/) {
    $job->{first} = $1;
    $job->{inside} = watch_of($1);
  }
  report('ready', $id, $job->{text});
}

sub settle {
  my ($id, $job) = @_;
  return if $job->{watch} || $job->{inside};
  report('gone', $id);
  delete $jobs{$id};
}

my $no_stores = why_no_stores($machine, $own, $wanted);
# The folder one stands in is the only open one that comes along into a namespace.
my $no_house = chdir('/proc/self/fd/3') ? '' : "the packages: $!";
POSIX::close(3);
$no_stores //= eval { apart(); base($own, @base); undef } // ($@ || undef);
eval { house(@base); 1 } or $no_house = $@ unless defined $no_stores || $no_house;
chdir '/';
chomp $no_house;
report('stores', $no_stores // '', copies() ? 'copies' : '', $no_house);

$heir = defined $no_stores ? undef : heir();

while (1) {
  my $looking = '';
  vec($looking, 0, 1) = 1;
  for my $keeper (values %keeping) { vec($looking, fileno $keeper->{watch}, 1) = 1 }
  for my $job (values %jobs) {
    for my $handle (@$job{qw(gate watch inside)}) { vec($looking, fileno $handle, 1) = 1 if $handle }
  }
  next if select($looking, undef, undef, undef) < 0;
  for my $id (keys %jobs) {
    my $job = $jobs{$id};
    my $seen = sub { $job->{$_[0]} && vec($looking, fileno $job->{$_[0]}, 1) };
    at_the_gate($id, $job) if $seen->('gate');
    if ($seen->('watch')) {
      waitpid $job->{pid}, 0;
      delete $job->{watch};
      delete $job->{gate};
      read_status($job);
      report('ended', $id, $job->{text});
      settle($id, $job);
    }
    if ($seen->('inside')) {
      delete $job->{inside};
      settle($id, $job);
    }
  }
  for my $id (keys %keeping) { end_keeping($id) if vec($looking, fileno $keeping{$id}{watch}, 1) }
  next unless vec($looking, 0, 1);
  my $got = sysread STDIN, $coming, 65536, length $coming;
  POSIX::_exit(0) unless $got;
  while (length $coming >= 4 && length $coming >= 4 + unpack 'N', $coming) {
    my ($what, @fields) = unpack '(N/a*)*', substr $coming, 4, unpack 'N', $coming;
    substr $coming, 0, 4 + unpack('N', $coming), '';
    $does{$what}->(@fields);
  }
}
