#include "cohort/shard_set.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>

#include "flowrun/host/own_file.h"
#include "flowrun/sdk/atomic_file.h"
#include "flowrun/sdk/error.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestText = 32;
constexpr int kMostLookedFor = 1000;

fs::path set_file(const fs::path& out, const std::string& word) {
  return out / "flowrun" / (word.empty() ? "shards" : "shards." + word);
}

/// " (ended: 1/3, 2/3)": which shards of a set have ended. A shard's record is there from its end on.
std::string ended_text(const fs::path& out, int count, const std::string& word) {
  if (count > kMostLookedFor) return "";
  std::string text;
  int ended = 0;
  for (int index = 1; index <= count; ++index) {
    std::error_code unused;
    if (!fs::exists(out / run_record_name({index, count}, word), unused)) continue;
    if (++ended <= 3) text += fmt::format("{}{}/{}", ended > 1 ? ", " : "", index, count);
  }
  if (ended == 0) return " (none of them has ended)";
  if (ended == count) return " (all of them have ended)";
  return ended > 3 ? fmt::format(" ({} of them have ended)", ended) : fmt::format(" (ended: {})", text);
}

/// 0 where the text is not "4\n".
int count_in(const std::string& text) {
  int count = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), count);
  const bool whole = failed == std::errc() && std::string_view(end, text.data() + text.size()) == "\n";
  return whole && count >= 2 && count <= kMostShards ? count : 0;
}

std::string fault_of(const fs::path& out, const Shard& shard, const std::string& word, const std::string& text) {
  if (shard.is_whole() || text.empty()) return "";
  const int count = count_in(text);
  const std::string advice = fmt::format("to split the cases again, delete '{}' when no shard runs (--resume keeps what is done)",
                                         set_file(out, word).string());
  if (count == 0)
    return fmt::format("'{}' does not say into how many shards the cases are split; {}", set_file(out, word).string(), advice);
  if (count == shard.count) return "";
  return fmt::format(
      "--shard {}/{}: the cases of '{}' are split into {} shards already{}, and parts of another number would leave cases out "
      "and run others twice; write --shard I/{} (with --resume for what is missing), or choose another --out; {}",
      shard.index, shard.count, out.string(), count, ended_text(out, count, word), count, advice);
}

std::string read_set(const fs::path& out, const std::string& word) {
  return OwnFile(set_file(out, word), O_RDONLY).text(kLongestText);
}

}  // namespace

int shards_of(const fs::path& out, const std::string& word) { return count_in(read_set(out, word)); }

std::string shard_set_fault(const fs::path& out, const Shard& shard, const std::string& word) {
  return fault_of(out, shard, word, read_set(out, word));
}

void join_shard_set(const fs::path& out, const Shard& shard, const std::string& word) {
  if (shard.is_whole()) return;
  const fs::path path = set_file(out, word);
  const OwnFile file(path, O_RDWR | O_CREAT);
  if (file.number() < 0) throw Error(write_failure(path, errno));
  if (::flock(file.number(), LOCK_EX) != 0)
    throw Error(fmt::format("'{}' cannot be locked: {}", path.string(), std::generic_category().message(errno)));
  const std::string text = file.text(kLongestText);
  if (const std::string fault = fault_of(out, shard, word, text); !fault.empty()) throw Error(fault);
  const std::string mine = fmt::format("{}\n", shard.count);
  if (text.empty() && ::pwrite(file.number(), mine.data(), mine.size(), 0) != static_cast<ssize_t>(mine.size()))
    throw Error(write_failure(path, errno));
}

}  // namespace flowrun
