# Part of spawner.pl: brings what was made in a store (stores.pl) into the workspace below it, or, for a copy, the
# workspace into the store. Within a store `u` holds what was written, `l` is the workspace, and `m` what commands see.
use strict;
use warnings;
use Fcntl qw(:DEFAULT :mode);

our ($call, $copying);
my ($at_cwd, $no_follow) = (-100, 0x100);
# Deeper than any build tool goes, and well within what a path can say.
my $deepest = 100;
my $chunk = 1 << 20;

# Of a folder that somebody has moved away meanwhile, none: others may still work in the store.
sub names {
  my ($path) = @_;
  opendir my $list, $path or return;
  return grep { $_ ne '.' && $_ ne '..' } readdir $list;
}

sub opaque {
  my $path = "$_[0]";
  my ($name, $value) = ('user.overlay.opaque', "\0");
  return syscall($call->{xattr}, $path, $name, $value, 1) == 1 && $value eq 'y';
}

my ($grown, $made, $since, %counted);
my ($from, $to) = ('u', 'l');

# In a copy nothing tells what was removed but that it is no longer there.
sub removed_in {
  my ($at) = @_;
  return unless $copying && $from ne 'l' && -d "$to$at" && !-l "$to$at";
  return grep { !lstat "$from$at/$_" } names("$to$at");
}

# Whether it may have changed since this store was last kept, which is when others still worked in it. When something
# gets another name the kernel notes that at it, but not at what lies below it: that counts as changed with it.
sub fresh {
  my ($above, $path) = @_;
  return $above || $since eq '' || when_of($path, 104) gt $since; # st_ctim
}

# The clock of files goes in steps of milliseconds. From here on it is past the file's own time: what was written before
# is not taken for changed the next time, when somebody may have removed it, and what is written from now on is.
sub next_step {
  my ($file) = @_;
  for (1 .. 1000) {
    chmod 0600, $file or die "store: $!\n";
    return if when_of($file, 104) gt when_of($file, 88); # st_ctim, st_mtim
    select undef, undef, undef, 0.0005;
  }
}

# A time of a file, to the kernel's own exactness, as a text that can be compared.
sub when_of {
  my $path = "$_[0]";
  my $stat = "\0" x 256;
  return '' unless syscall($call->{stat}, $at_cwd, $path, $stat, $no_follow) == 0;
  return sprintf '%020d.%09d', unpack 'q2', substr $stat, $_[1], 16;
}

# What the workspace gives back when this goes.
sub free {
  my ($path, $depth) = @_;
  my @it = lstat $path or return;
  $grown -= $it[12] * 512 if -d _ || $it[3] == 1;
  $made -= 1;
  return unless S_ISDIR($it[2]) && $depth <= $deepest;
  free("$path/$_", $depth + 1) for names($path);
}

sub weigh {
  my ($at, $depth, $above) = @_;
  die "inodes\n" if $depth > $deepest;
  free("$to$at/$_", $depth) for removed_in($at);
  for my $name (names("$from$at")) {
    my ($up, $low) = ("$from$at/$name", "$to$at/$name");
    my @new = lstat $up or next;
    if (!fresh($above, $up)) {
      weigh("$at/$name", $depth + 1, 0) if S_ISDIR($new[2]);
      next;
    }
    my @old = lstat $low;
    my ($folder, $was) = (S_ISDIR($new[2]), @old && S_ISDIR($old[2]));
    free($low, $depth) if @old && (S_ISCHR($new[2]) || !($folder && $was) || opaque($up));
    next if S_ISCHR($new[2]);
    if ($folder) {
      ($grown, $made) = ($grown + 4096, $made + 1) unless $was && !opaque($up);
      weigh("$at/$name", $depth + 1, 1);
    } else {
      $made += 1;
      $grown += $new[12] * 512 unless $counted{$new[1]}++;
    }
  }
}

sub remove {
  my ($path) = @_;
  return unless lstat $path;
  if (-d _) {
    remove("$path/$_") for names($path);
    rmdir $path or die "rmdir: $!\n";
  } else {
    unlink $path or die "unlink: $!\n";
  }
}

# Holes stay holes. Returns whether it was still there.
sub copy_file {
  my ($from, $to, $size) = @_;
  sysopen my $in, $from, O_RDONLY | O_NOFOLLOW | O_NONBLOCK or return 0;
  sysopen my $out, $to, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600 or die "write: $!\n";
  my $end = 0;
  while ($end < $size) {
    my $data = sysseek $in, $end, 3; # SEEK_DATA
    last unless defined $data;
    $data += 0; # "0 but true"
    $end = (sysseek $in, $data, 4) + 0; # SEEK_HOLE
    sysseek $in, $data, 0;
    sysseek $out, $data, 0;
    for (my $left = $end - $data; $left > 0;) {
      my $got = sysread $in, my $bytes, $left < $chunk ? $left : $chunk;
      die "read: $!\n" unless defined $got;
      last if $got == 0; # shorter by now
      for (my $sent = 0; $sent < $got;) {
        my $wrote = syswrite $out, $bytes, $got - $sent, $sent;
        die "write: $!\n" unless defined $wrote;
        $sent += $wrote;
      }
      $left -= $got;
    }
  }
  truncate $out, $size or die "write: $!\n";
  return 1;
}

sub same_time {
  my ($from, $to) = map { "$_" } @_;
  my $stat = "\0" x 256;
  syscall($call->{stat}, $at_cwd, $from, $stat, $no_follow) == 0 or return;
  my $times = pack('q2', 0, (1 << 30) - 2) . substr $stat, 88, 16; # UTIME_OMIT, st_mtim
  syscall($call->{utimens}, $at_cwd, $to, $times, $no_follow);
}

my %linked;

sub ensure {
  my ($at) = @_;
  return if $at eq '' || -d "$to$at";
  ensure($at =~ s{/[^/]*$}{}r);
  mkdir "$to$at", 0700 or die "mkdir: $!\n";
}

sub keep_all {
  my ($at, $above) = @_;
  remove("$to$at/$_") for removed_in($at);
  for my $name (names("$from$at")) {
    my ($up, $low, $beside) = ("$from$at/$name", "$to$at/$name", "$to$at/.chavion-keeping-$$");
    my @new = lstat $up or next;
    my $mode = $new[2];
    if (!fresh($above, $up)) {
      keep_all("$at/$name", 0) if S_ISDIR($mode);
      next;
    }
    ensure($at);
    if (S_ISCHR($mode)) { remove($low); next }
    if (S_ISDIR($mode)) {
      remove($low) if lstat $low and !-d _ || opaque($up);
      -d $low or mkdir $low, 0700 or die "mkdir: $!\n";
      keep_all("$at/$name", 1);
    } else {
      my $twin = $linked{$new[1]};
      unlink $beside;
      if (defined $twin && link $twin, $beside) { }
      elsif (S_ISREG($mode)) { copy_file($up, $beside, $new[7]) or next }
      elsif (S_ISLNK($mode)) { my $to = readlink $up; defined $to && symlink $to, $beside or next }
      else { my $path = "$beside"; syscall($call->{mknod}, $at_cwd, $path, S_IFMT($mode) | 0600, 0) == 0 or next } # a pipe, a socket
      chmod $mode & 0777, $beside unless S_ISLNK($mode);
      same_time($up, $beside);
      remove($low) if lstat $low and -d _;
      rename $beside, $low or die "rename: $!\n";
      unlink $beside; # two names of one file: rename leaves both
      $linked{$new[1]} = $low if $new[3] > 1;
      next;
    }
    chmod $mode & 01777, $low;
    same_time($up, $low);
  }
}

# Both in a child. It sees nothing but the store, so that no link can lead it elsewhere, whoever still writes there.
sub shut_into {
  my ($store) = @_;
  chdir $store or die "store: $!\n";
  chroot '.' or die "chroot: $!\n";
  chdir '/';
}

sub fill {
  my ($store) = @_;
  shut_into($store);
  ($from, $to, $since) = ('l', 'm', '');
  keep_all('', 0);
  open my $now, '>', 'kept' or die "store: $!\n";
  next_step('kept');
  return 'filled';
}

sub keep {
  my ($store, $most_bytes, $most_inodes, $again) = @_;
  shut_into($store);
  $from = 'm' if $copying;
  ($grown, $made, $since) = (0, 0, when_of('kept', 88)); # st_mtim
  open my $now, '>', 'keeping' or die "store: $!\n";
  next_step('keeping') if $again;
  weigh('', 1, 0);
  return 'disk' if $grown > $most_bytes;
  return 'inodes' if $made > $most_inodes;
  keep_all('', 0);
  rename 'keeping', 'kept';
  return 'kept';
}

# Outlives the spawner, however that ends, and its namespace with it: what commands had written by then is kept, as far as
# it may be. Told of each store: its folder and by how much its workspace may grow, or the folder alone when it goes.
sub heir {
  pipe my $hear, my $say or die "pipe: $!\n";
  my $child = fork // die "fork: $!\n";
  if ($child) {
    select((select($say), $| = 1)[0]);
    return $say;
  }
  $0 = 'chavion: keeps what commands had written';
  close $say;
  open STDIN, '<', '/dev/null';
  open STDOUT, '>', '/dev/null';
  my ($text, %stores) = ('');
  while (sysread $hear, $text, 65536, length $text) {
    while ($text =~ s/^([^\n]*)\n//) {
      my ($store, @growth) = split /\t/, $1;
      if (@growth) { $stores{$store} = \@growth }
      else { delete $stores{$store} }
    }
  }
  select undef, undef, undef, 0.2; # commands end with the spawner, not before it
  for my $store (keys %stores) {
    my $keeper = fork // next;
    if ($keeper == 0) {
      eval { keep($store, @{ $stores{$store} }) };
      POSIX::_exit(0);
    }
    waitpid $keeper, 0;
  }
  POSIX::_exit(0);
}

1;
