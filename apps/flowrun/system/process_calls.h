#pragma once

namespace flowrun {

/// While a run continues, its process is not a node's: a call of `_exit` or `_Exit` in code of a plugin is reported before the
/// process ends, and a change of the working folder (chdir, fchdir) is refused with EPERM, since relative paths of other nodes
/// would lead elsewhere. The program has functions of these names, which the dynamic linker finds before the C library's. A child
/// process may call them; a system call that is made directly is not seen.
struct ProcessWatch {
  void (*on_exit)() noexcept = nullptr;         ///< may end the process itself
  void (*on_folder_change)() noexcept = nullptr;
};
/// Of the calling process; functions that are null watch nothing. One at a time, and not while another thread calls.
void watch_process_calls(const ProcessWatch& watch) noexcept;

/// The end of the process without destructors and reports. May be called by a handler of a signal.
[[noreturn]] void leave_process(int status) noexcept;

}  // namespace flowrun
