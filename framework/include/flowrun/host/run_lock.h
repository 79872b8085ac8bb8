// One run at a time in an output folder.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "flowrun/host/own_file.h"

namespace flowrun {

/// Keeps other runs out of an output folder: a lock of the system (flock) on `out/flowrun/lock`, which says who has it. It ends
/// with the process, however that ends, so no lock is ever left behind.
///
/// A shard shares that lock with other shards, and has one of its own, lock.SHARD, alone.
class RunLock {
 public:
  /// Called once with the sentence that names the holder; then its end is waited for.
  using Busy = std::function<void(const std::string& sentence)>;

  /// Throws Error naming the holder when another run has the folder, unless `busy` is given. `shard`: "" or "shard-1-of-4".
  RunLock(const std::filesystem::path& out, const std::string& command, const std::string& shard = "", const Busy& busy = {});
  ~RunLock();
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;

  /// The process (as temporary_owner() names it) that held the lock before, and so has ended; empty where none did.
  const std::string& earlier_owner() const { return earlier_owner_; }

 private:
  const OwnFile& own() const { return part_.number() >= 0 ? part_ : whole_; }

  OwnFile whole_;
  OwnFile part_;
  std::string earlier_owner_;
};

}  // namespace flowrun
