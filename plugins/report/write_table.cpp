#include "node_types.h"

#include "flowrun/sdk/table_text.h"
#include "flowrun/sdk/atomic_file.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::report {
namespace {

constexpr Input<Table> kTable{"table", "The table", Scope::per_case};

class WriteTable : public Node {
 public:
  void process(Context& context) override {
    const Table& table = context.in(kTable);
    const std::string& path = context.params().text("path");
    const bool csv = path.ends_with(".csv");
    if (!csv && !path.ends_with(".json"))
      throw Error("parameter 'path' is '" + path + "'; a name that ends in .csv or .json is expected");
    table::require_complete(table);
    write_atomically(path, csv ? table::to_csv(table) : table::to_json(table) + "\n");
  }
};

}  // namespace

NodeType write_table_type() {
  NodeType type;
  type.name = "report.write_table";
  type.summary = "Writes a table to .csv or .json";
  type.details =
      "CSV: a row of names, then the rows, cells separated by commas and quoted where they must be (RFC 4180). JSON: a list of "
      "objects. A number that is not defined is an empty cell, or null. The file appears whole or not at all. Errors: another "
      "ending; a file that cannot be written.";
  type.inputs = {kTable};
  type.params = {{.name = "path",
                  .type = ParamType::path,
                  .help = "The file to write, .csv or .json",
                  .role = PathRole::output,
                  .per_case = true}};
  type.concurrent = true;
  type.create = create_node<WriteTable>;
  return type;
}

}  // namespace flowrun::report
