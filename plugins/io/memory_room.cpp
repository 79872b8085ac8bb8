#include "memory_room.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "image_header.h"

namespace flowrun::io {
namespace {

namespace fs = std::filesystem;

/// Adds a limit, which counts when it is smaller than those before it.
void consider(std::optional<MemoryRoom>& room, std::uint64_t bytes, const std::string& limit) {
  if (!room || bytes < room->bytes) room = MemoryRoom{bytes, limit};
}

std::uint64_t rest(std::uint64_t limit, std::uint64_t used) { return limit - std::min(limit, used); }

/// The only number of a file; none for "max" and for files that are missing.
std::optional<std::uint64_t> number_in(const fs::path& file) {
  std::ifstream stream(file);
  std::uint64_t number = 0;
  return stream >> number ? std::optional(number) : std::nullopt;
}

/// The number behind a word at the start of a line ("MemAvailable: 1234 kB", "inactive_file 1234").
std::optional<std::uint64_t> field_in(const fs::path& file, const std::string& wanted) {
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);) {
    std::istringstream words(line);
    std::string name;
    std::uint64_t number = 0;
    if (words >> name >> number && name == wanted) return number;
  }
  return std::nullopt;
}

void consider_machine(std::optional<MemoryRoom>& room, const fs::path& root) {
  const auto free = field_in(root / "proc/meminfo", "MemAvailable:");
  if (!free) return;
  const auto swap = field_in(root / "proc/meminfo", "SwapFree:");
  consider(room, (*free + swap.value_or(0)) * 1024, "what is free on this machine");
}

/// One group: its limit, what it uses, and how much of that only caches files.
void consider_group(std::optional<MemoryRoom>& room, const fs::path& group, const char* limit_name, const char* used_name,
                    const char* prefix) {
  const auto limit = number_in(group / limit_name), used = number_in(group / used_name);
  if (!limit || !used) return;
  std::uint64_t cached = 0;
  for (const char* kind : {"inactive_file", "active_file"})
    cached += field_in(group / "memory.stat", std::string(prefix) + kind).value_or(0);
  consider(room, rest(*limit, rest(*used, cached)), "the memory limit of its container or control group");
}

/// The group of this process and those above it. In a container the path may name groups outside it; the root group
/// counts then.
void consider_groups(std::optional<MemoryRoom>& room, const fs::path& root) {
  std::ifstream stream(root / "proc/self/cgroup");
  for (std::string line; std::getline(stream, line);) {
    const auto first = line.find(':'), second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string kinds = "," + line.substr(first + 1, second - first - 1) + ",";
    const bool is_second = kinds == ",,", is_memory = kinds.find(",memory,") != std::string::npos;
    if (!is_second && !is_memory) continue;
    const fs::path mount = root / (is_second ? "sys/fs/cgroup" : "sys/fs/cgroup/memory");
    for (fs::path group = fs::path(line.substr(second + 1)).relative_path().lexically_normal();; group = group.parent_path()) {
      if (is_second) consider_group(room, mount / group, "memory.max", "memory.current", "");
      else consider_group(room, mount / group, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_");
      if (group.empty() || group == group.parent_path()) break;
    }
  }
}

void consider_limits(std::optional<MemoryRoom>& room, const fs::path& root) {
  std::ifstream stream(root / "proc/self/statm");
  std::uint64_t pages = 0, resident = 0, shared = 0, text = 0, library = 0, data = 0;
  if (!(stream >> pages >> resident >> shared >> text >> library >> data)) return;
  const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  rlimit limit{};
  if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
    consider(room, rest(limit.rlim_cur, pages * page), "the limit of address space (ulimit -v)");
  if (getrlimit(RLIMIT_DATA, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
    consider(room, rest(limit.rlim_cur, data * page), "the limit of data (ulimit -d)");
}

std::string megabytes(std::uint64_t bytes) { return std::to_string(bytes / 1'000'000) + " MB"; }

}  // namespace

std::optional<MemoryRoom> memory_room(const fs::path& root) {
  std::optional<MemoryRoom> room;
  consider_machine(room, root);
  consider_groups(room, root);
  consider_limits(room, root);
  return room;
}

void require_memory(const fs::path& file, const std::array<std::int64_t, 3>& size, std::uint64_t bytes) {
  constexpr std::uint64_t kAlways = 1'000'000;  // small images are not worth the look
  if (bytes <= kAlways) return;
  const auto room = memory_room();
  if (!room || bytes <= room->bytes) return;
  refuse(file, "its header promises " + size_text(size) + " voxels, which take " + megabytes(bytes) +
                   " of memory, but this process may take only " + megabytes(room->bytes) + " more (" + room->limit +
                   "); if the size is right, give it more memory or run fewer cases at once");
}

}  // namespace flowrun::io
