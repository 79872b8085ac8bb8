#pragma once

#include <list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flowrun/host/registry.h"
#include "registry/manifest.h"

namespace flowrun::registry {

/// Who offers what, with nothing overwritten: a name that is offered twice stays there twice, as a conflict.
class Catalogue {
 public:
  /// A plugin that cannot be used.
  void add_failure(const std::filesystem::path& file, const std::string& reason);
  /// A described plugin. A copy of one that is there already (same name, same content) is left out: the first wins.
  void add_plugin(const std::filesystem::path& file, Manifest manifest);
  void add_type(NodeType type, const std::string& plugin);

  bool has_file(const std::filesystem::path& file) const { return by_file_.count(file) != 0; }
  /// The one offer of a type, also by a name that it had before; null when there is none, or more than one.
  RegisteredType* find(std::string_view type);
  const RegisteredType* find(std::string_view type) const { return const_cast<Catalogue*>(this)->find(type); }
  std::vector<const RegisteredType*> types() const;
  std::string conflict(std::string_view type) const;

  /// The library that can write and read payloads of a type: the first on the search path. None: there is none.
  std::optional<std::filesystem::path> codec_library(std::string_view payload) const;

  const std::vector<PluginInfo>& plugins() const { return infos_; }
  PluginInfo& info(const std::filesystem::path& file) { return infos_[by_file_.at(file)]; }
  const Manifest& manifest(const std::filesystem::path& file) const { return *manifests_[by_file_.at(file)]; }

 private:
  std::string name_conflict(const std::string& plugin) const;
  void add_info(PluginInfo info, std::optional<Manifest> manifest);

  std::vector<PluginInfo> infos_;
  std::vector<std::optional<Manifest>> manifests_;  ///< beside infos_; none: a failure
  std::map<std::filesystem::path, std::size_t> by_file_;
  std::map<std::string, std::vector<std::size_t>> by_name_;
  std::map<std::string, std::string, std::less<>> aliases_;  ///< from old names to new ones
  std::map<std::string, std::string, std::less<>> refused_;  ///< types that need a newer host, with the sentence
  std::map<std::string, std::list<RegisteredType>, std::less<>> offers_;  ///< a list, for its addresses stay
};

}  // namespace flowrun::registry
