#include "common/torch/code_tree.h"

#include <algorithm>
#include <optional>
#include <set>

#include "common/torch/operator_list.h"
#include "flowrun/sdk/error.h"

namespace flowrun::tensor {
namespace {

namespace jit = torch::jit;
using jit::TreeRef;

bool is_known(const std::string& name) {
  const auto symbol = c10::Symbol::fromQualString(name);
  return !jit::getAllOperatorsFor(symbol).empty() || !jit::getAllBuiltinFunctionsFor(symbol).empty();
}

bool is_of_values(const c10::Argument& argument) {
  const c10::TypePtr type = argument.type();
  return type->kind() == c10::TypeKind::IntType || type->kind() == c10::TypeKind::FloatType || type->kind() == c10::TypeKind::StringType ||
         type->kind() == c10::TypeKind::BoolType || type->kind() == c10::TypeKind::NumberType;
}

/// An operator that compiling may run: it takes only numbers and texts. Some take for ever or all memory ("x".ljust(10 ** 12)).
bool runs_while_compiling(const std::string& name) {
  const auto& operators = jit::getAllOperatorsFor(c10::Symbol::fromQualString("aten::" + name));
  return std::any_of(operators.begin(), operators.end(), [](const auto& op) {
    const auto& arguments = op->schema().arguments();
    return !arguments.empty() && std::all_of(arguments.begin(), arguments.end(), is_of_values);
  });
}

std::optional<std::string> variable(const TreeRef& tree) {
  if (tree->kind() != jit::TK_VAR) return std::nullopt;
  return jit::Var(tree).name().name();
}

class TreeCheck {
 public:
  explicit TreeCheck(const std::string& place) : place_(place) {}

  void walk(const TreeRef& tree) {
    if (tree->kind() == '.') check_select(jit::Select(tree));
    if (tree->kind() == jit::TK_PARAM) check_default(jit::Param(tree));
    if (tree->kind() == jit::TK_CLASS_DEF) check_constants(jit::ClassDef(tree));
    if (tree->isAtom()) return;
    for (const TreeRef& part : tree->trees()) walk(part);
  }

 private:
  std::string where(const TreeRef& tree) const {
    const auto& range = tree->range();
    return place_ + " line " + std::to_string(range.source()->lineno_for_offset(range.start()) + 1);
  }

  void check_select(const jit::Select& select) {
    const TreeRef base = select.value().tree();
    const std::string name = select.selector().name();
    const auto of = variable(base);
    if (of == "torch") return check_operator_name("aten::" + name, where(select));
    if (base->kind() == '.' && variable(jit::Select(base).value().tree()) == "ops")
      return check_operator_name(jit::Select(base).selector().name() + "::" + name, where(select));
    if (of != "self" && !is_allowed_operator("aten::" + name) && runs_while_compiling(name)) check_operator_name("aten::" + name, where(select));
  }

  void check_default(const jit::Param& parameter) {
    const auto value = parameter.defaultValue();
    if (value.present() && !is_written_out(value.get().tree()))
      throw Error("the default value of parameter '" + parameter.ident().name() + "' (" + where(parameter) +
                  ") is worked out while the model is loaded, which is refused");
  }

  void check_constants(const jit::ClassDef& definition) {
    for (const jit::Stmt& statement : definition.body()) {
      if (statement.kind() != jit::TK_ASSIGN) continue;
      check_has_type(jit::Assign(statement.tree()), definition);
      const auto value = jit::Assign(statement.tree()).rhs();
      if (value.present() && !is_written_out(value.get().tree()) && !is_type_of_attribute(statement))
        throw Error("a constant of class '" + definition.name().name() + "' (" + where(statement) +
                    ") is worked out while the model is loaded, which is refused");
    }
  }

  /// LibTorch 1.13 reads the type of every constant of a class, also where there is none, and reads beyond its memory then.
  void check_has_type(const jit::Assign& assign, const jit::ClassDef& definition) {
    static const std::set<std::string> kLists{"__parameters__", "__buffers__", "__annotations__", "__forward_hooks__", "__forward_pre_hooks__"};
    const auto name = variable(assign.lhs().tree());
    if (!name || assign.type().present() || kLists.count(*name)) return;
    throw Error("a constant of class '" + definition.name().name() + "', '" + *name + "' (" + where(assign) +
                "), has no type, which is refused");
  }

  /// __annotations__["0"] = __torch__.Layer
  static bool is_type_of_attribute(const jit::Stmt& statement) {
    const TreeRef left = jit::Assign(statement.tree()).lhs().tree();
    return left->kind() == jit::TK_SUBSCRIPT && variable(jit::Subscript(left).value().tree()) == "__annotations__";
  }

  static bool is_written_out(const TreeRef& tree) {
    switch (tree->kind()) {
      case jit::TK_CONST:
      case jit::TK_STRINGLITERAL:
      case jit::TK_TRUE:
      case jit::TK_FALSE:
      case jit::TK_NONE:
      case jit::TK_NOTHING:
      case jit::TK_DOTS:
        return true;
      case jit::TK_VAR: {
        const auto name = variable(tree);
        return name == "inf" || name == "nan" || name == "infj" || name == "nanj";
      }
      case jit::TK_APPLY:
        return is_written_out_call(jit::Apply(tree));
      case jit::TK_LIST:
      case jit::TK_OPTION:
      case jit::TK_UNARY_MINUS:
      case jit::TK_LIST_LITERAL:
      case jit::TK_TUPLE_LITERAL:
      case jit::TK_DICT_LITERAL:
        return std::all_of(tree->trees().begin(), tree->trees().end(), is_written_out);
      default:
        return false;
    }
  }

  /// annotate(List[int], []), torch.device("cpu"): what LibTorch itself writes.
  static bool is_written_out_call(const jit::Apply& call) {
    if (!call.attributes().empty()) return false;
    std::vector<TreeRef> inputs;
    for (const jit::Expr& input : call.inputs()) inputs.push_back(input.tree());
    if (variable(call.callee().tree()) == "annotate") return inputs.size() == 2 && is_written_out(inputs[1]);
    if (call.callee().kind() != '.') return false;
    const jit::Select select(call.callee().tree());
    return variable(select.value().tree()) == "torch" && select.selector().name() == "device" && inputs.size() == 1 && is_written_out(inputs[0]);
  }

  const std::string& place_;
};

/// "op_version_set = 1" and "import __torch__.x" of early versions.
void skip_heading(jit::Lexer& lexer) {
  while (lexer.cur().kind == jit::TK_IMPORT || (lexer.cur().kind == jit::TK_IDENT && lexer.cur().text() == "op_version_set")) {
    while (lexer.cur().kind != jit::TK_NEWLINE) {
      if (lexer.cur().kind == jit::TK_EOF) throw std::runtime_error("no end of the line");
      lexer.next();
    }
    lexer.next();
  }
}

TreeRef next_definition(jit::Parser& parser) {
  if (parser.lexer().cur().kind == jit::TK_CLASS_DEF) return parser.parseClass();
  if (parser.lexer().cur().kind == jit::TK_DEF) return parser.parseFunction(/*is_method=*/false);
  throw std::runtime_error("neither a class nor a function");
}

}  // namespace

std::string this_libtorch() { return std::string("this LibTorch (") + TORCH_VERSION + ")"; }

void check_operator_name(const std::string& name, const std::string& where) {
  if (!is_known(name))
    throw Error("it uses the operator '" + name + "' (" + where + "), which is unknown to " + this_libtorch() +
                "; run it with the LibTorch that the model was made for, or make the model again with a PyTorch of this version");
  if (!is_allowed_operator(name))
    throw Error("its code uses the operator '" + name + "'" + why_refused(name) + " (" + where + "); it is not on the list of what a network may use");
}

void check_code_tree(const std::shared_ptr<jit::Source>& text, const std::string& place) {
  try {
    jit::Parser parser(text);
    TreeCheck check(place);
    skip_heading(parser.lexer());
    while (parser.lexer().cur().kind != jit::TK_EOF) {
      check.walk(next_definition(parser));
      skip_heading(parser.lexer());
    }
  } catch (const Error&) {
    throw;
  } catch (const std::exception&) {
    throw Error("its code cannot be read (" + place + ")");
  }
}

}  // namespace flowrun::tensor
