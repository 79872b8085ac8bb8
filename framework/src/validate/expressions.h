#pragma once

#include "validate/draft.h"

namespace flowrun::checks {

/// A text split at its ${name}s; "$${" stands for a plain "${".
struct TemplatePart {
  bool is_name = false;
  std::string text;
};
/// Throws Error for a ${ that is not closed.
std::vector<TemplatePart> split_template(const std::string& text);

/// Turns what a file gives for a parameter into an expression. Faults start with `what`.
class Evaluator {
 public:
  Evaluator(Names& names, std::filesystem::path base, Diagnostics& faults, std::string what)
      : names_(names), base_(std::move(base)), faults_(faults), what_(std::move(what)) {}

  /// Nothing when it is faulty; the fault is reported, here or where a name that it uses is set.
  std::optional<Expression> evaluate(const Literal& literal, const ParamSpec& spec);
  /// The same for text from the command line.
  std::optional<Expression> evaluate_text(const std::string& text, const ParamSpec& spec);
  /// A default, which is a plain value.
  std::optional<Expression> evaluate_default(const ParamSpec& spec, const SourceLocation& place);

 private:
  std::optional<Expression> from_template(const std::string& text, const SourceLocation& place, const ParamSpec& spec);
  std::optional<Expression> from_name(const std::string& name, const SourceLocation& place, const ParamSpec& spec);
  std::optional<ParamValue> list_value(const Literal& literal, const Literal::List& list, const ParamSpec& spec);
  std::optional<ParamValue> plain_value(const Literal& literal, const ParamSpec& spec);
  std::optional<Expression> checked(ParamValue value, const SourceLocation& place, const ParamSpec& spec);
  Binding* find(const std::string& name, const SourceLocation& place);
  void error(const SourceLocation& place, const std::string& sentence) { faults_.error(place, what_ + ": " + sentence); }

  Names& names_;
  std::filesystem::path base_;
  Diagnostics& faults_;
  std::string what_;
};

/// About how many bytes its text, or its constant, takes.
std::size_t size_of(const Expression& expression);
/// The first value in an expression that is known only when cases run, or nothing.
std::string first_case_value(const Expression& expression);
/// Puts the base of a path in front of it, for use inside another file's values.
Expression with_base(Expression expression);

}  // namespace flowrun::checks
