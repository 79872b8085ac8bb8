#include "node_types.h"

#include <cmath>

#include "flowrun/sdk/atomic_file.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"
#include "flowrun/sdk/table_text.h"

namespace flowrun::report {
namespace {

constexpr Input<Number> kNumber{"number", "The number"};

std::string text_of(double value) {
  if (std::isnan(value)) return "nan";
  return std::isinf(value) ? (value > 0 ? "inf" : "-inf") : table::number_text(value);
}

class WriteNumber : public Node {
 public:
  void process(Context& context) override {
    write_atomically(context.params().text("path"), text_of(context.in(kNumber).value) + "\n");
  }
};

}  // namespace

NodeType write_number_type() {
  NodeType type;
  type.name = "report.write_number";
  type.summary = "Writes a number to a text file";
  type.details =
      "One line with the fewest digits that give the number back, with a point; nan, inf or -inf where it is none. The file "
      "appears "
      "whole or not at all. Errors: a file that cannot be written.";
  type.inputs = {kNumber};
  type.params = {
      {.name = "path", .type = ParamType::path, .help = "The file to write", .role = PathRole::output, .per_case = true}};
  type.concurrent = true;
  type.create = create_node<WriteNumber>;
  return type;
}

}  // namespace flowrun::report
