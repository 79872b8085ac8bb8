#include <dlfcn.h>

#include <mutex>
#include <optional>

#include "flowrun/sdk/error.h"
#include "flowrun/sdk/plugin.h"

namespace flowrun {
namespace {

/// What the plugin's list gave. This file is linked into each plugin, whose symbols are hidden, so each library has one of its
/// own. Never destroyed: nodes and payloads of the plugin may live until the end of the process.
struct Kept {
  std::mutex mutex;
  std::optional<Plugin> plugin;
  std::vector<flowrun_codec> codecs;  ///< of the plugin, as the host sees them
  flowrun_codecs table{};
};

int write_payload(void* user, const void* value, void* sink, void (*put)(void*, const void*, std::uint64_t),
                  PluginSide::Fail fail);
void* read_payload(void* user, const void* bytes, std::uint64_t length, void* sink, PluginSide::Fail fail);

void offer_codecs(Kept& kept) {
  for (Codec& codec : kept.plugin->codecs) kept.codecs.push_back({codec.type.c_str(), &codec, write_payload, read_payload});
  kept.table = {kept.codecs.size(), kept.codecs.data()};
}

const Kept& kept_of(PluginSide::List list) {
  static Kept* const kKept = new Kept;
  const std::lock_guard lock(kKept->mutex);
  if (!kKept->plugin) {
    kKept->plugin = list();
    offer_codecs(*kKept);
  }
  return *kKept;
}

const Plugin& plugin_of(PluginSide::List list) { return *kept_of(list).plugin; }

/// Runs plugin code, whose exceptions stay here.
template <class Function>
auto guarded(void* sink, PluginSide::Fail fail, decltype(std::declval<Function>()()) failed, Function&& function) noexcept {
  try {
    return function();
  } catch (const std::exception& error) {
    fail(sink, error.what());
  } catch (...) {
    fail(sink, "it threw something that is not a std::exception");
  }
  return failed;
}

int write_payload(void* user, const void* value, void* sink, void (*put)(void*, const void*, std::uint64_t),
                  PluginSide::Fail fail) {
  return guarded(sink, fail, 1, [&] {
    ByteWriter writer([&](const void* bytes, std::size_t length) { put(sink, bytes, length); });
    static_cast<const Codec*>(user)->write(*static_cast<const Payload*>(value), writer);
    return 0;
  });
}

void* read_payload(void* user, const void* bytes, std::uint64_t length, void* sink, PluginSide::Fail fail) {
  return guarded(sink, fail, static_cast<void*>(nullptr), [&]() -> void* {
    ByteReader reader({static_cast<const std::byte*>(bytes), static_cast<std::size_t>(length)});
    std::unique_ptr<Payload> payload = static_cast<const Codec*>(user)->read(reader);
    ByteReader::require(reader.left() == 0, "it has more data than it says");
    return payload.release();
  });
}

}  // namespace

int PluginSide::describe(List list, void* sink, Take take, Fail fail) noexcept {
  return guarded(sink, fail, 1, [&] {
    const Plugin& plugin = plugin_of(list);
    for (const NodeType& type : plugin.types)
      if (!type.create) throw Error("node type '" + type.name + "' has no function that creates its nodes");
    const std::string text = description_text(plugin);
    take(sink, text.data(), text.size());
    return 0;
  });
}

void* PluginSide::create(List list, const char* type_name, void* sink, Fail fail) noexcept {
  return guarded(sink, fail, static_cast<void*>(nullptr), [&]() -> void* {
    for (const NodeType& type : plugin_of(list).types) {
      if (type.name != type_name) continue;
      if (std::unique_ptr<Node> node = type.create()) return node.release();
      throw Error("it gave none");
    }
    throw Error("the plugin does not know this type any more");
  });
}

const void* PluginSide::extension(List list, const char* id) noexcept {
  if (std::string_view(id) != FLOWRUN_CODECS) return nullptr;
  try {
    return &kept_of(list).table;
  } catch (...) {
    return nullptr;  // describe says why
  }
}

std::filesystem::path library_of(const void* address) {
  Dl_info info{};
  return ::dladdr(address, &info) != 0 && info.dli_fname ? std::filesystem::path(info.dli_fname) : std::filesystem::path();
}

}  // namespace flowrun
