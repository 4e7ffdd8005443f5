import { APPARMOR_PROFILE } from './containers.ts';

/**
 * What the executor's container may do on a host with AppArmor. The engine's own profile forbids mounting, which is
 * how bubblewrap builds its box. `userns`: AppArmor 4 (Ubuntu 24.04) asks for a rule for user namespaces; earlier
 * parsers do not know that rule.
 */
export function apparmorProfile(userns: boolean): string {
  return [
    ...(userns ? ['abi <abi/4.0>,'] : []),
    '#include <tunables/global>',
    '',
    `profile ${APPARMOR_PROFILE} flags=(attach_disconnected,mediate_deleted) {`,
    '  #include <abstractions/base>',
    '',
    '  file,',
    '  network unix,',
    '  network inet,',
    '  network inet6,',
    '  network netlink raw,',
    '  # Held in the user namespace of a box; the container itself has none.',
    '  capability,',
    '  mount,',
    '  umount,',
    '  pivot_root,',
    ...(userns ? ['  userns,'] : []),
    `  signal (send,receive) peer=${APPARMOR_PROFILE},`,
    '  signal (receive) peer=unconfined,',
    '  signal (receive) peer=runc,',
    '  signal (receive) peer=crun,',
    '  # bubblewrap and ps read what their children are.',
    `  ptrace (read,readby) peer=${APPARMOR_PROFILE},`,
    '',
    '  # What the engine hides by masks that bubblewrap cannot work under.',
    // Not sys/user: there a box shuts itself against further namespaces.
    '  deny @{PROC}/sys/{abi,debug,dev,fs,kernel,net,sunrpc,vm}/** w,',
    '  deny @{PROC}/sysrq-trigger rwklx,',
    '  deny @{PROC}/kcore rwklx,',
    '  deny @{PROC}/kmem rwklx,',
    '  deny @{PROC}/mem rwklx,',
    '  deny @{PROC}/{keys,timer_list,latency_stats,sched_debug,scsi/**,acpi/**} rwklx,',
    '  deny /sys/firmware/** rwklx,',
    '  deny /sys/kernel/security/** rwklx,',
    '  deny /sys/** w,',
    '}',
    '',
  ].join('\n');
}
