#include "registry/memory_need.h"

#include <elf.h>
#include <link.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>

#include "flowrun/host/memory_limits.h"
#include "flowrun/sdk/error.h"
#include "registry/library_file.h"

namespace flowrun::registry {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMebibyte = 1024 * 1024;
constexpr std::uint64_t kPage = 4096, kLongestTable = 16 * kMebibyte;
/// For libraries of this size and more it is asked whether they fit; below, malloc fails as anywhere else.
constexpr std::uint64_t kLarge = 128 * kMebibyte;
/// What the constructors of the libraries and the first network take, and the buffer that OpenBLAS takes at the start and again
/// for each thread.
constexpr std::uint64_t kWorking = 384 * kMebibyte, kBlasBuffer = 128 * kMebibyte;

std::atomic<int> expected_threads{0};

/// One library's headers. Whatever is wrong with a file makes it count as nothing: loading it says what.
struct Headers {
  std::uint64_t span = 0, writable = 0;
  std::string name;
  std::vector<std::string> needed, folders;
};

class File {
 public:
  explicit File(const fs::path& path) : stream_(path, std::ios::binary) {}
  template <class T>
  bool read(std::uint64_t offset, T* values, std::size_t count) {
    stream_.clear();
    stream_.seekg(static_cast<std::streamoff>(offset));
    return static_cast<bool>(stream_.read(reinterpret_cast<char*>(values), static_cast<std::streamsize>(count * sizeof(T))));
  }

 private:
  std::ifstream stream_;
};

std::vector<Elf64_Phdr> segments_of(File& file) {
  Elf64_Ehdr header{};
  if (!file.read(0, &header, 1) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) return {};
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_phentsize != sizeof(Elf64_Phdr)) return {};
  std::vector<Elf64_Phdr> segments(header.e_phnum);
  return file.read(header.e_phoff, segments.data(), segments.size()) ? segments : std::vector<Elf64_Phdr>();
}

void add_sizes(Headers& headers, const std::vector<Elf64_Phdr>& segments) {
  std::uint64_t first = UINT64_MAX, last = 0;
  for (const Elf64_Phdr& segment : segments) {
    if (segment.p_type != PT_LOAD || segment.p_memsz > UINT64_MAX / 4 || segment.p_vaddr > UINT64_MAX / 4) continue;
    const std::uint64_t begin = segment.p_vaddr & ~(kPage - 1),
                        end = (segment.p_vaddr + segment.p_memsz + kPage - 1) & ~(kPage - 1);
    first = std::min(first, begin);
    last = std::max(last, end);
    if (segment.p_flags & PF_W) headers.writable += end - begin;
  }
  headers.span = last > first ? last - first : 0;
}

std::optional<std::uint64_t> offset_of(const std::vector<Elf64_Phdr>& segments, std::uint64_t address) {
  for (const Elf64_Phdr& segment : segments)
    if (segment.p_type == PT_LOAD && address >= segment.p_vaddr && address - segment.p_vaddr < segment.p_filesz)
      return segment.p_offset + (address - segment.p_vaddr);
  return std::nullopt;
}

std::string word_at(const std::string& words, std::uint64_t at) { return at < words.size() ? words.c_str() + at : ""; }

/// Folders of a run path; ${ORIGIN} is the library's own.
std::vector<std::string> folders_of(const std::string& path, const fs::path& library) {
  std::vector<std::string> folders;
  std::istringstream parts(path);
  for (std::string part; std::getline(parts, part, ':');) {
    for (const char* origin : {"${ORIGIN}", "$ORIGIN"})
      if (const std::size_t at = part.find(origin); at != std::string::npos)
        part.replace(at, std::strlen(origin), library.parent_path().string());
    if (!part.empty()) folders.push_back(part);
  }
  return folders;
}

void add_names(Headers& headers, File& file, const std::vector<Elf64_Phdr>& segments, const fs::path& library) {
  const auto dynamic =
      std::find_if(segments.begin(), segments.end(), [](const Elf64_Phdr& one) { return one.p_type == PT_DYNAMIC; });
  if (dynamic == segments.end() || dynamic->p_filesz > kLongestTable) return;
  std::vector<Elf64_Dyn> entries(dynamic->p_filesz / sizeof(Elf64_Dyn));
  if (!file.read(dynamic->p_offset, entries.data(), entries.size())) return;
  const auto value = [&](Elf64_Sxword tag) -> std::uint64_t {
    const auto found = std::find_if(entries.begin(), entries.end(), [&](const Elf64_Dyn& entry) { return entry.d_tag == tag; });
    return found == entries.end() ? 0 : found->d_un.d_val;
  };
  const auto place = offset_of(segments, value(DT_STRTAB));
  std::string words(std::min(value(DT_STRSZ), kLongestTable), '\0');
  if (!place || !file.read(*place, words.data(), words.size())) return;
  for (const Elf64_Dyn& entry : entries) {
    if (entry.d_tag == DT_NULL) break;
    if (entry.d_tag == DT_NEEDED) headers.needed.push_back(word_at(words, entry.d_un.d_val));
    if (entry.d_tag == DT_SONAME) headers.name = word_at(words, entry.d_un.d_val);
    if (entry.d_tag == DT_RUNPATH || entry.d_tag == DT_RPATH)
      headers.folders = folders_of(word_at(words, entry.d_un.d_val), library);
  }
}

Headers headers_of(const fs::path& library) {
  Headers headers;
  File file(library);
  const std::vector<Elf64_Phdr> segments = segments_of(file);
  add_sizes(headers, segments);
  add_names(headers, file, segments, library);
  return headers;
}

/// Where the loader looks, but for its cache: the folders that are in it on the systems that we know.
std::vector<std::string> usual_folders() {
  const char* listed = std::getenv("LD_LIBRARY_PATH");
  std::vector<std::string> folders = folders_of(listed ? listed : "", "");
  for (const char* folder : {"/usr/local/lib", "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib/aarch64-linux-gnu",
                             "/usr/lib/aarch64-linux-gnu", "/lib64", "/usr/lib64", "/lib", "/usr/lib"})
    folders.push_back(folder);
  return folders;
}

std::set<std::string> names_in_process() {
  std::set<std::string> names;
  ::dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* into) {
        static_cast<std::set<std::string>*>(into)->insert(fs::path(info->dlpi_name).filename().string());
        return 0;
      },
      &names);
  return names;
}

fs::path find_library(const std::string& name, const std::vector<std::string>& own, const std::vector<std::string>& usual) {
  std::error_code error;
  for (const auto* folders : {&own, &usual})
    for (const std::string& folder : *folders)
      if (fs::path file = fs::path(folder) / name; fs::is_regular_file(file, error)) return file;
  return {};
}

/// kB of a line of /proc/self/status, in bytes.
std::uint64_t in_use(const char* field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(field)) return std::strtoull(line.c_str() + std::strlen(field), nullptr, 10) * 1024;
  return 0;
}

std::uint64_t limit_of(__rlimit_resource_t resource) {
  rlimit limit{};
  return ::getrlimit(resource, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY ? limit.rlim_cur : UINT64_MAX;
}

int cores() {
  cpu_set_t set;
  return ::sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

/// Beyond the libraries themselves. The stacks are those of OpenBLAS's own threads, one for each core but the first.
std::uint64_t working(const MemoryNeed& need, int threads) {
  if (!need.has_blas) return kWorking;
  const std::uint64_t stack = std::min<std::uint64_t>(limit_of(RLIMIT_STACK), 8 * kMebibyte);
  const auto count = static_cast<std::uint64_t>(std::max(threads, 1));
  return kWorking + (count + 1) * kBlasBuffer + static_cast<std::uint64_t>(cores() - 1) * stack;
}

std::string mebibytes(std::uint64_t bytes) { return std::to_string(bytes / kMebibyte) + " MiB"; }

void require(const fs::path& library, std::uint64_t limit, std::uint64_t used, std::uint64_t need, const std::string& kind,
             const std::string& command) {
  if (limit == UINT64_MAX || need <= limit - std::min(used, limit)) return;
  throw Error(quoted(library) + " cannot be loaded: with the libraries behind it, it needs about " + mebibytes(need) + " of " +
              kind + ", but this process may have " + mebibytes(limit) + " in all, of which " + mebibytes(used) +
              " are in use; raise the limit (" + command + " " + std::to_string((used + need) / 1024) +
              ", or more for large images), or use fewer threads");
}

}  // namespace

MemoryNeed memory_need(const fs::path& library) {
  MemoryNeed need;
  std::set<std::string> known = names_in_process();
  const std::vector<std::string> usual = usual_folders();
  std::vector<fs::path> open{library};
  while (!open.empty()) {
    const Headers headers = headers_of(open.back());
    open.pop_back();
    need.address_space += headers.span;
    need.data += headers.writable;
    need.has_blas = need.has_blas || headers.name.find("openblas") != std::string::npos;
    ++need.libraries;
    for (const std::string& name : headers.needed) {
      if (!known.insert(name).second) continue;
      if (fs::path file = find_library(name, headers.folders, usual); !file.empty()) open.push_back(std::move(file));
    }
  }
  return need;
}

void require_memory_for(const fs::path& library) {
  const std::uint64_t space = limit_of(RLIMIT_AS), data = limit_of(RLIMIT_DATA);
  if (space == UINT64_MAX && data == UINT64_MAX) return;
  const MemoryNeed need = memory_need(library);
  if (need.address_space < kLarge) return;
  const int expected = expected_threads;
  const std::uint64_t more = working(need, expected > 0 ? expected : cores());
  require(library, space, in_use("VmSize:"), need.address_space + more, "address space", "ulimit -v");
  require(library, data, in_use("VmData:"), need.data + more, "memory for data", "ulimit -d");
}

}  // namespace flowrun::registry

namespace flowrun {

void expect_threads(int threads) { registry::expected_threads = threads; }

}  // namespace flowrun
