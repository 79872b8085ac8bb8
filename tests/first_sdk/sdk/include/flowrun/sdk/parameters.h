#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace flowrun {

/// The value of a parameter. A path is a string; an enum's value is the string of the choice.
using ParamValue = std::variant<bool, std::int64_t, double, std::string, std::vector<std::int64_t>, std::vector<double>,
                                std::vector<std::string>>;

enum class ParamType { boolean, integer, number, string, path, choice, integers, numbers, strings };

/// The word for a type in graph files, help and messages: "boolean", "integer", "number", "string", "path", "enum", "integers"...
std::string_view to_string(ParamType type);
/// The type that has this word, if any.
std::optional<ParamType> param_type(std::string_view word);
/// A value as a person would write it in a graph file: strings quoted, lists in brackets.
std::string to_string(const ParamValue& value);

/// Whether a path parameter names something that must be there, or something that the node makes.
enum class PathRole { input, output };

/// One parameter of a node type (or of a graph), described as data. Validation, help, defaults and documents derive from it.
struct ParamSpec {
  std::string name;  ///< snake_case
  ParamType type = ParamType::number;
  std::optional<ParamValue> default_value;  ///< none: the graph must give it
  std::string help;                         ///< one sentence, no full stop
  std::optional<double> min;                ///< smallest allowed, of a number or of every number in a list
  std::optional<double> max;                ///< largest allowed
  std::string unit;                         ///< "mm", "sd", "voxels"; empty: none
  std::vector<std::string> choices;         ///< of a choice
  std::size_t length = 0;                   ///< of a list; 0: any
  PathRole role = PathRole::input;          ///< of a path
  /// May differ from case to case, and so use ${case}, ${out} and case inputs. Node::open does not see such a parameter.
  bool per_case = false;
};

/// The parameters of one node as a firing sees them: complete (defaults filled in) and checked against their specs.
class Params {
 public:
  void set(std::string name, ParamValue value);
  const ParamValue* find(std::string_view name) const;
  const std::vector<std::pair<std::string, ParamValue>>& all() const { return values_; }

  // Each throws Error when the name is unknown or the value is of another type: a fault of the node's code.
  bool flag(std::string_view name) const;
  std::int64_t integer(std::string_view name) const;
  double number(std::string_view name) const;            ///< takes an integer too
  const std::string& text(std::string_view name) const;  ///< of string, path and enum
  const std::vector<std::int64_t>& integers(std::string_view name) const;
  const std::vector<double>& numbers(std::string_view name) const;
  const std::vector<std::string>& texts(std::string_view name) const;

 private:
  std::vector<std::pair<std::string, ParamValue>> values_;
};

}  // namespace flowrun
