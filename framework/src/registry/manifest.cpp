#include "registry/manifest.h"

#include "flowrun/sdk/error.h"
#include "json/json.h"
#include "registry/description_check.h"
#include "registry/type_json.h"
#include "registry/words.h"

namespace flowrun::registry {
namespace {

using json::Kind;
using json::Value;

constexpr std::int64_t kFormat = 1;  // raised when a manifest is laid out in another way

Manifest from_tree(const Value& tree) {
  if (member(tree, "format", Kind::integer).integer() != kFormat) throw Error("another format");
  if (member(tree, "host", Kind::string).text() != host_abi_text()) throw Error("written by another flowrun");
  const Value& library = member(tree, "library", Kind::object);
  Manifest manifest;
  manifest.plugin = member(tree, "plugin", Kind::string).text();
  manifest.version = member(tree, "version", Kind::string).text();
  manifest.licence = member(tree, "licence", Kind::string).text();
  manifest.stamp.size = member(library, "size", Kind::integer).integer();
  manifest.stamp.mtime_ns = member(library, "mtime_ns", Kind::integer).integer();
  manifest.hash = member(library, "fnv1a64", Kind::string).text();
  manifest.types = types_from_json(member(tree, "node_types", Kind::array));
  return manifest;
}

bool is_sound(const Manifest& manifest) {
  return is_snake_case(manifest.plugin) && is_version(manifest.version) &&
         description_faults(manifest.plugin, manifest.types, false).empty();
}

}  // namespace

Manifest make_manifest(const LibraryFile& library, const PluginAbi& abi, std::vector<NodeType> types) {
  for (NodeType& type : types) type.create = nullptr;
  return {abi.name, abi.version, abi.licence, library.stamp, library.hash, std::move(types)};
}

std::string manifest_text(const Manifest& manifest) {
  Value library = Value::object();
  library.set("size", manifest.stamp.size).set("mtime_ns", manifest.stamp.mtime_ns).set("fnv1a64", manifest.hash);
  Value tree = Value::object();
  tree.set("format", kFormat).set("plugin", manifest.plugin).set("version", manifest.version).set("licence", manifest.licence);
  tree.set("host", host_abi_text()).set("library", std::move(library)).set("node_types", types_to_json(manifest.types));
  return json::write(tree);
}

std::optional<Manifest> parse_manifest(const std::string& text) {
  Faults faults;
  const std::optional<Value> tree = json::parse(text, "manifest", faults);
  if (!tree || faults.has_errors()) return std::nullopt;
  try {
    Manifest manifest = from_tree(*tree);
    return is_sound(manifest) ? std::optional(std::move(manifest)) : std::nullopt;
  } catch (const Error&) {
    return std::nullopt;
  }
}

bool same_description(const std::vector<NodeType>& a, const std::vector<NodeType>& b) {
  return json::write_line(types_to_json(a)) == json::write_line(types_to_json(b));
}

}  // namespace flowrun::registry
