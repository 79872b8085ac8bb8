// What a process may not do any more once it has given up its rights: by Landlock, which knows files, and by seccomp, which knows
// system calls. Neither needs a library or a privilege, and neither can be taken back.
#include <fcntl.h>
#include <linux/landlock.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "flowrun/host/child_process.h"
#include "process/call_filter.h"

namespace flowrun {
namespace {

// Of newer kernels than the headers of Debian 12.
constexpr std::uint64_t kTruncate = 1ULL << 14, kDeviceIoctl = 1ULL << 15;
constexpr std::uint64_t kBindTcp = 1ULL << 0, kConnectTcp = 1ULL << 1;
constexpr std::uint64_t kAbstractSockets = 1ULL << 0, kSignals = 1ULL << 1;

/// As the kernel of ABI 6 has it; an older one takes the beginning.
struct Ruleset {
  std::uint64_t files = 0, network = 0, scopes = 0;
};

/// Everything that makes, changes, removes or executes a file. Reading is left: a library reads other libraries.
constexpr std::uint64_t kWriting = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                                   LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR |
                                   LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
                                   LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM;

Ruleset ruleset_for(long abi, Programs programs) {
  Ruleset rules{kWriting};
  if (programs == Programs::in_its_place) rules.files &= ~std::uint64_t{LANDLOCK_ACCESS_FS_EXECUTE};
  if (abi >= 2) rules.files |= LANDLOCK_ACCESS_FS_REFER;
  if (abi >= 3) rules.files |= kTruncate;
  if (abi >= 4) rules.network = kBindTcp | kConnectTcp;
  if (abi >= 5) rules.files |= kDeviceIoctl;
  if (abi >= 6) rules.scopes = kAbstractSockets | kSignals;
  return rules;
}

std::size_t size_for(long abi) {
  return abi >= 6 ? sizeof(Ruleset) : abi >= 4 ? 2 * sizeof(std::uint64_t) : sizeof(std::uint64_t);
}

/// Libraries open it without harm.
void allow_null_device(int rules) {
  const int device = ::open("/dev/null", O_PATH | O_CLOEXEC);
  const landlock_path_beneath_attr allowed{LANDLOCK_ACCESS_FS_WRITE_FILE, device};
  if (device >= 0) ::syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &allowed, 0);
  if (device >= 0) ::close(device);
}

bool forbid_files(Programs programs) {
  const long abi = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (abi < 1) return false;
  const Ruleset wanted = ruleset_for(abi, programs);
  const int rules = static_cast<int>(::syscall(SYS_landlock_create_ruleset, &wanted, size_for(abi), 0));
  if (rules < 0) return false;
  allow_null_device(rules);
  const bool done = ::syscall(SYS_landlock_restrict_self, rules, 0) == 0;
  ::close(rules);
  return done;
}

/// No file grows, whichever way it was opened.
void forbid_growth() {
  ::signal(SIGXFSZ, SIG_IGN);
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_FSIZE, &none);
}

}  // namespace

Confined ChildSide::confine(Programs programs) {
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  forbid_growth();
  const bool files = forbid_files(programs);
  const bool calls = process::filter_calls(files ? process::OpenToWrite::allowed : process::OpenToWrite::refused, programs);
  return files && calls ? Confined::wholly : calls ? Confined::by_calls : files ? Confined::by_files : Confined::not_at_all;
}

}  // namespace flowrun
