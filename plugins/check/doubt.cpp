#include "doubt.h"

#include "flowrun/sdk/error.h"

namespace flowrun::check {

ParamSpec on_doubt() {
  ParamSpec spec{.name = "on_doubt", .type = ParamType::choice, .default_value = std::string("warn")};
  spec.help = "What a doubt does: a warning, or the end of the case";
  spec.choices = {"warn", "fail"};
  return spec;
}

void doubt(Context& context, const std::string& sentence) {
  if (context.params().text("on_doubt") == "fail") throw Error(sentence);
  context.warn(sentence);
}

}  // namespace flowrun::check
