#include <fmt/format.h>
#include <malloc.h>

#include <cstdio>
#include <exception>
#include <new>
#include <string>
#include <system_error>

#include "command_line.h"
#include "flowrun/host/text.h"
#include "flowrun/sdk/error.h"
#include "system/exit_status.h"
#include "terminal/standard_streams.h"

namespace {

/// Volumes and patch chunks are hundreds of MiB over a run. Left alone, glibc raises its mmap threshold with every large block
/// that is freed, keeps them all in its arenas, and the process grows although the engine frees what it no longer needs. A fixed
/// threshold gives every block of 1 MiB or more back to the system at once.
void return_large_blocks_to_the_system() {
  constexpr int kMebibyte = 1 << 20;
  mallopt(M_MMAP_THRESHOLD, kMebibyte);
  mallopt(M_TRIM_THRESHOLD, kMebibyte);
}

int end_without_memory(const char* what) {
  fmt::print(stderr, "flowrun: the system gives no {}; look at ulimit -v and -u and at the limits of the batch job or container, or give fewer --threads\n", what);
  return flowrun::kInternalError;
}

int end_by_own_fault(const std::string& what) {
  fmt::print(stderr, "flowrun: internal error{}. This is a fault of flowrun: please report it with the command and the graph.\n",
             flowrun::printable(what));
  return flowrun::kInternalError;
}

}  // namespace

int main(int argc, char** argv) {
  flowrun::prepare_standard_streams();
  return_large_blocks_to_the_system();
  try {
    return flowrun::run_command_line(argc, argv);
  } catch (const flowrun::Error& error) {
    fmt::print(stderr, "flowrun: {}\n", flowrun::printable(error.what()));
    return flowrun::kWrongInput;
  } catch (const std::bad_alloc&) {
    return end_without_memory("more memory");
  } catch (const std::system_error& error) {
    const bool no_thread = error.code() == std::errc::resource_unavailable_try_again;
    return no_thread ? end_without_memory("further thread") : end_by_own_fault(std::string(": ") + error.what());
  } catch (const std::exception& error) {
    return end_by_own_fault(std::string(": ") + error.what());
  } catch (...) {
    return end_by_own_fault(" of unknown kind");
  }
}
