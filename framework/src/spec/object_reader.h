#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flowrun/host/diagnostic.h"
#include "flowrun/host/graph_spec.h"
#include "json/json.h"

namespace flowrun::spec {

/// The file that is being read, and where its faults go.
struct Source {
  std::string file;
  Diagnostics& faults;

  SourceLocation place(const json::Value& value) const { return {file, value.line, value.column}; }
  SourceLocation place(const json::Member& member) const { return {file, member.line, member.column}; }
};

/// A value as messages show it: plain ones as written, "a list", "an object".
std::string found_words(const json::Value& value);

/// Reads the members of one JSON object. What is asked for becomes a known name; finish reports the others.
class ObjectReader {
 public:
  /// `what` starts each message: "node 'a'"; empty: the graph itself. A value that is no object is a fault, and reads as empty.
  ObjectReader(Source& source, const json::Value& value, std::string what);

  /// The member of that name, or null.
  const json::Value* find(const char* name);
  // The member as a type, where there is one and it fits; a wrong type is a fault.
  std::optional<std::string> text(const char* name);
  std::optional<bool> flag(const char* name);
  std::optional<double> number(const char* name);
  /// A whole number of at least `least`.
  std::optional<int> count(const char* name, int least);
  std::vector<std::string> texts(const char* name);
  /// The members of a member that is an object; none where it is missing or something else (a fault).
  const json::Value::Object& members(const char* name);

  /// Reports names that nothing asked for, except x-*.
  void finish();

  void error(SourceLocation place, const std::string& sentence);
  const std::string& what() const { return what_; }

 private:
  /// The member when it is of that kind; a fault when it is of another.
  const json::Value* find(const char* name, json::Kind kind, std::string_view expected);

  Source& source_;
  const json::Value& value_;
  std::string what_;
  std::vector<std::string> known_;
};

/// Whether a text can name a node ('-' allowed) or a parameter, an input, an output: letters, digits and '_', no digit first.
bool is_name(const std::string& text, bool dashes);

}  // namespace flowrun::spec
