#include "registry/catalogue.h"

#include "registry/library_store.h"

namespace flowrun::registry {

void Catalogue::add_info(PluginInfo info, std::optional<Manifest> manifest) {
  by_file_[info.file] = infos_.size();
  info.loaded = is_loaded(info.file);
  infos_.push_back(std::move(info));
  manifests_.push_back(std::move(manifest));
}

void Catalogue::add_failure(const std::filesystem::path& file, const std::string& reason) {
  PluginInfo info;
  info.file = file;
  info.failure = reason;
  add_info(std::move(info), std::nullopt);
}

void Catalogue::add_plugin(const std::filesystem::path& file, Manifest manifest) {
  std::vector<std::size_t>& namesakes = by_name_[manifest.plugin];
  for (const std::size_t other : namesakes) {
    if (manifests_[other]->hash != manifest.hash) continue;
    by_file_[file] = other;
    return;
  }
  PluginInfo info{file, manifest.plugin, manifest.version, manifest.licence};
  for (const NodeType& type : manifest.description.types) {
    info.node_types.push_back(type.name);
    offers_[type.name].push_back({type, manifest.plugin, manifest.version, file});
  }
  for (const auto& [type, reason] : manifest.description.refused) refused_.emplace(type, quoted(file) + ": " + reason);
  aliases_.insert(manifest.description.aliases.begin(), manifest.description.aliases.end());
  const std::string name = manifest.plugin;
  namesakes.push_back(infos_.size());
  add_info(std::move(info), std::move(manifest));
  for (const std::size_t one : namesakes) infos_[one].failure = name_conflict(name);
}

std::optional<std::filesystem::path> Catalogue::codec_library(std::string_view payload) const {
  for (std::size_t i = 0; i < infos_.size(); ++i) {
    if (!manifests_[i]) continue;
    const std::vector<std::string>& offered = manifests_[i]->description.codecs;
    if (std::find(offered.begin(), offered.end(), payload) != offered.end()) return infos_[i].file;
  }
  return std::nullopt;
}

void Catalogue::add_type(NodeType type, const std::string& plugin) {
  const std::string name = type.name;
  offers_[name].push_back({std::move(type), plugin, "", {}});
}

RegisteredType* Catalogue::find(std::string_view type) {
  const auto found = offers_.find(type);
  if (found == offers_.end()) {
    const auto alias = aliases_.find(type);
    return alias == aliases_.end() || !offers_.contains(alias->second) ? nullptr : find(alias->second);
  }
  if (!conflict(type).empty()) return nullptr;
  return &found->second.front();
}

std::vector<const RegisteredType*> Catalogue::types() const {
  std::vector<const RegisteredType*> found;
  for (const auto& [name, offers] : offers_)
    if (const RegisteredType* type = find(name)) found.push_back(type);
  return found;
}

std::string Catalogue::name_conflict(const std::string& plugin) const {
  const auto found = by_name_.find(plugin);
  if (found == by_name_.end() || found->second.size() < 2) return "";
  std::string text = "plugin '" + plugin + "' is there more than once: ";
  for (const std::size_t one : found->second) {
    if (one != found->second.front()) text += ", ";
    text += quoted(infos_[one].file) + " (" + infos_[one].version + ")";
  }
  return text + "; leave only one of them in the plugin folders";
}

std::string Catalogue::conflict(std::string_view type) const {
  const auto found = offers_.find(type);
  if (found == offers_.end()) {
    const auto refused = refused_.find(type);
    return refused == refused_.end() ? "" : refused->second;
  }
  std::string sides;
  for (const RegisteredType& offer : found->second) {
    if (!offer.library.empty())
      if (std::string text = name_conflict(offer.plugin); !text.empty()) return text;
    sides += (sides.empty() ? "" : " and by ") +
             (offer.library.empty() ? "the application's own '" + offer.plugin + "'" : quoted(offer.library));
  }
  if (found->second.size() < 2) return "";
  return "node type '" + std::string(type) + "' is offered more than once: by " + sides + "; leave only one of them";
}

}  // namespace flowrun::registry
