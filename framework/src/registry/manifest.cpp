#include "registry/manifest.h"

#include <map>

#include "flowrun/sdk/error.h"
#include "json/json.h"
#include "registry/content_hash.h"
#include "registry/description_check.h"
#include "registry/words.h"

namespace flowrun::registry {
namespace {

using json::Kind;
using json::Value;

constexpr std::int64_t kFormat = 2;  // raised when a manifest is laid out in another way

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
  manifest.description = read_description(member(tree, "description", Kind::object));
  for (const Value& source : member(tree, "sources", Kind::array).items())
    manifest.sources.push_back({member(source, "path", Kind::string).text(), member(source, "fnv1a64", Kind::string).text()});
  return manifest;
}

bool is_sound(const Manifest& manifest) {
  return is_snake_case(manifest.plugin) && is_version(manifest.version) &&
         description_faults(manifest.plugin, manifest.description).empty();
}

}  // namespace

std::string source_hash(const std::filesystem::path& library, const std::string& path) {
  const std::filesystem::path source = library.parent_path() / path;
  try {
    if (!std::filesystem::is_directory(source)) return hash_text(content_hash(read_bytes(source)));
    std::map<std::string, std::string> hashes;
    for (const auto& entry : std::filesystem::directory_iterator(source))
      if (entry.is_regular_file()) hashes[entry.path().filename().string()] = hash_text(content_hash(read_bytes(entry.path())));
    std::string all;
    for (const auto& [name, hash] : hashes) all += name + '\0' + hash;
    return hash_text(content_hash(all));
  } catch (const std::exception&) {
    return "";
  }
}

Manifest make_manifest(const LibraryFile& library, const PluginAbi& abi, Description description) {
  Manifest manifest{abi.name, abi.version, abi.licence, library.stamp, library.hash, std::move(description), {}, {}};
  for (const std::string& path : manifest.description.files) {
    manifest.sources.push_back({path, source_hash(library.path, path)});
    if (manifest.sources.back().hash.empty())
      throw Error(quoted(library.path) + " says that its node types come from '" + path + "', which cannot be read");
  }
  return manifest;
}

std::string manifest_text(const Manifest& manifest) {
  Value library = Value::object();
  library.set("size", manifest.stamp.size).set("mtime_ns", manifest.stamp.mtime_ns).set("fnv1a64", manifest.hash);
  Value tree = Value::object();
  tree.set("format", kFormat).set("plugin", manifest.plugin).set("version", manifest.version).set("licence", manifest.licence);
  Value sources = Value::array();
  for (const SourceFile& source : manifest.sources)
    sources.push(std::move(Value::object().set("path", source.path).set("fnv1a64", source.hash)));
  tree.set("host", host_abi_text()).set("library", std::move(library)).set("sources", std::move(sources));
  return json::write(tree.set("description", manifest.description.tree));
}

std::optional<Manifest> parse_manifest(const std::string& text) {
  Diagnostics faults;
  const std::optional<Value> tree = json::parse(text, "manifest", faults);
  if (!tree || faults.has_errors()) return std::nullopt;
  try {
    Manifest manifest = from_tree(*tree);
    return is_sound(manifest) ? std::optional(std::move(manifest)) : std::nullopt;
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace flowrun::registry
