#include "flowrun/host/registry.h"

#include <algorithm>
#include <mutex>

#include "flowrun/host/scripts.h"
#include "flowrun/sdk/error.h"
#include "registry/catalogue.h"
#include "registry/describe.h"
#include "registry/matrix_kernels.h"
#include "registry/memory_need.h"

namespace flowrun {

namespace fs = std::filesystem;

struct Registry::State {
  registry::Catalogue catalogue;
  std::mutex codecs_mutex;
};

namespace {

fs::path real_path(const fs::path& file) {
  std::error_code error;
  fs::path real = fs::weakly_canonical(fs::absolute(file, error), error);
  return error ? file : real;
}

std::vector<fs::path> libraries_in(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    if (at->path().extension() == ".so" || is_script(at->path())) files.push_back(at->path());
  if (error) throw Error("plugin folder " + registry::quoted(folder) + " cannot be read: " + error.message());
  std::sort(files.begin(), files.end());
  return files;
}

/// Sets `create` of every type of a plugin whose library has been loaded.
void connect(registry::Catalogue& catalogue, const registry::LoadedPlugin& plugin) {
  for (const NodeType& loaded : plugin.description.types)
    if (RegisteredType* known = catalogue.find(loaded.name)) known->type.create = loaded.create;
}

const registry::LoadedPlugin& load_library_of(registry::Catalogue& catalogue, const fs::path& library) {
  PluginInfo& info = catalogue.info(library);
  if (!info.failure.empty()) throw Error(info.failure);
  const registry::LoadedPlugin* plugin = nullptr;
  try {
    if (!registry::is_loaded(library) && !is_script(library)) registry::require_memory_for(library);
    plugin = &registry::load_described(library, catalogue.manifest(library));
    connect(catalogue, *plugin);
  } catch (const Error& error) {
    info.failure = error.what();
  }
  info.loaded = registry::is_loaded(library);
  if (!plugin || !info.failure.empty()) throw Error(info.failure);
  return *plugin;
}

std::unique_ptr<Node> make_node(const RegisteredType& known) {
  const std::string whose =
      "node type '" + known.type.name + "' of " +
      (known.library.empty() ? "the application's own '" + known.plugin + "'" : registry::quoted(known.library));
  if (!known.type.create) throw Error(whose + " has no function that creates its nodes");
  try {
    if (std::unique_ptr<Node> node = known.type.create()) return node;
  } catch (const std::exception& error) {
    throw Error(whose + " could not create a node: " + error.what());
  } catch (...) {
    throw Error(whose + " could not create a node: it threw something that is no std::exception");
  }
  throw Error(whose + " could not create a node: it gave none");
}

}  // namespace

const Codec* Registry::codec(std::string_view payload) {
  if (const Codec* own = standard_codec(payload)) return own;
  const std::lock_guard lock(state_->codecs_mutex);
  const std::optional<fs::path> library = state_->catalogue.codec_library(payload);
  if (!library) return nullptr;
  try {
    for (const Codec& codec : load_library_of(state_->catalogue, *library).codecs)
      if (codec.type == payload) return &codec;
  } catch (const Error&) {
    // PluginInfo::failure has the reason
  }
  return nullptr;
}

Registry::Registry() : state_(std::make_unique<State>()) { registry::choose_matrix_kernels(); }
Registry::~Registry() = default;
Registry::Registry(Registry&&) noexcept = default;
Registry& Registry::operator=(Registry&&) noexcept = default;

void Registry::scan(const fs::path& folder, Unknown unknown) {
  const fs::path real = real_path(folder);
  std::error_code error;
  if (fs::status(real, error).type() == fs::file_type::not_found) return;
  try {
    for (const fs::path& file : libraries_in(real)) add_library(file, unknown);
  } catch (const Error& fault) {
    if (!state_->catalogue.has_file(real)) state_->catalogue.add_failure(real, fault.what());
  }
}

void Registry::add_library(const fs::path& file, Unknown unknown) {
  const fs::path real = real_path(file);
  registry::Catalogue& catalogue = state_->catalogue;
  if (catalogue.has_file(real)) return;
  try {
    catalogue.add_plugin(real, registry::describe_library(real, unknown));
  } catch (const Error& error) {
    catalogue.add_failure(real, error.what());
  }
}

void Registry::add_type(NodeType type, const std::string& plugin) { state_->catalogue.add_type(std::move(type), plugin); }

const RegisteredType* Registry::find(std::string_view type) const { return state_->catalogue.find(type); }

std::vector<const RegisteredType*> Registry::types() const { return state_->catalogue.types(); }

const std::vector<PluginInfo>& Registry::plugins() const { return state_->catalogue.plugins(); }

std::string Registry::conflict(std::string_view type) const { return state_->catalogue.conflict(type); }

std::unique_ptr<Node> Registry::create(std::string_view type) {
  const std::string clash = conflict(type);
  if (!clash.empty()) throw Error(clash);
  const RegisteredType* known = find(type);
  if (!known) throw Error("no plugin offers node type '" + std::string(type) + "'");
  if (!known->library.empty() && !known->type.create) load_library_of(state_->catalogue, known->library);
  return make_node(*known);
}

}  // namespace flowrun
