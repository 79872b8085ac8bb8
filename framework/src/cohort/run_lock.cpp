#include "flowrun/host/run_lock.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <sstream>
#include <thread>

#include "flowrun/host/text.h"
#include "flowrun/sdk/atomic_file.h"
#include "flowrun/sdk/error.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestNote = 4096;
constexpr std::chrono::milliseconds kBetweenTries{100};

/// "key=value" lines: what a holder says of itself.
std::string note_of(const std::string& command) {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  const std::string text = fmt::format("host={}\nprocess={}\nstarted={:%Y-%m-%dT%H:%M:%SZ}\nowner={}\ncommand={}\n", host.data(),
                                       ::getpid(), fmt::gmtime(std::time(nullptr)), temporary_owner(), command);
  return text.substr(0, kLongestNote);
}

std::string value_in(const std::string& note, const std::string& key) {
  std::istringstream lines(note);
  for (std::string line; std::getline(lines, line);)
    if (line.rfind(key + "=", 0) == 0) return line.substr(key.size() + 1);
  return "";
}

/// Throws Error for what is no lock of flowrun: its text would be lost.
OwnFile open_lock(const fs::path& file) {
  OwnFile lock(file, O_RDWR | O_CREAT);
  if (lock.number() < 0) throw Error(write_failure(file, errno));
  if (const std::string note = lock.text(kLongestNote); !note.empty() && note.rfind("host=", 0) != 0)
    throw Error(fmt::format(
        "'{}' was not written by flowrun, which keeps that name for its lock; remove the file, or choose another --out",
        file.string()));
  return lock;
}

void write_note(int file, const std::string& note) {
  // A note that cannot be written (a full disk) does not weaken the lock.
  if (::ftruncate(file, 0) == 0 && ::pwrite(file, note.data(), note.size(), 0) < 0) return;
}

/// The note of the first shard that has its lock.
std::string note_of_some_shard(const fs::path& folder) {
  std::error_code failed;
  for (auto entry = fs::directory_iterator(folder, failed); !failed && entry != fs::directory_iterator();
       entry.increment(failed)) {
    if (entry->path().filename().string().rfind("lock.", 0) != 0) continue;
    std::error_code unknown;
    if (!entry->is_regular_file(unknown) || entry->is_symlink(unknown)) continue;
    const OwnFile file(entry->path(), O_RDONLY);
    if (file.number() < 0) continue;
    const bool held = ::flock(file.number(), LOCK_EX | LOCK_NB) != 0;
    const std::string note = held ? file.text(kLongestNote) : "";
    if (held) return note;
  }
  return "";
}

std::string in_use(const fs::path& out, const std::string& note) {
  const std::string host = value_in(note, "host");
  std::string text = fmt::format("the output folder '{}' is in use by another flowrun", out.string());
  if (!host.empty())
    text += fmt::format(" (process {} on {}, since {}: {})", value_in(note, "process"), host, value_in(note, "started"),
                        value_in(note, "command"));
  return text;
}

/// False: another process has it.
bool try_lock(const OwnFile& lock, int how, const fs::path& file) {
  if (::flock(lock.number(), how | LOCK_NB) == 0) return true;
  const int failure = errno;
  if (failure == EWOULDBLOCK) return false;
  throw Error(fmt::format("'{}' cannot be locked: {}; the file system must know locks (flock), or choose another --out",
                          file.string(), std::generic_category().message(failure)));
}

struct Wanted {
  const fs::path& out;
  fs::path shards;  ///< the folder of the locks of shards, where one of them may be the holder; else empty
  const RunLock::Busy& busy;
};

void take(const OwnFile& lock, int how, const fs::path& file, const Wanted& wanted) {
  for (bool said = false; !try_lock(lock, how, file); std::this_thread::sleep_for(kBetweenTries)) {
    if (said) continue;
    std::string note = lock.text(kLongestNote);
    if (const std::string of_shard = wanted.shards.empty() ? "" : note_of_some_shard(wanted.shards); !of_shard.empty())
      note = of_shard;
    const std::string sentence = in_use(wanted.out, note);
    if (!wanted.busy) throw Error(sentence + "; wait until it has ended, or choose another --out");
    wanted.busy(sentence + "; this run begins when it has ended");
    said = true;
  }
}

}  // namespace

RunLock::RunLock(const fs::path& out, const std::string& command, const std::string& shard, const Busy& busy) {
  const fs::path folder = out / "flowrun";
  std::error_code failed;
  refuse_links({folder});
  fs::create_directories(folder, failed);
  if (failed) throw Error(fmt::format("cannot make the folder '{}': {}", folder.string(), failed.message()));
  whole_ = open_lock(folder / "lock");
  take(whole_, shard.empty() ? LOCK_EX : LOCK_SH, folder / "lock", {out, shard.empty() ? folder : fs::path(), busy});
  if (!shard.empty()) {
    part_ = open_lock(folder / ("lock." + shard));
    take(part_, LOCK_EX, folder / ("lock." + shard), {out, {}, busy});
  }
  earlier_owner_ = value_in(own().text(kLongestNote), "owner");
  write_note(own().number(), note_of(command));
}

/// The note is emptied: who ended well left nothing half done.
RunLock::~RunLock() {
  if (::ftruncate(own().number(), 0) != 0) errno = 0;
}

}  // namespace flowrun
