#include "common/torch/graph_check.h"

#include <algorithm>
#include <functional>
#include <set>
#include <vector>

#include "common/torch/code_tree.h"
#include "common/torch/graph_walk.h"
#include "common/torch/operator_list.h"
#include "flowrun/sdk/error.h"

namespace flowrun::tensor {
namespace {

namespace jit = torch::jit;

constexpr std::size_t kLargestGraph = 1'000'000;

std::string where(const jit::Node& node, const jit::Function& function) {
  const auto place = node.sourceRange().file_line_col();
  const std::string line = place ? ", " + std::get<0>(*place) + " line " + std::to_string(std::get<1>(*place) + 1) : "";
  return "in " + function.qualname().qualifiedName() + line;
}

jit::Block& body_of(jit::Function& function) { return *jit::toGraphFunction(function).graph()->block(); }

/// What a node calls; null for a node that is no call, or whose method depends on the object that it meets.
jit::Function* called_by(const jit::Node& node) {
  if (node.kind() == c10::prim::CallFunction) {
    const auto type = node.inputs().at(0)->type()->cast<c10::FunctionType>();
    return type ? type->function() : nullptr;
  }
  if (node.kind() != c10::prim::CallMethod) return nullptr;
  const auto type = node.inputs().at(0)->type()->cast<c10::ClassType>();
  return type ? type->findMethod(node.s(c10::attr::name)) : nullptr;
}

void check_call(const jit::Node& node, const jit::Function& caller) {
  if (node.kind() == c10::prim::CreateObject) {
    const auto type = node.output()->type()->expect<c10::ClassType>();
    const std::string name = type->name() ? type->name()->qualifiedName() : "?";
    if (name.starts_with("__torch__.torch.classes."))
      throw Error("its code makes an object of LibTorch's class '" + name + "' (" + where(node, caller) + "), which is refused");
  }
  const jit::Function* called = called_by(node);
  if (called && !called->isGraphFunction())
    throw Error("its code calls '" + called->qualname().qualifiedName() + "' of LibTorch's own (" + where(node, caller) + "), which is refused");
}

/// What an operator gets by the name of an argument, where it is written in the code.
c10::optional<c10::IValue> written_argument(const jit::Node& node, const std::string& name) {
  const auto* const schema = node.maybeSchema();
  for (std::size_t i = 0; schema && i < schema->arguments().size() && i < node.inputs().size(); ++i)
    if (schema->arguments()[i].name() == name) return jit::toIValue(node.inputs().at(i));
  return c10::nullopt;
}

bool is_set(const c10::optional<c10::IValue>& value) {
  return value && ((value->isBool() && value->toBool()) || (value->isDouble() && value->toDouble() > 0));
}

/// Dropout, and slopes drawn at random, that are on whatever mode the network is in.
void check_dropout(const jit::Node& node, const jit::Function& function) {
  const std::string name = node.kind().toUnqualString();
  const bool trains = is_set(written_argument(node, "train")) || is_set(written_argument(node, "training"));
  const bool drops = name.find("dropout") != std::string::npos || name == "rrelu" || name == "rrelu_" || is_set(written_argument(node, "dropout"));
  if (is_set(written_argument(node, "dropout_p")) || (trains && drops))
    throw Error("its code has a dropout that is always on (" + where(node, function) +
                "), so its results would differ each time; save the network in evaluation mode: network.eval() before torch.jit.trace");
}

/// Whether a value is written in the code as zero, or as a list with a zero in it.
bool has_a_zero(const jit::Value& value) {
  const auto is_zero = [](const c10::IValue& one) { return one.isInt() && one.toInt() == 0; };
  if (const auto constant = jit::toIValue(&value)) {
    if (!constant->isIntList()) return is_zero(*constant);
    const auto list = constant->toIntVector();
    return std::find(list.begin(), list.end(), 0) != list.end();
  }
  const jit::Node& made = *value.node();
  return made.kind() == c10::prim::ListConstruct &&
         std::any_of(made.inputs().begin(), made.inputs().end(), [](const jit::Value* one) { return has_a_zero(*one); });
}

/// Division of whole numbers by zero, and a stride of zero (LibTorch divides by it in places): the processor stops the process.
/// Found where the zero is written in the code; one that is computed is not.
void check_zeros(const jit::Node& node, const jit::Function& function) {
  static const std::set<std::string> kDivisions{"aten::remainder", "aten::fmod", "aten::floordiv", "aten::mod", "aten::floor_divide",
                                                "aten::__round_to_zero_floordiv", "prim::ModuloInt"};
  const bool divides = kDivisions.count(node.kind().toQualString()) > 0 && node.inputs().size() >= 2 &&
                       node.inputs().at(0)->type()->kind() == c10::TypeKind::IntType;
  if (divides && has_a_zero(*node.inputs().at(1)))
    throw Error("its code divides a whole number by zero (" + where(node, function) + "), which would end the process");
  const auto* const schema = node.maybeSchema();
  for (std::size_t i = 0; schema && i < schema->arguments().size() && i < node.inputs().size(); ++i)
    if (const std::string& name = schema->arguments()[i].name(); (name == "stride" || name == "dilation") && has_a_zero(*node.inputs().at(i)))
      throw Error("its code has a " + name + " of zero (" + where(node, function) + "), which would end the process");
}

void check_node(const jit::Node& node, const jit::Function& function) {
  const std::string name = node.kind().toQualString();
  if (!is_allowed_operator(name))
    throw Error("its code uses the operator '" + name + "'" + why_refused(name) + " (" + where(node, function) +
                "); it is not on the list of what a network may use");
  check_dropout(node, function);
  check_zeros(node, function);
  check_call(node, function);
}

}  // namespace

void GraphCheck::check_function(jit::Function& function) {
  if (!function.isGraphFunction()) throw Error("its code has the function '" + function.qualname().qualifiedName() + "', which has no text");
  each_node(body_of(function), [&](jit::Node& node) { check_node(node, function); });
}

/// The method __setstate__ of a class runs while the model is loaded.
void GraphCheck::check_loading(jit::Function& first) {
  std::set<jit::Function*> known{&first};
  std::vector<jit::Function*> open{&first};
  while (!open.empty()) {
    jit::Function& function = *open.back();
    open.pop_back();
    each_node(body_of(function), [&](jit::Node& node) {
      const std::string name = node.kind().toQualString();
      if (!is_allowed_while_loading(name))
        throw Error("its method '" + first.qualname().qualifiedName() + "' runs while the model is loaded and uses '" + name + "' (" +
                    where(node, function) + "), which quantised layers do not need there");
      jit::Function* called = called_by(node);
      if (called && called->isGraphFunction() && known.insert(called).second) open.push_back(called);
    });
  }
}

/// Operations of a method with all that it calls put in its place. Calls are no deeper than code_check.h allows.
std::size_t GraphCheck::grown_size(jit::Function& function) {
  if (const auto known = sizes_.find(&function); known != sizes_.end()) return known->second;
  sizes_[&function] = 0;
  std::size_t size = 0;
  each_node(body_of(function), [&](jit::Node& node) {
    jit::Function* called = called_by(node);
    size += 1 + (called && called->isGraphFunction() ? grown_size(*called) : 0);
    if (size > kLargestGraph)
      throw Error("its method '" + function.qualname().qualifiedName() + "' grows to more than a million operations when its calls are followed");
  });
  return sizes_[&function] = size;
}

void GraphCheck::check(const jit::CompilationUnit& unit) {
  for (jit::Function* function : unit.get_functions()) check_function(*function);
  for (jit::Function* function : unit.get_functions()) {
    if (function->name() == "__setstate__") check_loading(*function);
    grown_size(*function);
  }
}

}  // namespace flowrun::tensor
