#include <algorithm>

#include "flowrun/host/case_record.h"
#include "flowrun/host/file_content.h"
#include "flowrun/sdk/error.h"
#include "json/own_json.h"
#include "records/case_record_json.h"

namespace flowrun {
namespace {

using json::Kind;
using json::Value;

/// A member that must be there. Throws Error.
const Value& member(const Value& object, const std::string& name) {
  if (const Value* found = object.find(name)) return *found;
  throw Error("it has no '" + name + "'");
}

/// And be of a kind.
const Value& member(const Value& object, const std::string& name, Kind kind) {
  const Value& found = member(object, name);
  const bool fits = found.is(kind) || (kind == Kind::number && found.is(Kind::integer));
  if (!fits)
    throw Error("'" + name + "' is " + std::string(to_string(found.kind())) + ", expected " + std::string(to_string(kind)));
  return found;
}

std::string text(const Value& object, const std::string& name) { return member(object, name, Kind::string).text(); }
std::int64_t integer(const Value& object, const std::string& name) { return member(object, name, Kind::integer).integer(); }
double number(const Value& object, const std::string& name) { return member(object, name, Kind::number).number(); }

std::vector<std::string> texts(const Value& object, const std::string& name) {
  std::vector<std::string> found;
  for (const Value& item : member(object, name, Kind::array).items()) {
    if (!item.is(Kind::string)) throw Error("'" + name + "' contains something that is not text");
    found.push_back(item.text());
  }
  return found;
}

std::vector<std::pair<std::string, std::string>> pairs(const Value& object, const std::string& name) {
  std::vector<std::pair<std::string, std::string>> found;
  for (const json::Member& one : member(object, name, Kind::object).members()) {
    if (!one.value.is(Kind::string)) throw Error("'" + name + "' contains something that is not text");
    found.emplace_back(one.name, one.value.text());
  }
  return found;
}

/// Of a member that older records do not have.
std::string later_text(const Value& object, const std::string& name) { return object.find(name) ? text(object, name) : ""; }

FileStamp stamp(const Value& object) {
  return {text(object, "path"), integer(object, "size"), integer(object, "mtime_ns"), text(object, "sha256"),
          later_text(object, "marks")};
}

CaseStatus status(const std::string& word) {
  for (const CaseStatus one : {CaseStatus::done, CaseStatus::failed, CaseStatus::cancelled, CaseStatus::not_started})
    if (word == to_string(one)) return one;
  throw Error("'status' is '" + word + "', expected done, failed, cancelled or not started");
}

NodeRecord node(const Value& object) {
  NodeRecord record{text(object, "id"),
          text(object, "type"),
          text(object, "plugin"),
          text(object, "plugin_version"),
          pairs(object, "params"),
          texts(object, "inputs"),
          integer(object, "firings"),
          number(object, "busy_s"),
          number(object, "begin_s"),
          number(object, "end_s"),
          false,
          later_text(object, "plugin_sha256")};
  if (object.find("kept")) record.kept = member(object, "kept", Kind::boolean).boolean();
  return record;
}

void read_files(const Value& tree, CaseRecord& record) {
  for (const Value& one : member(tree, "outputs", Kind::array).items())
    record.outputs.push_back({text(one, "node"), text(one, "parameter"), stamp(one)});
  for (const Value& one : member(tree, "models", Kind::array).items())
    record.models.push_back({text(one, "node"), text(one, "parameter"), stamp(one)});
  for (const Value& one : member(tree, "inputs", Kind::array).items()) record.inputs.push_back({text(one, "name"), stamp(one)});
}

void read_graph(const Value& graph, CaseRecord& record) {
  record.graph = text(graph, "name");
  record.graph_file = text(graph, "file");
  record.graph_hash = text(graph, "sha256");
  for (const Value& one : member(graph, "nodes", Kind::array).items()) record.nodes.push_back(node(one));
}

CaseRecord from_tree(const Value& tree) {
  if (const std::int64_t format = integer(tree, "format"); format > records::kCaseRecordFormat || format < 1)
    throw Error("its format is " + std::to_string(format) + ", this flowrun reads " + std::to_string(records::kCaseRecordFormat));
  CaseRecord record;
  record.name = text(tree, "case");
  record.status = status(text(tree, "status"));
  record.flowrun = later_text(tree, "flowrun");
  record.started = text(tree, "started");
  record.seconds = number(tree, "seconds");
  record.attempt = static_cast<int>(std::clamp<std::int64_t>(integer(tree, "attempt"), 1, 1'000'000));
  record.peak_payload_bytes = integer(tree, "peak_payload_bytes");
  for (const Value& one : member(tree, "errors", Kind::array).items())
    record.errors.push_back({text(one, "node"), text(one, "type"), text(one, "plugin"), text(one, "message")});
  record.warnings = texts(tree, "warnings");
  for (const Value& one : member(tree, "reports", Kind::array).items())
    record.reports.push_back({text(one, "node"), text(one, "name"), number_of(member(one, "value"))});
  if (tree.find("columns")) record.columns = pairs(tree, "columns");
  if (tree.find("left_out")) record.left_out = pairs(tree, "left_out");
  record.replay = text(tree, "replay");
  record.earlier = later_text(tree, "earlier");
  record.values = pairs(tree, "values");
  read_files(tree, record);
  read_graph(member(tree, "graph", Kind::object), record);
  return record;
}

/// "flowrun/run.json" and "flowrun/run.<word>.json".
bool is_of_run(const std::filesystem::path& file) {
  return file.parent_path().filename() == "flowrun" && file.filename().string().starts_with("run.");
}

}  // namespace

CaseRecord read_case_record(const std::filesystem::path& file) {
  try {
    return from_tree(parse_own(read_plain_file(file, json::kLargestText + 1), file.string()));
  } catch (const Error& reason) {
    throw Error("'" + file.string() + "' is not a " + (is_of_run(file) ? "run's" : "case's") + " record: " + reason.what());
  }
}

CaseRecords read_case_records(const std::filesystem::path& out, const std::string& word) {
  CaseRecords found;
  const std::filesystem::path folder = case_records_folder(out, word);
  std::error_code failed;
  if (!std::filesystem::exists(folder, failed)) return found;
  std::vector<std::filesystem::path> files;
  for (auto entry = std::filesystem::directory_iterator(folder, failed);
       !failed && entry != std::filesystem::directory_iterator(); entry.increment(failed))
    if (const auto name = entry->path().filename().string(); entry->path().extension() == ".json" && name.front() != '.')
      files.push_back(entry->path());
  if (failed) throw Error("the records in '" + folder.string() + "' cannot be read: " + failed.message());
  std::sort(files.begin(), files.end());
  for (const auto& file : files) {
    try {
      std::error_code unknown;
      if (std::filesystem::is_symlink(std::filesystem::symlink_status(file, unknown)))
        throw Error("'" + file.string() + "' is a symbolic link, and a record is read through none; remove the link");
      CaseRecord record = read_case_record(file);
      if (file.stem() != record.name)
        throw Error("'" + file.string() + "' contains the record of another case, '" + record.name + "'");
      found.records.push_back(std::move(record));
    } catch (const Error& reason) {
      found.unreadable.push_back(reason.what());
    }
  }
  return found;
}

}  // namespace flowrun
