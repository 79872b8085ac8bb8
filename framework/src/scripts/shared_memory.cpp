#include "scripts/shared_memory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "flowrun/sdk/error.h"

namespace flowrun::scripts {

SharedMemory::SharedMemory() : descriptor_(::memfd_create("flowrun-packets", MFD_CLOEXEC | MFD_ALLOW_SEALING)) {
  if (descriptor_ < 0 || ::fcntl(descriptor_, F_ADD_SEALS, F_SEAL_SHRINK) < 0)
    throw Error(std::string("no shared memory for a process of Python: ") + std::strerror(errno));
}

SharedMemory::~SharedMemory() {
  if (begin_) ::munmap(begin_, size_);
  ::close(descriptor_);
}

void SharedMemory::map(std::size_t bytes) {
  if (begin_) ::munmap(begin_, size_);
  begin_ = nullptr;
  size_ = 0;
  void* const mapped = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor_, 0);
  if (mapped == MAP_FAILED) throw Error(std::string("no memory for packets of Python: ") + std::strerror(errno));
  begin_ = static_cast<std::byte*>(mapped);
  size_ = bytes;
}

std::span<std::byte> SharedMemory::room_for(std::size_t bytes) {
  if (bytes > size_) {
    // Takes the pages now: later a lack of memory would be a signal.
    if (const int failed = ::posix_fallocate(descriptor_, 0, static_cast<off_t>(bytes)); failed != 0)
      throw Error("no room in shared memory for packets of Python (" + std::to_string(bytes >> 20) +
                  " MiB): " + std::strerror(failed));
    map(bytes);
  }
  return {begin_, size_};
}

std::span<const std::byte> SharedMemory::all() {
  struct stat info {};
  if (::fstat(descriptor_, &info) != 0) throw Error("shared memory of a process of Python is gone");
  const auto bytes = static_cast<std::size_t>(info.st_size);
  if (bytes > size_) map(bytes);
  return {begin_, size_};
}

}  // namespace flowrun::scripts
