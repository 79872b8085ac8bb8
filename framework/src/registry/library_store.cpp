#include "registry/library_store.h"

#include <dlfcn.h>

#include <boost/dll/shared_library.hpp>
#include <cstring>
#include <map>
#include <mutex>

#include "flowrun/host/linked_libraries.h"
#include "flowrun/sdk/error.h"
#include "flowrun/sdk/node.h"
#include "registry/content_hash.h"
#include "registry/description_check.h"

namespace flowrun::registry {
namespace {

/// What to do about a library that is missing.
std::string missing_text(const char* reason) {
  if (!reason || !std::strstr(reason, "cannot open shared object file")) return "";
  const bool torch = std::strstr(reason, "libtorch") || std::strstr(reason, "libc10");
  return torch ? "; the plugin needs LibTorch: install it (pip install torch, where flowrun came as a wheel)"
               : "; the plugin needs that library: install it";
}

struct Entry {
  boost::dll::shared_library library;
  std::string hash;
  LoadedPlugin plugin;
  std::string failure;  ///< why its description cannot be used; the library stays in the process all the same
};

struct Store {
  std::mutex mutex;
  std::map<std::filesystem::path, Entry> entries;
  std::map<std::string, std::filesystem::path> linked;  ///< below plugins, by the name that the loader knows them by
};

Store& store() {
  static Store* const kStore = new Store;  // never destroyed, see load_plugin
  return *kStore;
}

bool same_content(const std::filesystem::path& a, const std::filesystem::path& b) {
  std::error_code unknown;
  if (std::filesystem::equivalent(a, b, unknown)) return true;
  if (std::filesystem::file_size(a, unknown) != std::filesystem::file_size(b, unknown)) return false;
  return content_hash(read_bytes(a)) == content_hash(read_bytes(b));
}

/// A process has one library of a name: the first one loaded. A plugin that links another would compute with the wrong one.
void require_own_libraries(const LibraryFile& file) {
  for (const std::filesystem::path& library : linked_libraries(file.path)) {
    const auto [known, is_new] = store().linked.try_emplace(library.filename().string(), library);
    if (is_new || same_content(known->second, library)) continue;
    throw Error(quoted(file.path) + " cannot be loaded: it links " + quoted(library) +
                ", but a plugin that was loaded before links " + quoted(known->second) +
                ", and a process has one library of a name; build one of them under another name");
  }
}

void load(Entry& entry, const LibraryFile& file) {
  std::error_code error;
  ::dlerror();
  entry.library.load(boost::dll::fs::path(file.path.string()), error,
                     boost::dll::load_mode::rtld_local | boost::dll::load_mode::rtld_now);
  if (!error) return;
  const char* reason = ::dlerror();
  throw Error(quoted(file.path) + " cannot be loaded: " + (reason ? reason : error.message().c_str()) + missing_text(reason));
}

/// What one of a plugin's functions says back. The contract forbids exceptions there; one is a failure like any other.
struct Answer {
  std::string text;
  std::string failure;

  static void take(void* sink, const char* text, std::uint64_t length) {
    static_cast<Answer*>(sink)->text.assign(text, text + length);
  }
  static void fail(void* sink, const char* sentence) { static_cast<Answer*>(sink)->failure = sentence ? sentence : ""; }
};

std::string ask_for_description(const flowrun_plugin_abi& raw) {
  if (!raw.describe || !raw.create)
    throw Error("is damaged: its flowrun_plugin lacks a function that describes or creates its nodes; rebuild the plugin");
  Answer answer;
  int status = 1;
  try {
    status = raw.describe(raw.user, &answer, Answer::take, Answer::fail);
  } catch (...) {
    answer.failure = "an exception left its function 'describe'";
  }
  if (status == 0) return std::move(answer.text);
  throw Error("could not describe its node types" + (answer.failure.empty() ? "" : ": " + answer.failure));
}

std::unique_ptr<Node> create_node_of(const flowrun_plugin_abi& raw, const std::string& type) {
  Answer answer;
  void* node = nullptr;
  try {
    node = raw.create(raw.user, type.c_str(), &answer, Answer::fail);
  } catch (...) {
    answer.failure = "an exception left its function 'create'";
  }
  if (!node) throw Error(answer.failure.empty() ? "it gave none" : answer.failure);
  return std::unique_ptr<Node>(static_cast<Node*>(node));
}

/// Through the plugin's plain functions, whose exceptions stay on its side.
Codec codec_of(const flowrun_codec& raw) {
  Codec codec;
  codec.type = raw.payload;
  codec.write = [&raw](const Payload& payload, ByteWriter& bytes) {
    struct Sink {
      Answer answer;  // first: fail writes there
      ByteWriter* bytes;
      std::exception_ptr failure;
    } sink{{}, &bytes, nullptr};
    const auto put = [](void* at, const void* data, std::uint64_t length) {
      Sink& to = *static_cast<Sink*>(at);
      try {
        if (!to.failure) to.bytes->raw(data, static_cast<std::size_t>(length));
      } catch (...) {
        to.failure = std::current_exception();  // no exception may cross the plugin's frames
      }
    };
    const auto fail = [](void* at, const char* sentence) { static_cast<Sink*>(at)->answer.failure = sentence ? sentence : ""; };
    const int status = raw.write(raw.user, &payload, &sink, put, fail);
    if (sink.failure) std::rethrow_exception(sink.failure);
    if (status != 0) throw Error(sink.answer.failure.empty() ? "its codec failed without a reason" : sink.answer.failure);
  };
  codec.read = [&raw](ByteReader& bytes) {
    Answer answer;
    const auto rest = bytes.rest();
    void* payload = raw.read(raw.user, rest.data(), rest.size(), &answer, Answer::fail);
    if (!payload) throw Error(answer.failure.empty() ? "its codec failed without a reason" : answer.failure);
    std::unique_ptr<Payload> read(static_cast<Payload*>(payload));
    if (read->type() != raw.payload) throw Error("its codec gave a " + std::string(read->type()));
    return read;
  };
  return codec;
}

std::vector<Codec> codecs_of(const flowrun_plugin_abi& raw, const std::vector<std::string>& described) {
  const void* offered = raw.extension ? raw.extension(raw.user, FLOWRUN_CODECS) : nullptr;
  std::vector<Codec> codecs;
  if (offered) {
    const auto& table = *static_cast<const flowrun_codecs*>(offered);
    for (std::uint64_t i = 0; i < table.count; ++i) codecs.push_back(codec_of(table.codecs[i]));
  }
  std::vector<std::string> names;
  for (const Codec& codec : codecs) names.push_back(codec.type);
  if (names != described) throw Error("describes other codecs than it has; rebuild the plugin");
  return codecs;
}

std::string joined(const std::vector<std::string>& sentences) {
  std::string text;
  for (const std::string& sentence : sentences) text += (text.empty() ? "" : "; ") + sentence;
  return text;
}

Description describe(Entry& entry, const PluginAbi& abi) {
  if (!entry.library.has("flowrun_plugin")) throw Error("lost its symbol 'flowrun_plugin' while it was loaded; start again");
  const auto& raw = entry.library.get<const flowrun_plugin_abi>("flowrun_plugin");
  if (!same_plain_data(raw, abi.raw))
    throw Error("describes itself otherwise in memory than in its file; it was changed while it was loaded, or changes itself");
  Description description = parse_description(ask_for_description(raw));
  const std::vector<std::string> faults = description_faults(abi.name, description);
  if (!faults.empty()) throw Error("describes its node types wrongly: " + joined(faults));
  for (NodeType& type : description.types) type.create = [&raw, name = type.name] { return create_node_of(raw, name); };
  return description;
}

Entry& load_new(std::map<std::filesystem::path, Entry>& entries, const LibraryFile& file, const PluginAbi& abi) {
  Entry fresh;
  require_own_libraries(file);
  load(fresh, file);
  Entry& entry = entries[file.path] = std::move(fresh);
  entry.hash = file.hash;
  entry.plugin.abi = abi;
  try {
    entry.plugin.description = describe(entry, abi);
    entry.plugin.codecs =
        codecs_of(entry.library.get<const flowrun_plugin_abi>("flowrun_plugin"), entry.plugin.description.codecs);
  } catch (const Error& error) {
    entry.failure = quoted(file.path) + " " + error.what();
  }
  return entry;
}

}  // namespace

const LoadedPlugin& load_plugin(const LibraryFile& file, const PluginAbi& abi) {
  const std::lock_guard lock(store().mutex);
  auto& entries = store().entries;
  const auto known = entries.find(file.path);
  const Entry& entry = known != entries.end() ? known->second : load_new(entries, file, abi);
  if (entry.hash != file.hash)
    throw Error(quoted(file.path) + " changed after it was loaded; start the program again to use the new one");
  if (!entry.failure.empty()) throw Error(entry.failure);
  return entry.plugin;
}

bool is_loaded(const std::filesystem::path& canonical_file) {
  const std::lock_guard lock(store().mutex);
  return store().entries.count(canonical_file) != 0;
}

}  // namespace flowrun::registry
