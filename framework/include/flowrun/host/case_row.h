#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flowrun/host/case_record.h"

namespace flowrun {

/// A figure's place in a table: figures come in the order of the graph's nodes, those of one node by name.
struct FigureColumn {
  std::size_t node = 0;  ///< index among the record's nodes
  std::string name;      ///< "node.figure"
  auto operator<=>(const FigureColumn&) const = default;
};

/// What tables and pages show of one case: little enough to be kept for every case of a long run.
struct CaseRow {
  struct Figure {
    FigureColumn column;
    double value = 0;
  };
  std::string name;
  CaseStatus status = CaseStatus::not_started;
  CaseError error;  ///< the cause, when it failed
  std::vector<std::string> warnings;
  std::string left_out;         ///< "read_t2, normalise_t2 did not run (t2 is missing)"; empty: every node ran
  std::vector<Figure> figures;  ///< by column
  std::vector<std::pair<std::string, std::optional<double>>> columns;  ///< of the graph, in its order; nothing: not reported
  std::string started;
  double seconds = 0;
  std::int64_t peak_payload_bytes = 0;
  int attempt = 1;
  std::vector<std::string> pictures;  ///< PNG files among its outputs, as the record names them
  std::string replay;
  std::string earlier;  ///< as the record has it
};

/// `columns`: of the graph as it is now, where the record may be of an earlier run; by default those that the record has.
CaseRow row_of(const CaseRecord& record, const std::vector<std::pair<std::string, std::string>>& columns);
inline CaseRow row_of(const CaseRecord& record) { return row_of(record, record.columns); }

/// Nodes that did not run, with their reasons, as one text. `all`: the nodes of the graph; a stage of which none ran stands for
/// its nodes: "prepare/brains (58 nodes) did not run (not: brain is missing)".
std::string left_out_text(const std::vector<std::pair<std::string, std::string>>& nodes, const std::vector<std::string>& all);

/// The figures of all rows, each once, in order.
std::vector<FigureColumn> figure_columns(const std::vector<CaseRow>& rows);

/// The columns of the graph in all rows, each once.
std::vector<std::string> graph_columns(const std::vector<CaseRow>& rows);
/// What a row has there.
std::optional<double> figure_at(const CaseRow& row, const std::string& column);

/// The nodes that a node reads, by id, as its record's inputs name them.
std::vector<std::string> sources_of(const NodeRecord& node);

/// Text on one line that no terminal, table or page takes for more than text.
std::string one_line(std::string_view text);

/// A number in the fewest digits that give it back, with a point whatever the language; "" for one that is not finite.
std::string exact_text(double value);

}  // namespace flowrun
