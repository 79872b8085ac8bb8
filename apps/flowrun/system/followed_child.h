#pragma once

#include <signal.h>
#include <sys/types.h>

#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace flowrun {

/// What happens to a flowrun that another one has started when that one is killed.
enum class OnKill { goes_on, is_killed };

/// A process that starts flowrun with other words, one run after the other, and the requests to end it (ending_signals): while a
/// run is at work each is passed on to it, and it ends as a run does (system/interrupts.h). Where none is, the first ends this
/// process at once. The runs have process groups of their own, so that a request to this one's group reaches them once; Ctrl-Z
/// stops and continues them too.
///
/// Make this object before anything starts threads, as with Interrupts, and start from the thread that made it.
class FollowedChild {
 public:
  FollowedChild();
  ~FollowedChild();
  FollowedChild(const FollowedChild&) = delete;
  FollowedChild& operator=(const FollowedChild&) = delete;

  /// Starts flowrun, which loads libraries as they are now. Throws Error.
  pid_t start(const std::vector<std::string>& words, OnKill on_kill) const;
  /// The exit status of a run, beside which something else is done; 128 + n: a signal ended it.
  int run(const std::vector<std::string>& words, const std::function<void()>& beside);
  /// Whether a run was asked to end.
  bool was_asked() const;

 private:
  void wait();
  void handle(int signal);
  void stop();

  sigset_t signals_;
  sigset_t signals_before_;
  int arrivals_ = -1;         ///< signalfd
  int ended_ = -1;            ///< eventfd: this object goes
  mutable std::mutex mutex_;  ///< guards what follows
  pid_t child_ = 0;           ///< the run; 0: none
  bool asked_ = false;
  std::thread thread_;
};

}  // namespace flowrun
