#include "flowrun/host/isolation.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <mutex>
#include <optional>

#include "flowrun/host/child_process.h"
#include "flowrun/sdk/codec.h"
#include "flowrun/sdk/error.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPrefix = "flowrun-firing-";
constexpr const char* kLock = "lock";  ///< held by the process whose packets they are

fs::path packets_place() {
  std::error_code unknown;
  const fs::path shared = "/dev/shm";
  return fs::is_directory(shared, unknown) ? shared : fs::temp_directory_path();
}

/// A lock of the system on a file; it ends with the process, however that ends.
class FileLock {
 public:
  FileLock(const fs::path& file, int flags) : file_(::open(file.c_str(), flags | O_RDWR | O_NOFOLLOW | O_CLOEXEC, 0600)) {
    held_ = file_ >= 0 && ::flock(file_, LOCK_EX | LOCK_NB) == 0;
  }
  ~FileLock() {
    if (file_ >= 0) ::close(file_);
  }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  bool held() const { return held_; }

 private:
  int file_;
  bool held_;
};

/// Packets of processes that were killed are images of somebody: they go when the next run begins.
void remove_left_packets() {
  std::error_code failed;
  for (auto entry = fs::directory_iterator(packets_place(), failed); !failed && entry != fs::directory_iterator();
       entry.increment(failed)) {
    const fs::path folder = entry->path();
    struct stat what {};
    const bool ours = folder.filename().string().starts_with(kPrefix) && ::lstat(folder.c_str(), &what) == 0 &&
                      S_ISDIR(what.st_mode) && what.st_uid == ::geteuid();
    std::error_code unused;
    if (ours && FileLock(folder / kLock, 0).held()) fs::remove_all(folder, unused);
  }
}

/// A folder in shared memory where there is one, for the packets of one firing; it goes with what is in it.
class PacketFolder {
 public:
  PacketFolder() {
    const fs::path where = packets_place();
    std::string name = (where / (std::string(kPrefix) + "XXXXXX")).string();
    if (!::mkdtemp(name.data()))
      throw Error("no folder for the packets of an isolated firing can be made in '" + where.string() + "'");
    path_ = name;
    lock_.emplace(path_ / kLock, O_CREAT);
  }
  ~PacketFolder() {
    std::error_code unused;
    fs::remove_all(path_, unused);
  }
  PacketFolder(const PacketFolder&) = delete;
  PacketFolder& operator=(const PacketFolder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
  std::optional<FileLock> lock_;
};

class IsolatedNode : public Node {
 public:
  IsolatedNode(const ValidatedNode& spec, IsolatedProgram program, std::string device, FindCodec codecs)
      : type_(spec.type),
        library_(spec.library),
        limits_(*spec.isolation),
        program_(std::move(program)),
        codecs_(std::move(codecs)) {
    bundle_.node = spec.id;
    bundle_.type = spec.type_name;
    bundle_.plugin = spec.plugin;
    bundle_.plugin_version = spec.plugin_version;
    bundle_.step = "process";
    bundle_.device = spec.device == "auto" ? std::move(device) : spec.device;
    static std::once_flag once;
    std::call_once(once, remove_left_packets);
  }

  void process(Context& context) override {
    const PacketFolder folder;
    write_request(context, folder.path());
    const ChildEnd end = run_child(request(context, folder.path()));
    if (context.cancelled()) return;
    if (!end.is_clean() || end.result.empty()) throw Error("the process of its firing " + how_it_ended(end) + printed_text(end));
    const IsolatedResult result = isolated_result(end.result);
    for (const std::string& warning : result.warnings) context.warn(warning);
    for (const auto& [name, value] : result.reports) context.report(name, value);
    if (!result.error.empty()) throw Error(result.error);
    for (const std::string& port : result.outputs)
      context.emit_owned(port, read_packet(folder.path() / output_file(port), codecs_));
  }

 private:
  void write_request(const Context& context, const fs::path& folder) const {
    ReplayBundle bundle = bundle_;
    bundle.case_name = context.case_name();
    bundle.chunk = context.chunk();
    bundle.params = context.params().all();
    for (const InputPort& port : type_.inputs) {
      if (is_hidden(port)) continue;
      for (const PayloadPtr& payload : context.inputs(port.name)) {
        if (!payload) continue;
        const std::string file = std::to_string(bundle.inputs.size()) + "-" + port.name + ".packet";
        write_packet(folder / file, *payload, codecs_);
        bundle.inputs.push_back({port.name, std::string(payload->type()), Scope::per_case, file, ""});
      }
    }
    write_replay_bundle(folder, bundle);
  }

  ChildRequest request(const Context& context, const fs::path& folder) const {
    ChildRequest request{program_.program, program_.arguments, limits_.time_limit()};
    for (const std::string& word : {library_.string(), folder.string(), std::to_string(limits_.memory_bytes())})
      request.arguments.push_back(word);
    request.stop = [&context] { return context.cancelled(); };
    return request;
  }

  std::string how_it_ended(const ChildEnd& end) const {
    if (end.kind == ChildEnd::Kind::timed_out)
      return "did not end within the 'timeout' of " + std::to_string(limits_.timeout_s) + " s and was ended";
    return end_text(end, limits_.time_limit());
  }

  NodeType type_;
  fs::path library_;
  Isolation limits_;
  IsolatedProgram program_;
  FindCodec codecs_;
  ReplayBundle bundle_;
};

}  // namespace

std::string to_bytes(const IsolatedResult& result) {
  std::string bytes;
  ByteWriter writer([&](const void* from, std::size_t length) { bytes.append(static_cast<const char*>(from), length); });
  writer.text(result.error);
  writer.number(static_cast<std::uint64_t>(result.warnings.size()));
  for (const std::string& warning : result.warnings) writer.text(warning);
  writer.number(static_cast<std::uint64_t>(result.reports.size()));
  for (const auto& [name, value] : result.reports) writer.text(name), writer.number(value);
  writer.number(static_cast<std::uint64_t>(result.outputs.size()));
  for (const std::string& port : result.outputs) writer.text(port);
  return bytes;
}

IsolatedResult isolated_result(const std::string& bytes) {
  ByteReader reader({reinterpret_cast<const std::byte*>(bytes.data()), bytes.size()});
  IsolatedResult result;
  result.error = reader.text();
  for (std::size_t left = reader.count(sizeof(std::uint64_t)); left > 0; --left) result.warnings.push_back(reader.text());
  for (std::size_t left = reader.count(2 * sizeof(std::uint64_t)); left > 0; --left) {
    std::string name = reader.text();
    result.reports.emplace_back(std::move(name), reader.number<double>());
  }
  for (std::size_t left = reader.count(sizeof(std::uint64_t)); left > 0; --left) result.outputs.push_back(reader.text());
  ByteReader::require(reader.left() == 0, "it has more data than it says");
  return result;
}

std::string output_file(const std::string& port) { return "output-" + port + ".packet"; }

std::unique_ptr<Node> isolated_node(const ValidatedNode& spec, const IsolatedProgram& program, const std::string& device,
                                    FindCodec codecs) {
  if (program.program.empty())
    throw Error("this application cannot run a node in a process of its own; leave 'isolate' out of its 'run'");
  return std::make_unique<IsolatedNode>(spec, program, device, std::move(codecs));
}

}  // namespace flowrun
