#include "schedule/signal_stacks.h"

#include <signal.h>
#include <sys/mman.h>

namespace flowrun {
namespace {

constexpr std::size_t kBytes = std::size_t{64} << 10;  // a frame with all AVX-512 and AMX registers takes 12 KiB

/// The stack of one thread, given back when the thread ends.
class SignalStack {
 public:
  SignalStack() {
    stack_t now{};
    if (::sigaltstack(nullptr, &now) != 0 || !(now.ss_flags & SS_DISABLE)) return;  // a sanitizer's, say
    void* const memory = ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (memory == MAP_FAILED) return;
    const stack_t own{memory, 0, kBytes};
    if (::sigaltstack(&own, nullptr) == 0) memory_ = memory;
    else ::munmap(memory, kBytes);
  }
  ~SignalStack() {
    if (!memory_) return;
    const stack_t none{nullptr, SS_DISABLE, 0};
    if (::sigaltstack(&none, nullptr) == 0) ::munmap(memory_, kBytes);
  }
  SignalStack(const SignalStack&) = delete;
  SignalStack& operator=(const SignalStack&) = delete;

 private:
  void* memory_ = nullptr;
};

}  // namespace

void prepare_signal_stack() noexcept {
  thread_local const SignalStack stack;
  static_cast<void>(stack);
}

}  // namespace flowrun
