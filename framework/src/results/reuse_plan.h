#pragma once

#include <map>
#include <string>
#include <vector>

#include "results/kept_entry.h"
#include "results/result_keys.h"

namespace flowrun::results {

/// What of a graph can be kept at all.
struct Keepable {
  Keepable(const ValidatedGraph& graph, const FindCodec& codecs);
  std::vector<bool> nodes;    ///< whose outputs can be kept
  std::vector<bool> effects;  ///< nodes that always run: they write files, or make nothing else
};

/// Decides, from the ends of a graph to its beginnings, what a case needs: a node runs where it has effects, or where something
/// needs its outputs that are not kept, or where it is not known what it reported.
class ReusePlan {
 public:
  using Entries = std::map<std::size_t, KeptEntry>;
  /// Reads an output of a node's entry; null where it is damaged.
  using ReadOutput = std::function<std::unique_ptr<Payload>(std::size_t node, const KeptOutput&)>;

  ReusePlan(const ValidatedGraph& graph, const Keepable& keepable, const CaseKeys& keys, const Entries& entries);
  /// `left_out`: nodes that are absent in the case.
  KeptCase make(const Case& one, const std::vector<bool>& left_out, const ReadOutput& read);

 private:
  NodeUse use_of(std::size_t node, const ReadOutput& read);
  bool load(std::size_t node, const ReadOutput& read);
  bool is_needed(std::size_t node) const;
  void need_inputs(std::size_t node);

  const ValidatedGraph& graph_;
  const Keepable& keepable_;
  const CaseKeys& keys_;
  const Entries& entries_;
  std::map<std::string, const NodeNote*> notes_;  ///< by key
  std::vector<std::vector<bool>> needed_;         ///< by node and output port
  KeptCase made_;
};

}  // namespace flowrun::results
