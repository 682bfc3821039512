/**
 * Names of the POSIX layer's calls: the system calls of 32-bit x86 as musl numbers and names them.
 *
 * Source: the system-call interface of Linux for i386, in the spelling of musl 1.2.3 (`SYS_…`). A dash is a number without a
 * call.
 */

const namesInOrder = [
  'restart_syscall exit fork read write open close waitpid creat link', // 0
  'unlink execve chdir time mknod chmod lchown break oldstat lseek', // 10
  'getpid mount umount setuid getuid stime ptrace alarm oldfstat pause', // 20
  'utime stty gtty access nice ftime sync kill rename mkdir', // 30
  'rmdir dup pipe times prof brk setgid getgid signal geteuid', // 40
  'getegid acct umount2 lock ioctl fcntl mpx setpgid ulimit oldolduname', // 50
  'umask chroot ustat dup2 getppid getpgrp setsid sigaction sgetmask ssetmask', // 60
  'setreuid setregid sigsuspend sigpending sethostname setrlimit getrlimit getrusage gettimeofday_time32 settimeofday_time32', // 70
  'getgroups setgroups select symlink oldlstat readlink uselib swapon reboot readdir', // 80
  'mmap munmap truncate ftruncate fchmod fchown getpriority setpriority profil statfs', // 90
  'fstatfs ioperm socketcall syslog setitimer getitimer stat lstat fstat olduname', // 100
  'iopl vhangup idle vm86old wait4 swapoff sysinfo ipc fsync sigreturn', // 110
  'clone setdomainname uname modify_ldt adjtimex mprotect sigprocmask create_module init_module delete_module', // 120
  'get_kernel_syms quotactl getpgid fchdir bdflush sysfs personality afs_syscall setfsuid setfsgid', // 130
  '_llseek getdents _newselect flock msync readv writev getsid fdatasync _sysctl', // 140
  'mlock munlock mlockall munlockall sched_setparam sched_getparam sched_setscheduler sched_getscheduler sched_yield sched_get_priority_max', // 150
  'sched_get_priority_min sched_rr_get_interval nanosleep mremap setresuid getresuid vm86 query_module poll nfsservctl', // 160
  'setresgid getresgid prctl rt_sigreturn rt_sigaction rt_sigprocmask rt_sigpending rt_sigtimedwait rt_sigqueueinfo rt_sigsuspend', // 170
  'pread64 pwrite64 chown getcwd capget capset sigaltstack sendfile getpmsg putpmsg', // 180
  'vfork ugetrlimit mmap2 truncate64 ftruncate64 stat64 lstat64 fstat64 lchown32 getuid32', // 190
  'getgid32 geteuid32 getegid32 setreuid32 setregid32 getgroups32 setgroups32 fchown32 setresuid32 getresuid32', // 200
  'setresgid32 getresgid32 chown32 setuid32 setgid32 setfsuid32 setfsgid32 pivot_root mincore madvise', // 210
  'getdents64 fcntl64 - - gettid readahead setxattr lsetxattr fsetxattr getxattr', // 220
  'lgetxattr fgetxattr listxattr llistxattr flistxattr removexattr lremovexattr fremovexattr tkill sendfile64', // 230
  'futex sched_setaffinity sched_getaffinity set_thread_area get_thread_area io_setup io_destroy io_getevents io_submit io_cancel', // 240
  'fadvise64 - exit_group lookup_dcookie epoll_create epoll_ctl epoll_wait remap_file_pages set_tid_address timer_create', // 250
  'timer_settime32 timer_gettime32 timer_getoverrun timer_delete clock_settime32 clock_gettime32 clock_getres_time32 clock_nanosleep_time32 statfs64 fstatfs64', // 260
  'tgkill utimes fadvise64_64 vserver mbind get_mempolicy set_mempolicy mq_open mq_unlink mq_timedsend', // 270
  'mq_timedreceive mq_notify mq_getsetattr kexec_load waitid sys_setaltroot add_key request_key keyctl ioprio_set', // 280
  'ioprio_get inotify_init inotify_add_watch inotify_rm_watch migrate_pages openat mkdirat mknodat fchownat futimesat', // 290
  'fstatat64 unlinkat renameat linkat symlinkat readlinkat fchmodat faccessat pselect6 ppoll', // 300
  'unshare set_robust_list get_robust_list splice sync_file_range tee vmsplice move_pages getcpu epoll_pwait', // 310
  'utimensat signalfd timerfd_create eventfd fallocate timerfd_settime32 timerfd_gettime32 signalfd4 eventfd2 epoll_create1', // 320
  'dup3 pipe2 inotify_init1 preadv pwritev rt_tgsigqueueinfo perf_event_open recvmmsg fanotify_init fanotify_mark', // 330
  'prlimit64 name_to_handle_at open_by_handle_at clock_adjtime syncfs sendmmsg setns process_vm_readv process_vm_writev kcmp', // 340
  'finit_module sched_setattr sched_getattr renameat2 seccomp getrandom memfd_create bpf execveat socket', // 350
  'socketpair bind connect listen accept4 getsockopt setsockopt getsockname getpeername sendto', // 360
  'sendmsg recvfrom recvmsg shutdown userfaultfd membarrier mlock2 copy_file_range preadv2 pwritev2', // 370
  'pkey_mprotect pkey_alloc pkey_free statx arch_prctl io_pgetevents rseq - - -', // 380
  '- - - semget semctl shmget shmctl shmat shmdt msgget', // 390
  'msgsnd msgrcv msgctl clock_gettime64 clock_settime64 clock_adjtime64 clock_getres_time64 clock_nanosleep_time64 timer_gettime64 timer_settime64', // 400
  'timerfd_gettime64 timerfd_settime64 utimensat_time64 pselect6_time64 ppoll_time64 - io_pgetevents_time64 recvmmsg_time64 mq_timedsend_time64 mq_timedreceive_time64', // 410
  'semtimedop_time64 rt_sigtimedwait_time64 futex_time64 sched_rr_get_interval_time64 pidfd_send_signal io_uring_setup io_uring_enter io_uring_register open_tree move_mount', // 420
  'fsopen fsconfig fsmount fspick pidfd_open clone3 close_range openat2 pidfd_getfd faccessat2', // 430
  'process_madvise epoll_pwait2 mount_setattr - landlock_create_ruleset landlock_add_rule landlock_restrict_self', // 440
].flatMap((line) => line.split(' '));

const numbers: ReadonlyMap<string, number> = new Map(
  namesInOrder.map((name, number): [string, number] => [name, number]).filter(([name]) => name !== '-'),
);

/** Name of a call, or `call<number>` for a number that has none. */
export function posixCallName(number: number): string {
  const name = namesInOrder[number];
  return name === undefined || name === '-' ? `call${number}` : name;
}

/** Number of a call; undefined for a name that no call has. */
export function posixCallNumber(name: string): number | undefined {
  return numbers.get(name);
}
