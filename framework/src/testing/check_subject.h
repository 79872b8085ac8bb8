#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "flowrun/host/registry.h"
#include "flowrun/testing/node_runner.h"
#include "flowrun/testing/plugin_check.h"

namespace flowrun::testing {

using InputSet = std::map<std::string, std::vector<PayloadPtr>, std::less<>>;

/// What a call of a node did.
struct Outcome {
  enum class Kind { emitted, refused, broke_contract };
  Kind kind = Kind::emitted;
  std::string text;  ///< what it threw, or how it broke its contract
  InputSet outputs;

  bool is_clean() const { return kind != Kind::broke_contract; }
  std::uint64_t hash() const;  ///< of all outputs
};

struct FiringOptions {
  bool cancelled = false;  ///< from the first look on
  int place = 0;           ///< files are written into a folder of this number
};

/// A node type under check: makes nodes of it and fires them with artificial inputs.
class Subject {
 public:
  Subject(Registry& registry, const std::string& type, const CheckOptions& options, std::filesystem::path scratch);

  const NodeType& type() const { return type_; }
  std::unique_ptr<Node> create() const { return registry_.create(type_.name); }
  Outcome open(Node& node) const;
  Outcome fire(Node& node, const InputSet& inputs, const FiringOptions& options = {}) const;
  Outcome fire_new_node(const InputSet& inputs, const FiringOptions& options = {}) const;
  const Codec* codec(std::string_view payload) const { return registry_.codec(payload); }
  std::filesystem::path folder_of(int place) const { return scratch_ / std::to_string(place); }

  /// Why no firing can be prepared: a file that must be given, a payload that nothing here makes. Empty: it can.
  const std::string& obstacle();
  /// Inputs with which it emits, and what came of them; where every try is refused, those of the first.
  const InputSet& inputs();
  const Outcome& baseline();
  /// How often to fire in a check that would like `count`: less for a node whose firings take long, at least once.
  int firings(int count);
  /// A parameter that must be a file that is there, in words; empty: none.
  std::string missing_file() const;

 private:
  static constexpr std::size_t kEndings = 8;  ///< of files that a node may write

  bool writes_files() const;
  std::optional<std::string> given(const ParamSpec& spec) const;
  Params params(bool with_per_case, const std::filesystem::path& folder) const;
  ParamValue value_for(const ParamSpec& spec, const std::filesystem::path& folder) const;
  std::string ending_for(const ParamSpec& spec) const;
  void look_for_inputs();
  InputSet ordinary_inputs();
  bool try_inputs(const InputSet& tried);
  bool try_endings(const InputSet& tried);
  bool try_others(const InputSet& ordinary);
  std::vector<PayloadPtr> made_by_others(const std::string& payload);

  Registry& registry_;
  NodeType type_;
  const CheckOptions& options_;
  std::filesystem::path scratch_;
  std::string obstacle_;
  std::size_t ending_ = 0;   ///< 0: the one that the help names
  bool fill_paths_ = false;  ///< also files to be written that are optional
  int depth_ = 0;
  bool looked_ = false;
  InputSet inputs_;
  Outcome baseline_;
  std::chrono::steady_clock::duration time_{};  ///< of the firing that gave it
};

}  // namespace flowrun::testing
