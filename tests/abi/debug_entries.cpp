#include "debug_entries.h"

#include <cstdlib>
#include <set>

namespace flowrun::testing {
namespace {

const std::set<std::string>& wanted_values() {
  static const std::set<std::string> kNames{
      "name",        "linkage_name", "type",        "byte_size", "data_member_location", "const_value", "vtable_elem_location",
      "upper_bound", "count",        "declaration", "external",  "virtuality",           "artificial"};
  return kNames;
}

std::string trimmed(const std::string& text) {
  const std::size_t end = text.find_last_not_of(" \t");
  return end == std::string::npos ? "" : text.substr(0, end + 1);
}

/// "(indirect string, offset: 0x51): name" is a name, "<0x5caf5>" a reference, "2 byte block: 10 2 (DW_OP_constu: 2)" the
/// number 2.
std::string clean_value(std::string text) {
  if (text.starts_with("(indirect")) text.erase(0, text.find("): ") + 3);
  if (text.starts_with("<0x")) return text.substr(3, text.find('>') - 3);
  if (const std::size_t constant = text.find("DW_OP_constu: "); constant != std::string::npos)
    return text.substr(constant + 14, text.find(')', constant) - constant - 14);
  return trimmed(text);
}

}  // namespace

const std::string& DebugEntry::value(const std::string& name) const {
  static const std::string kNone;
  const auto found = values.find(name);
  return found == values.end() ? kNone : found->second;
}

std::int64_t DebugEntry::number(const std::string& name) const { return std::strtoll(value(name).c_str(), nullptr, 0); }

DebugEntries::DebugEntries(std::istream& lines) {
  std::vector<DebugEntry*> open;  // by depth
  DebugEntry* current = nullptr;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(" <")) {  // " <2><5cb06>: Abbrev Number: 66 (DW_TAG_class_type)"
      const std::size_t depth = std::strtoul(line.c_str() + 2, nullptr, 10), start = line.find("><") + 2;
      const std::size_t tag = line.find("(DW_TAG_");
      current = nullptr;
      if (tag == std::string::npos) continue;
      current = &entries_[line.substr(start, line.find('>', start) - start)];
      current->tag = line.substr(tag + 8, line.find(')', tag) - tag - 8);
      open.resize(std::min(open.size(), depth));
      if (!open.empty()) current->parent = open.back(), open.back()->children.push_back(current);
      open.push_back(current);
    } else if (const std::size_t at = line.find("DW_AT_"); current && at != std::string::npos) {
      const std::size_t colon = line.find(':', at);
      const std::string name = trimmed(line.substr(at + 6, colon - at - 6));
      if (wanted_values().count(name)) current->values[name] = clean_value(line.substr(colon + 2));
    }
  }
}

const DebugEntry* DebugEntries::target(const DebugEntry& entry) const {
  const auto found = entries_.find(entry.value("type"));
  return found == entries_.end() ? nullptr : &found->second;
}

std::string DebugEntries::full_name(const DebugEntry& entry) {
  const std::string name = entry.has("name") ? entry.value("name") : "(unnamed)";
  std::string before;
  for (const DebugEntry* around = entry.parent; around && around->tag != "compile_unit"; around = around->parent)
    if (around->value("name") != "__cxx11") before = around->value("name") + "::" + before;
  return before + name;
}

std::string DebugEntries::arguments_of(const DebugEntry& function) const {
  std::string text;
  for (const DebugEntry* child : function.children)
    if (child->tag == "formal_parameter" && !child->has("artificial")) text += (text.empty() ? "" : ", ") + type_of(*child);
  return "(" + text + ")";
}

std::string DebugEntries::in_words(const DebugEntry* type) const {
  if (!type) return "void";
  if (type->tag == "pointer_type") return type_of(*type) + "*";
  if (type->tag == "reference_type") return type_of(*type) + "&";
  if (type->tag == "rvalue_reference_type") return type_of(*type) + "&&";
  if (type->tag == "const_type") return "const " + type_of(*type);
  if (type->tag == "subroutine_type") return type_of(*type) + arguments_of(*type);
  if (type->tag != "array_type") return full_name(*type);
  std::string text = type_of(*type);
  for (const DebugEntry* child : type->children)
    text += "[" + std::to_string(child->has("count") ? child->number("count") : child->number("upper_bound") + 1) + "]";
  return text;
}

std::string DebugEntries::type_of(const DebugEntry& entry) const { return in_words(target(entry)); }

}  // namespace flowrun::testing
