#include "flowrun/host/comparison.h"

#include <algorithm>
#include <map>

#include "flowrun/host/file_stamps.h"
#include "flowrun/sdk/error.h"
#include "records/record_changes.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;

template <class T, class Name>
const T* named(const std::vector<T>& all, Name matches) {
  const auto found = std::find_if(all.begin(), all.end(), matches);
  return found == all.end() ? nullptr : &*found;
}

std::string content_change(const FileStamp& a, const FileStamp& b) {
  if (a.size < 0 && b.size < 0) return "";  // of a node that no case runs
  if (a.sha256.empty() || b.sha256.empty()) return " may have changed: a record does not know its content";
  return a.sha256 == b.sha256 ? "" : " has other content ('" + a.path + "', '" + b.path + "')";
}

std::vector<std::string> changes_of(const CaseRecord& a, const CaseRecord& b) {
  std::vector<std::string> changes;
  if (a.graph_hash != b.graph_hash) changes = graph_changes(a.nodes, b.nodes);
  if (a.flowrun != b.flowrun) changes.push_back("flowrun " + a.flowrun + " -> " + b.flowrun);
  records::add_value_changes(a.values, b.values, changes);
  records::add_input_changes(a.inputs, b.inputs, content_change, changes);
  records::add_model_changes(a.models, b.models, content_change, changes);
  return changes;
}

using Figures = std::vector<std::pair<std::string, double>>;

Figures figures_of(const CaseRecord& record) {
  Figures figures;
  for (const Report& report : record.reports) figures.emplace_back(report.node + "." + report.name, report.value);
  return figures;
}

std::vector<ComparedFigure> compared_figures(const CaseRecord& a, const CaseRecord& b) {
  std::vector<ComparedFigure> compared;
  const Figures of_a = figures_of(a), of_b = figures_of(b);
  for (const auto& [name, value] : of_a) compared.push_back({name, value, std::nullopt});
  for (const auto& [name, value] : of_b) {
    const auto known =
        std::find_if(compared.begin(), compared.end(), [&](const ComparedFigure& one) { return one.name == name; });
    if (known != compared.end()) known->b = value;
    else compared.push_back({name, std::nullopt, value});
  }
  return compared;
}

/// Whether a file is not what the run wrote any more: a comparison is of what is on the disk now.
bool is_changed(const fs::path& file, const FileStamp& recorded) {
  return recorded.sha256.empty() || records::file_hash(file) != recorded.sha256;
}

std::vector<ComparedFile> compared_files(const CaseRecord& a, const fs::path& out_a, const CaseRecord& b, const fs::path& out_b) {
  std::vector<ComparedFile> files;
  for (const OutputFile& file : a.outputs) {
    const OutputFile* other =
        named(b.outputs, [&](const OutputFile& one) { return one.node == file.node && one.parameter == file.parameter; });
    const NodeRecord* node = named(b.nodes, [&](const NodeRecord& one) { return one.id == file.node; });
    if (!other || !node) continue;
    ComparedFile found{file.node + "." + file.parameter, node->type, out_a / file.file.path, out_b / other->file.path};
    found.changed_a = is_changed(found.a, file.file);
    found.changed_b = is_changed(found.b, other->file);
    found.same = !found.changed_a && !found.changed_b && file.file.sha256 == other->file.sha256;
    files.push_back(std::move(found));
  }
  return files;
}

/// Takes what all cases have to the comparison.
void share_changes(Comparison& comparison) {
  if (comparison.cases.empty()) return;
  for (const std::string& change : comparison.cases.front().changes) {
    const bool of_all = std::all_of(comparison.cases.begin(), comparison.cases.end(), [&](const ComparedCase& one) {
      return std::find(one.changes.begin(), one.changes.end(), change) != one.changes.end();
    });
    if (of_all) comparison.changes.push_back(change);
  }
  for (ComparedCase& one : comparison.cases)
    std::erase_if(one.changes, [&](const std::string& change) {
      return std::find(comparison.changes.begin(), comparison.changes.end(), change) != comparison.changes.end();
    });
}

std::map<std::string, CaseRecord> records_in(const fs::path& out) {
  std::map<std::string, CaseRecord> records;
  for (CaseRecord& record : read_case_records(out).records) {
    std::string name = record.name;
    records.emplace(std::move(name), std::move(record));
  }
  if (records.empty()) throw Error("'" + out.string() + "' has no records of cases; give the output folder of a run");
  return records;
}

}  // namespace

Comparison compare_runs(const fs::path& a, const fs::path& b) {
  const auto of_a = records_in(a), of_b = records_in(b);
  Comparison comparison;
  for (const auto& [name, before] : of_a) {
    const auto now = of_b.find(name);
    if (now == of_b.end()) {
      comparison.only_a.push_back(name);
      continue;
    }
    comparison.cases.push_back({name, before.status, now->second.status, changes_of(before, now->second),
                                compared_figures(before, now->second), compared_files(before, a, now->second, b)});
  }
  for (const auto& [name, record] : of_b)
    if (!of_a.contains(name)) comparison.only_b.push_back(name);
  share_changes(comparison);
  return comparison;
}

}  // namespace flowrun
