#include "registry/failure_store.h"

#include <chrono>

#include "flowrun/sdk/error.h"
#include "json/json.h"
#include "registry/description.h"
#include "registry/manifest_store.h"
#include "registry/plugin_abi.h"

namespace flowrun::registry {
namespace {

namespace fs = std::filesystem;
using json::Kind;
using json::Value;

constexpr std::int64_t kKeptSeconds = 24 * 60 * 60;

std::int64_t now() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::optional<std::string> reason_in(const Value& tree, const FileStamp& stamp) {
  const std::int64_t age = now() - member(tree, "time", Kind::integer).integer();
  const bool holds = member(tree, "host", Kind::string).text() == host_abi_text() && age >= 0 && age < kKeptSeconds &&
                     member(tree, "size", Kind::integer).integer() == stamp.size &&
                     member(tree, "mtime_ns", Kind::integer).integer() == stamp.mtime_ns;
  if (!holds) return std::nullopt;
  return member(tree, "reason", Kind::string).text();
}

}  // namespace

fs::path failure_in_cache(const fs::path& library) {
  fs::path file = manifest_in_cache(library);
  return file.empty() ? file : file.replace_extension(".failure.json");
}

void remember_failure(const LibraryFile& library, const std::string& reason) {
  const fs::path file = failure_in_cache(library.path);
  if (file.empty()) return;
  Value tree = Value::object();
  tree.set("library", library.path.string()).set("size", library.stamp.size).set("mtime_ns", library.stamp.mtime_ns);
  tree.set("host", host_abi_text()).set("time", now()).set("reason", reason);
  std::error_code error;
  fs::create_directories(file.parent_path(), error);
  replace_file(file, json::write(tree));
}

std::optional<std::string> remembered_failure(const fs::path& library) {
  const fs::path file = failure_in_cache(library);
  const std::optional<FileStamp> stamp = stamp_of(library);
  std::error_code error;
  if (file.empty() || !stamp || !fs::is_regular_file(file, error)) return std::nullopt;
  try {
    Diagnostics faults;
    const std::optional<Value> tree = json::parse(read_bytes(file), file.string(), faults);
    return tree && !faults.has_errors() ? reason_in(*tree, *stamp) : std::nullopt;
  } catch (const Error&) {
    return std::nullopt;  // damaged, so it says nothing
  }
}

void forget_failure(const fs::path& library) {
  std::error_code error;
  if (const fs::path file = failure_in_cache(library); !file.empty()) fs::remove(file, error);
}

}  // namespace flowrun::registry
