#include "node_types.h"

#include <algorithm>

#include "flowrun/sdk/table_text.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::evaluate {
namespace {

constexpr VariadicInput<Table> kTables{"tables", "Tables with one row each, of one case", Scope::per_case};
constexpr Output<Table> kTable{"table", "One row with all their columns"};

void require_one_row(const Table& table) {
  table::require_complete(table);
  if (table.rows.size() != 1)
    throw Error("a table to be joined has " + std::to_string(table.rows.size()) +
                " rows; tables with one row, such as those of evaluate.overlap, are expected");
}

void append(Table& joined, const Table& table) {
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    const std::string& column = table.columns[c];
    const auto same = std::find(joined.columns.begin(), joined.columns.end(), column);
    if (same == joined.columns.end()) {
      joined.columns.push_back(column);
      joined.rows[0].push_back(table.rows[0][c]);
    } else if (column != "case") {
      throw Error("two of the tables to be joined have a column '" + column + "'; each measure can be in the row once");
    }
  }
}

class Join : public Node {
 public:
  void process(Context& context) override {
    Table joined;
    joined.columns = {"case"};
    joined.rows.push_back({std::string(context.case_name())});
    for (const Table* table : context.in(kTables)) {
      require_one_row(*table);
      append(joined, *table);
    }
    context.emit(kTable, std::move(joined));
  }
};

}  // namespace

NodeType join_type() {
  NodeType type;
  type.name = "evaluate.join";
  type.summary = "The measures of one case from several nodes, in one row";
  type.details =
      "Puts the columns of tables with one row beside each other, in the order of the tables; the column 'case' stands first "
      "and once. Errors: a table with more or fewer rows than one; a column that two tables have.";
  type.inputs = {kTables};
  type.outputs = {kTable};
  type.concurrent = true;
  type.create = create_node<Join>;
  return type;
}

}  // namespace flowrun::evaluate
