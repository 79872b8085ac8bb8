#include "common/torch/state_check.h"

#include <torch/csrc/jit/passes/constant_propagation.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <string_view>

#include "common/torch/graph_walk.h"
#include "flowrun/sdk/error.h"

namespace flowrun::tensor {
namespace {

namespace jit = torch::jit;

/// Operators whose result is memory of their first input, whatever it is. Those that copy in some cases (reshape, contiguous,
/// to) are left to the watch while the network runs.
bool gives_same_memory(const jit::Node& node) {
  static const std::set<std::string_view> kViews{
      "aten::__getitem__", "aten::alias", "aten::chunk", "aten::data", "aten::detach", "aten::diagonal", "aten::expand", "aten::expand_as",
      "aten::get", "aten::lift_fresh", "aten::movedim", "aten::narrow", "aten::numpy_T", "aten::permute", "aten::select", "aten::slice",
      "aten::split", "aten::split_with_sizes", "aten::squeeze", "aten::swapaxes", "aten::t", "aten::T", "aten::tensor_split", "aten::transpose",
      "aten::unbind", "aten::unfold", "aten::unsqueeze", "aten::view", "aten::view_as", "prim::ConstantChunk", "prim::ListUnpack",
      "prim::TupleIndex", "prim::TupleUnpack", "prim::data", "prim::unchecked_cast", "prim::unchecked_unwrap_optional", "aten::_unwrap_optional"};
  const std::string_view name = node.kind().toQualString();
  if (node.inputs().empty()) return false;
  return kViews.count(name) > 0 || (name.starts_with("aten::") && name.ends_with('_') && !name.ends_with("__"));
}

const jit::Value& origin_of(const jit::Value& value) {
  const jit::Value* origin = &value;
  while (gives_same_memory(*origin->node())) origin = origin->node()->inputs().at(0);
  return *origin;
}

/// Whether a value is the network or what hangs on it, reached by names of attributes alone.
bool is_part_of(const jit::Value& network, const jit::Value& value) {
  const jit::Value* part = &value;
  while (part != &network && part->node()->kind() == c10::prim::GetAttr) part = part->node()->inputs().at(0);
  return part == &network;
}

/// In words, where the value is the network's own; else empty.
std::string state_in_words(const jit::Value& network, const jit::Value& value) {
  const jit::Node& node = *value.node();
  if (node.kind() == c10::prim::Constant) return "a constant of its code";
  return node.kind() == c10::prim::GetAttr && is_part_of(network, value) ? "its '" + node.s(c10::attr::name) + "'" : "";
}

[[noreturn]] void refuse(const std::string& what, const jit::Node& node) {
  throw Error("changes " + what + " while it runs (" + place_of(node) + "), so its scores would depend on what ran before and on the number of "
              "threads; let forward work on a copy (clone()), and save the network in evaluation mode: network.eval()");
}

bool is_written(const jit::Node& node, std::size_t input) {
  const auto* const schema = node.maybeSchema();
  if (!schema || input >= schema->arguments().size()) return false;
  const auto* const alias = schema->arguments()[input].alias_info();
  return alias && alias->isWrite();
}

bool is_false(const jit::Value& value) {
  const auto constant = jit::toIValue(&value);
  return constant && ((constant->isBool() && !constant->toBool()) || constant->isNone());
}

/// Norms write to the statistics that they are given in training, which LibTorch's descriptions of them do not say.
bool updates_statistics(const jit::Node& node) {
  const auto* const schema = node.maybeSchema();
  if (!schema) return false;
  bool has_statistics = false, trains = false;
  for (std::size_t i = 0; i < schema->arguments().size() && i < node.inputs().size(); ++i) {
    const std::string& name = schema->arguments()[i].name();
    if (name == "running_mean") has_statistics = !is_false(*node.inputs().at(i));
    if (name == "training" || name == "use_input_stats") trains = !is_false(*node.inputs().at(i));
  }
  return has_statistics && trains;
}

/// Branches that are for training only are gone.
std::shared_ptr<jit::Graph> in_evaluation(jit::Graph& forward) {
  std::shared_ptr<jit::Graph> graph = forward.copy();
  each_node(*graph->block(), [&](jit::Node& node) {
    if (node.kind() != c10::prim::GetAttr || node.s(c10::attr::name) != "training" || node.output()->type() != c10::BoolType::get()) return;
    const jit::WithInsertPoint before(&node);
    node.output()->replaceAllUsesWith(graph->insertConstant(false));
  });
  jit::ConstantPropagationImmutableTypes(graph);
  return graph;
}

/// True when the node writes to what the graph alone does not show.
bool look_at(const jit::Node& node, const jit::Value& network) {
  if (node.kind() == c10::prim::SetAttr) {
    const jit::Value& object = *node.inputs().at(0);
    if (is_part_of(network, object)) refuse("its '" + node.s(c10::attr::name) + "'", node);
    return object.node()->kind() != c10::prim::CreateObject;
  }
  bool unsure = node.kind() == c10::prim::CallMethod || node.kind() == c10::prim::CallFunction || updates_statistics(node);
  for (std::size_t i = 0; i < node.inputs().size(); ++i) {
    if (!is_written(node, i)) continue;
    const jit::Value& origin = origin_of(*node.inputs().at(i));
    if (const std::string state = state_in_words(network, origin); !state.empty()) refuse(state, node);
    const c10::TypeKind kind = origin.type()->kind();
    const bool is_made_here = origin.node()->kind() == c10::prim::ListConstruct || origin.node()->kind() == c10::prim::DictConstruct;
    unsure = unsure || (kind != c10::TypeKind::TensorType && !is_made_here);
  }
  return unsure;
}

/// Of tensors: by LibTorch's analysis of what may share memory. The inputs stand for all memory that it does not know.
bool may_write_tensors(const std::shared_ptr<jit::Graph>& graph) {
  const jit::AliasDb aliases(graph, /*isFrozen=*/true);
  const auto written = [&](const jit::Value* value) { return aliases.hasWriters(value); };
  bool found = graph->inputs().size() > 1 && written(graph->inputs().at(1));
  each_node(*graph->block(), [&](jit::Node& node) {
    if (node.kind() == c10::prim::GetAttr || node.kind() == c10::prim::Constant) found = found || written(node.output());
  });
  return found;
}

bool same(const c10::IValue& one, const c10::IValue& other) {
  if (one.tagKind() != other.tagKind()) return false;
  if (one.isDouble() && std::isnan(one.toDouble())) return std::isnan(other.toDouble());
  if (!one.isTensor()) return one == other;
  const at::Tensor &a = one.toTensor(), &b = other.toTensor();
  if (!a.defined() || !b.defined()) return a.defined() == b.defined();
  if (a.sizes() != b.sizes() || a.scalar_type() != b.scalar_type()) return false;
  return at::equal(a, b) || (a.is_floating_point() && at::allclose(a, b, 0, 0, /*equal_nan=*/true));
}

using Seen = std::set<const void*>;

void collect(const c10::IValue& value, std::vector<c10::IValue>& into, Seen& seen) {
  const auto all = [&](const auto& parts) {
    into.emplace_back(static_cast<std::int64_t>(parts.size()));
    for (const c10::IValue& part : parts) collect(part, into, seen);
  };
  if (value.isTensor()) {
    if (!value.toTensor().defined() || value.toTensor().layout() == at::kStrided) into.push_back(value);
  } else if (value.isObject()) {
    if (seen.insert(&value.toObjectRef()).second) all(value.toObjectRef().slots());
  } else if (value.isList()) {
    all(value.toListRef());
  } else if (value.isTuple()) {
    all(value.toTupleRef().elements().vec());
  } else if (value.isGenericDict()) {
    into.emplace_back(static_cast<std::int64_t>(value.toGenericDict().size()));
    for (const auto& entry : value.toGenericDict()) {
      collect(entry.key(), into, seen);
      collect(entry.value(), into, seen);
    }
  } else if (value.isInt() || value.isDouble() || value.isBool() || value.isString() || value.isNone()) {
    into.push_back(value);
  }
}

}  // namespace

bool may_change_state(const std::shared_ptr<jit::Graph>& forward) {
  const std::shared_ptr<jit::Graph> graph = in_evaluation(*forward);
  bool unsure = false;
  each_node(*graph->block(), [&](jit::Node& node) { unsure = look_at(node, *graph->inputs().at(0)) || unsure; });
  return unsure || may_write_tensors(graph);
}

StateWatch::StateWatch(const jit::Module& module) : module_(module), before_(values()) {
  for (c10::IValue& value : before_)
    if (value.isTensor() && value.toTensor().defined()) value = value.toTensor().clone();
}

std::vector<c10::IValue> StateWatch::values() const {
  std::vector<c10::IValue> all;
  Seen seen;
  collect(module_._ivalue(), all, seen);
  each_node(*module_.get_method("forward").graph()->block(), [&](jit::Node& node) {
    if (node.kind() != c10::prim::Constant) return;
    if (const auto constant = jit::toIValue(node.output())) collect(*constant, all, seen);
  });
  return all;
}

bool StateWatch::changed() const {
  const std::vector<c10::IValue> now = values();
  return !std::equal(now.begin(), now.end(), before_.begin(), before_.end(), same);
}

}  // namespace flowrun::tensor
