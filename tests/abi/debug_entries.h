// Debug information as `readelf --debug-dump=info` prints it.
#pragma once

#include <cstdint>
#include <istream>
#include <map>
#include <string>
#include <vector>

namespace flowrun::testing {

struct DebugEntry {
  std::string tag;                            ///< "structure_type"
  std::map<std::string, std::string> values;  ///< "name": "NodeType"; a reference as the hexadecimal digits of its target
  const DebugEntry* parent = nullptr;
  std::vector<const DebugEntry*> children;

  bool has(const std::string& name) const { return values.count(name) != 0; }
  const std::string& value(const std::string& name) const;  ///< "" when it is not there
  std::int64_t number(const std::string& name) const;       ///< 0 when it is not there
};

class DebugEntries {
 public:
  explicit DebugEntries(std::istream& lines);
  DebugEntries(DebugEntries&&) = default;

  const std::map<std::string, DebugEntry>& all() const { return entries_; }
  /// The type of an entry in words, as in "const flowrun::NodeType*"; "void" without one.
  std::string type_of(const DebugEntry& entry) const;
  /// With its namespaces and classes, those that the standard library hides left out.
  static std::string full_name(const DebugEntry& entry);

 private:
  const DebugEntry* target(const DebugEntry& entry) const;
  std::string in_words(const DebugEntry* type) const;
  std::string arguments_of(const DebugEntry& function) const;

  std::map<std::string, DebugEntry> entries_;  ///< by offset
};

}  // namespace flowrun::testing
