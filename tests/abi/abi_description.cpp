#include "abi_description.h"

#include <cxxabi.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <sstream>
#include <stdexcept>

#include "debug_entries.h"
#include "flowrun/sdk/abi.h"
#include "flowrun/sdk/payloads.h"
#include "flowrun/sdk/transform.h"

namespace flowrun::testing {
namespace {

std::string output_of(const std::string& command) {
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
  if (!pipe) throw std::runtime_error("cannot run: " + command);
  std::string text;
  std::array<char, 65536> bytes;
  while (const std::size_t count = std::fread(bytes.data(), 1, bytes.size(), pipe.get())) text.append(bytes.data(), count);
  return text;
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

/// Takes out "<start>...>", a template argument that is always the default.
void erase_argument(std::string& text, const std::string& start) {
  for (std::size_t at = text.find(start); at != std::string::npos; at = text.find(start, at)) {
    std::size_t end = at + start.size();
    for (int open = 1; open > 0 && end < text.size(); ++end) open += (text[end] == '<') - (text[end] == '>');
    text.erase(at, end - at);
  }
}

/// The standard library's long names as people write them.
std::string readable(std::string text) {
  replace_all(text, "std::__cxx11::", "std::");
  replace_all(text, "std::basic_string_view<char, std::char_traits<char> >", "std::string_view");
  replace_all(text, "std::basic_string<char, std::char_traits<char>, std::allocator<char> >", "std::string");
  erase_argument(text, ", std::allocator<");
  erase_argument(text, ", std::default_delete<");
  replace_all(text, " >", ">");
  return text;
}

/// "params() const" of "_ZNK7flowrun11OpenContext6paramsEv".
std::string function_name(const DebugEntry& function) {
  const std::string& linkage = function.value("linkage_name");
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> text(abi::__cxa_demangle(linkage.c_str(), nullptr, nullptr, &status), std::free);
  if (status != 0) return function.value("name");
  const std::string owner = DebugEntries::full_name(*function.parent) + "::";
  const std::string name = readable(text.get());
  return name.starts_with(owner) ? name.substr(owner.size()) : name;
}

AbiType layout_of(const DebugEntries& entries, const DebugEntry& entry) {
  AbiType type;
  type.size = entry.number("byte_size");
  for (const DebugEntry* part : entry.children) {
    const bool is_static = part->has("external") || part->has("declaration");
    if (part->tag == "enumerator") type.values.push_back({part->number("const_value"), part->value("name"), ""});
    if (part->tag == "inheritance")
      type.members.push_back({part->number("data_member_location"), "(base)", readable(entries.type_of(*part))});
    if (part->tag == "member" && !is_static && !part->has("artificial"))
      type.members.push_back({part->number("data_member_location"), part->value("name"), readable(entries.type_of(*part))});
    if (part->tag == "subprogram" && part->has("vtable_elem_location"))
      type.virtuals.push_back({part->number("vtable_elem_location"), function_name(*part), readable(entries.type_of(*part))});
  }
  return type;
}

/// What an author writes and what crosses as text (docs/plugin-abi.md): no layout that both sides must agree on.
bool is_of_one_side(const std::string& name) {
  constexpr std::array kNames{"NodeType", "InputPort", "OutputPort", "ParamSpec", "ParamType", "PathRole",
                              "Scope",    "Plugin",    "PluginSide", "image_like"};
  if (std::find(kNames.begin(), kNames.end(), name) != kNames.end()) return true;
  return name.find("Input<") != std::string::npos || name.find("Output<") != std::string::npos;
}

bool is_of_sdk(const DebugEntry& entry) {
  const bool type = entry.tag == "structure_type" || entry.tag == "class_type" || entry.tag == "enumeration_type";
  if (!type || entry.has("declaration") || !entry.has("name")) return false;
  if (is_of_one_side(entry.value("name"))) return false;
  const DebugEntry* around = entry.parent;
  while (around && around->tag != "namespace" && around->tag != "compile_unit") around = around->parent;
  if (!around) return false;
  return around->value("name") == "flowrun" || entry.value("name") == "flowrun_plugin_abi";
}

template <class T>
void name_payload(AbiDescription& description, const std::string& type) {
  description.types.at("flowrun::" + type).payload = T::kType;
}

}  // namespace

AbiDescription described_headers(const std::string& readelf, const std::filesystem::path& object) {
  std::istringstream lines(output_of(readelf + " --debug-dump=info '" + object.string() + "' 2>/dev/null"));
  const DebugEntries entries(lines);
  AbiDescription description{FLOWRUN_ABI_MAJOR, FLOWRUN_ABI_MINOR, {}};
  for (const auto& [offset, entry] : entries.all())
    if (is_of_sdk(entry)) description.types[readable(DebugEntries::full_name(entry))] = layout_of(entries, entry);
  if (description.types.count("flowrun::Context") == 0)
    throw std::runtime_error("no types of the SDK in the debug information of '" + object.string() + "'");
  name_payload<Labels>(description, "Labels");
  name_payload<Number>(description, "Number");
  name_payload<Transform>(description, "Transform");
  name_payload<Volume>(description, "Volume");
  name_payload<Mask>(description, "Mask");
  name_payload<VoxelList>(description, "VoxelList");
  name_payload<PatchBatch>(description, "PatchBatch");
  name_payload<Scores>(description, "Scores");
  name_payload<Table>(description, "Table");
  return description;
}

std::string to_text(const AbiDescription& description) {
  std::ostringstream text;
  text << "# The plugin ABI: the layout of what plugins and hosts share, as GCC lays it out for x86-64. Written by the build "
          "target\n"
          "# flowrun_renew_abi, which docs/plugin-abi.md explains; do not edit. member: offset in bytes; virtual: slot of the "
          "vtable.\n";
  text << "abi " << description.major << ' ' << description.minor << '\n';
  const auto write = [&](const std::string& word, const std::vector<AbiPart>& parts) {
    for (const AbiPart& part : parts) {
      text << "  " << word << ' ' << part.place << ' ' << part.name;
      if (!part.type.empty()) text << " : " << part.type;
      text << '\n';
    }
  };
  for (const auto& [name, type] : description.types) {
    text << "type " << type.size << ' ' << name << '\n';
    if (!type.payload.empty()) text << "  payload 0 " << type.payload << '\n';
    write("member", type.members);
    write("virtual", type.virtuals);
    write("value", type.values);
  }
  return text.str();
}

AbiDescription parse_abi(const std::string& text) {
  AbiDescription description;
  AbiType* type = nullptr;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream words(line);
    std::string word, rest;
    std::int64_t place = 0;
    words >> word >> place >> std::ws;
    const bool numbers = static_cast<bool>(words);
    std::getline(words, rest);
    const std::size_t colon = rest.rfind(" : ");
    const AbiPart part{place, rest.substr(0, colon), colon == std::string::npos ? "" : rest.substr(colon + 3)};
    if (word == "abi" && numbers) description.major = static_cast<int>(place), description.minor = std::atoi(rest.c_str());
    else if (word == "type" && !rest.empty()) type = &description.types[rest], type->size = place;
    else if (word == "payload" && type) type->payload = rest;
    else if (word == "member" && type) type->members.push_back(part);
    else if (word == "virtual" && type) type->virtuals.push_back(part);
    else if (word == "value" && type) type->values.push_back(part);
    else throw std::runtime_error("the ABI description has a line that means nothing: " + line);
  }
  return description;
}

}  // namespace flowrun::testing
