/**
 * A part that root starts loads its modules, which may lie where its own account cannot read, and then becomes
 * that account for good. Groups first: without root they can no longer be changed.
 */
export function dropPrivileges(to: string | undefined): void {
  if (to === undefined) return;
  const [uid, gid] = to.split(':').map(Number);
  if (
    uid === undefined ||
    gid === undefined ||
    process.setgroups === undefined ||
    process.setgid === undefined ||
    process.setuid === undefined
  ) {
    throw new Error('this system cannot change accounts');
  }
  process.setgroups([gid]);
  process.setgid(gid);
  process.setuid(uid);
}
