# Part of spawner.pl. A store is where a command writes: a memory file system whose size and number of files the kernel
# keeps, laid over the workspace. What was made there is kept in the workspace afterwards, or goes with the store.
# Kernels before 6.6 cannot lay one over the other so that folders can be removed (`why_no_overlay`): there the whole
# workspace is copied into the store, and what has changed is copied back.
# All of it lies in a user and mount namespace of the spawner's own, which ends with it: nothing of it is seen outside.
use strict;
use warnings;
use Fcntl qw(:DEFAULT :mode);
use POSIX ();

my %numbers = (
  x86_64  => { mount => 165, umount => 166, unshare => 272, prctl => 157, stat => 262, utimens => 280, mknod => 259, xattr => 192 },
  aarch64 => { mount => 40, umount => 39, unshare => 97, prctl => 167, stat => 79, utimens => 88, mknod => 33, xattr => 9 },
);
our $call;
my %flag = (rdonly => 1, nosuid => 2, nodev => 4, bind => 4096, rec => 16384, slave => 1 << 19);
our $copying = 0;

sub mount_at {
  my ($what, $where, $type, $flags, $options) = @_;
  my @texts = map { "$_" } $what, $where, $type, $options;
  syscall($call->{mount}, $texts[0], $texts[1], $texts[2], $flags, $texts[3]) == 0 or die "mount of $type: $!\n";
}

sub unmount {
  my $where = "$_[0]";
  syscall($call->{umount}, $where, 2) == 0 or die "umount: $!\n"; # MNT_DETACH
}

sub say_into {
  my ($file, $text) = @_;
  open my $handle, '>', $file or die "$file: $!\n";
  syswrite $handle, $text or die "$file: $!\n";
}

# A namespace where this account may mount. What the machine mounts later is seen here too, not the other way round.
sub apart {
  my ($uid, $gid) = ($>, $) + 0);
  syscall($call->{unshare}, 0x10000000 | 0x20000) == 0 or die "unshare: $!\n"; # NEWUSER, NEWNS
  say_into('/proc/self/setgroups', 'deny');
  say_into('/proc/self/uid_map', "$uid $uid 1");
  say_into('/proc/self/gid_map', "$gid $gid 1");
  mount_at('none', '/', '', $flag{rec} | $flag{slave}, '');
  syscall($call->{prctl}, 4, 1, 0, 0, 0); # PR_SET_DUMPABLE: the executor looks how full a store is through /proc
}

sub copied {
  my ($from, $to) = @_;
  if (-l $from) {
    symlink readlink($from), $to or die "$to: $!\n";
  } elsif (-d $from) {
    -d $to or mkdir $to or die "$to: $!\n";
    opendir my $list, $from or die "$from: $!\n";
    copied("$from/$_", "$to/$_") for grep { !/^\.\.?$/ } readdir $list;
    chmod 0755, $to;
  } else {
    open my $in, '<', $from or die "$from: $!\n";
    open my $out, '>', $to or die "$to: $!\n";
    local $/;
    print $out scalar <$in>;
    chmod 0644, $to;
  }
}

my $base;
my @shown; # of the machine's /etc

# What every job has bound, in a place whose name no table of mounts shows: /etc with some of the machine's, /usr without
# some of it, and our own tools.
sub base {
  my ($own, @paths) = @_;
  $base = "$own/base";
  -d $base or mkdir $base, 0700 or die "$base: $!\n";
  mount_at('tmpfs', $base, 'tmpfs', $flag{nosuid} | $flag{nodev}, 'size=4m,mode=0700');
  copied("$own/$_", "$base/$_") for grep { -d "$own/$_" } qw(etc tools house);
  mkdir "$base/usr", 0755 or die "$base: $!\n";
  mount_at('/usr', "$base/usr", '', $flag{bind} | $flag{rec}, '');
  for (map { /^hide:(.*)/s } @paths) {
    mount_at('tmpfs', "$base$_", 'tmpfs', $flag{rdonly} | $flag{nosuid} | $flag{nodev}, 'size=4k,mode=0755');
  }
  @shown = map { /^show:(.*)/s } @paths;
  mount_at($_, "$base$_", '', $flag{bind} | $flag{rec}, '') for @shown;
}

# What jobs that run the house's programs have bound besides. Called where the packages lie: their path may be closed to us.
sub house {
  mount_at('.', "$base/house/node_modules", '', $flag{bind} | $flag{rec}, '');
  mount_at($_, "$base/house/node", '', $flag{bind}, '') for map { /^node:(.*)/s } @_;
}

# A file that the machine has replaced meanwhile, as it does when it is kept up to date, is shown anew.
sub refresh {
  for my $path (@shown) {
    my ($now, $then) = map { join ':', (stat)[0, 1] } $path, "$base$path";
    next if $now eq '' || $now eq $then;
    unmount("$base$path");
    mount_at($path, "$base$path", '', $flag{bind} | $flag{rec}, '');
  }
}

sub lay {
  my ($store, $lower, $bytes, $inodes) = @_;
  my $mode = (stat $lower)[2] & 0777;
  -d $store or mkdir $store, 0700 or die "a folder for the store: $!\n";
  mount_at('tmpfs', $store, 'tmpfs', $flag{nosuid} | $flag{nodev}, "size=$bytes,nr_inodes=$inodes,mode=0700");
  chdir $store or die "store: $!\n";
  mkdir $_, 0700 or die "store: $!\n" for qw(u w l m);
  chmod $mode, 'u';
  mount_at('/proc/self/fd/' . fileno $lower, 'l', '', $flag{bind}, '');
  if ($copying) { chmod $mode, 'm' }
  # Relative, since a path with a colon or a comma would mean something else.
  else { mount_at('overlay', 'm', 'overlay', $flag{nosuid} | $flag{nodev}, 'lowerdir=l,upperdir=u,workdir=w,userxattr') }
  my ($device, $inode) = stat 'm';
  chdir '/';
  return "$device:$inode";
}

sub take_away {
  my ($store) = @_;
  for my $mounted ("$store/m", "$store/l", $store) { eval { unmount($mounted) } }
  rmdir $store;
}

# Undefined where stores work, as overlays or, failing that, as copies.
sub why_no_stores {
  my ($machine, $folder, $wanted) = @_;
  $call = $numbers{$machine};
  my $why = $wanted eq 'copy' ? 'copies were asked for' : why_not($folder);
  $copying = defined $why;
  return $copying ? why_not($folder) : undef;
}

# Tried by a child, since a namespace cannot be left again. Older kernels have no attributes in memory file systems,
# without which a folder cannot be emptied and made again.
sub why_not {
  my ($folder) = @_;
  pipe my $hear, my $say or return "pipe: $!";
  my $child = fork;
  return "fork: $!" unless defined $child;
  if ($child == 0) {
    eval {
      apart();
      my $try = "$folder/s-try";
      -d $try or mkdir $try, 0700 or die "$!\n";
      my $low = "$try/low";
      mount_at('tmpfs', $try, 'tmpfs', 0, 'size=1m,mode=0700');
      mkdir $_ or die "$!\n" for $low, "$low/old", "$try/store";
      say_into("$low/old/file", 'x');
      open my $lower, '<', $low or die "$!\n";
      lay("$try/store", $lower, 1 << 20, 100);
      return 1 if $copying;
      my $old = "$try/store/m/old";
      unlink "$old/file" and rmdir $old and mkdir $old or die "an emptied folder: $!\n";
      opendir my $list, $old or die "$!\n";
      die "what was removed is there again\n" if grep { !/^\.\.?$/ } readdir $list;
      1;
    } or syswrite $say, $@;
    POSIX::_exit(0);
  }
  close $say;
  my $why = '';
  1 while sysread $hear, $why, 4096, length $why;
  waitpid $child, 0;
  rmdir "$folder/s-try";
  return "trial: $?" if $? != 0 && $why eq '';
  chomp $why;
  return $why eq '' ? undef : $why;
}

sub copies { return $copying }

1;
