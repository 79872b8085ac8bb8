#include "process/call_filter.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace flowrun::process {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kMachine = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kMachine = AUDIT_ARCH_AARCH64;
#else
constexpr std::uint32_t kMachine = 0;  // not known: no filter
#endif

/// Calls that are refused whatever they are given.
constexpr long kRefused[] = {
    // the network, and calls that could do anything unseen
    SYS_socket,
    SYS_socketpair,
    SYS_connect,
    SYS_bind,
    SYS_listen,
    SYS_accept,
    SYS_accept4,
    SYS_io_uring_setup,
    SYS_bpf,
    SYS_perf_event_open,
    SYS_userfaultfd,
    SYS_keyctl,
    SYS_add_key,
    SYS_request_key,
    // other processes
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_pidfd_open,
    SYS_pidfd_send_signal,
    SYS_pidfd_getfd,
    SYS_rt_sigqueueinfo,
    SYS_rt_tgsigqueueinfo,
    SYS_tkill,
    SYS_unshare,
    SYS_setns,
    SYS_chroot,
    SYS_mount,
    SYS_umount2,
    SYS_pivot_root,
    SYS_setpgid,
    SYS_setsid,
    SYS_setpriority,
    SYS_ioprio_set,
    SYS_sched_setattr,
    // names, rights and owners of files
    SYS_renameat,
    SYS_renameat2,
    SYS_unlinkat,
    SYS_mkdirat,
    SYS_mknodat,
    SYS_linkat,
    SYS_symlinkat,
    SYS_truncate,
    SYS_fchmod,
    SYS_fchmodat,
    SYS_fchown,
    SYS_fchownat,
    SYS_utimensat,
    SYS_setxattr,
    SYS_lsetxattr,
    SYS_fsetxattr,
    SYS_removexattr,
    SYS_lremovexattr,
    SYS_fremovexattr,
    SYS_swapon,
    SYS_quotactl,
    SYS_acct,
    SYS_reboot,
    SYS_sethostname,
    SYS_setdomainname,
    SYS_init_module,
    SYS_finit_module,
    SYS_delete_module,
    SYS_kexec_load,
    SYS_settimeofday,
    SYS_clock_settime,
    SYS_shmget,
    SYS_shmat,
    SYS_msgget,
    SYS_semget,
    SYS_mq_open,
    SYS_mq_unlink,
#if defined(__x86_64__)
    SYS_fork,
    SYS_vfork,
    SYS_rename,
    SYS_unlink,
    SYS_mkdir,
    SYS_rmdir,
    SYS_mknod,
    SYS_link,
    SYS_symlink,
    SYS_chmod,
    SYS_chown,
    SYS_lchown,
    SYS_utime,
    SYS_utimes,
    SYS_futimesat,
#endif
};

/// Likewise, unless another program may take the place of this one.
constexpr long kPrograms[] = {SYS_execve, SYS_execveat};

/// glibc has another way where these are not there; what they ask for cannot be seen by a filter.
constexpr long kNotThere[] = {SYS_clone3, SYS_openat2};

/// A filter as the kernel takes it, made line by line.
class Program {
 public:
  void load(std::size_t offset) { add(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset)); }
  void load_call() { load(offsetof(seccomp_data, nr)); }
  /// The lower half of an argument, on a little-endian machine.
  void load_argument(std::size_t which) { load(offsetof(seccomp_data, args) + 8 * which); }
  void end(std::uint32_t verdict) { add(BPF_RET | BPF_K, verdict); }
  /// The next lines, so many, are for this call only.
  void skip_unless_equal(long value, std::uint8_t lines) { jump(BPF_JEQ, static_cast<std::uint32_t>(value), 0, lines); }
  void skip_if_equal(long value, std::uint8_t lines) { jump(BPF_JEQ, static_cast<std::uint32_t>(value), lines, 0); }
  void skip_if_any_bit(std::uint32_t bits, std::uint8_t lines) { jump(BPF_JSET, bits, lines, 0); }
  void skip_unless_any_bit(std::uint32_t bits, std::uint8_t lines) { jump(BPF_JSET, bits, 0, lines); }
  void refuse(long call, std::uint32_t verdict) {
    skip_unless_equal(call, 1);
    end(verdict);
  }
  bool install() {
    const sock_fprog program{static_cast<unsigned short>(lines_.size()), lines_.data()};
    return ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
  }

 private:
  void add(unsigned code, std::uint32_t value) { lines_.push_back(BPF_STMT(static_cast<std::uint16_t>(code), value)); }
  void jump(unsigned test, std::uint32_t value, std::uint8_t if_true, std::uint8_t if_false) {
    lines_.push_back(BPF_JUMP(static_cast<std::uint16_t>(BPF_JMP | test | BPF_K), value, if_true, if_false));
  }
  std::vector<sock_filter> lines_;
};

constexpr std::uint32_t kNo = SECCOMP_RET_ERRNO | EPERM, kUnknown = SECCOMP_RET_ERRNO | ENOSYS, kYes = SECCOMP_RET_ALLOW;

/// Only a call of this machine's own kind can be checked by its number.
void judge_machine(Program& filter) {
  filter.load(offsetof(seccomp_data, arch));
  filter.skip_if_equal(kMachine, 1);
  filter.end(kNo);
  filter.load_call();
#if defined(__x86_64__)
  constexpr std::uint32_t kOtherNumbers = 0x40000000;  // of the x32 interface
  filter.skip_unless_any_bit(kOtherNumbers, 1);
  filter.end(kUnknown);
#endif
}

/// Threads may be started, processes not.
void judge_clone(Program& filter) {
  filter.skip_unless_equal(SYS_clone, 4);
  filter.load_argument(0);
  filter.skip_if_any_bit(CLONE_THREAD, 1);
  filter.end(kNo);
  filter.end(kYes);
}

/// Calls whose first argument is a process: only for this one, or 0, which is this one or its group. abort and raise send a
/// signal, and glibc asks for limits by prlimit64.
void judge_process(Program& filter, long call) {
  filter.skip_unless_equal(call, 5);
  filter.load_argument(0);
  filter.skip_if_equal(::getpid(), 2);
  filter.skip_if_equal(0, 1);
  filter.end(kNo);
  filter.end(kYes);
}

void judge_open(Program& filter, long call, std::size_t flags) {
  constexpr std::uint32_t kToWrite = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND | (O_TMPFILE & ~O_DIRECTORY);
  filter.skip_unless_equal(call, 4);
  filter.load_argument(flags);
  filter.skip_unless_any_bit(kToWrite, 1);
  filter.end(kNo);
  filter.end(kYes);
}

}  // namespace

bool filter_calls(OpenToWrite open_to_write, Programs programs) {
  if (kMachine == 0) return false;
  Program filter;
  judge_machine(filter);
  for (const long call : kRefused) filter.refuse(call, kNo);
  if (programs == Programs::refused)
    for (const long call : kPrograms) filter.refuse(call, kNo);
  for (const long call : kNotThere) filter.refuse(call, kUnknown);
  judge_clone(filter);
  for (const long call : {SYS_kill, SYS_tgkill, SYS_prlimit64, SYS_sched_setaffinity}) judge_process(filter, call);
  if (open_to_write == OpenToWrite::refused) {
    judge_open(filter, SYS_openat, 2);
#if defined(__x86_64__)
    judge_open(filter, SYS_open, 1);
    filter.refuse(SYS_creat, kNo);
#endif
  }
  filter.end(kYes);
  return filter.install();
}

}  // namespace flowrun::process
