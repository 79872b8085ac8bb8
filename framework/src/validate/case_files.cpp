#include "validate/case_files.h"

#include <algorithm>

#include "flowrun/host/file_content.h"
#include "flowrun/sdk/error.h"
#include "validate/values.h"

namespace flowrun::checks {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestFileName = 240;  // Linux takes 255 bytes; a file is written under a longer, temporary name first

bool belongs_to_case(const ValidatedNode& node, const ParamExpression& param) {
  return param.spec.per_case && node.scope != Scope::run;
}

/// Whether the piece's value comes from a table or a data set: not written by the person who starts the run.
bool is_foreign(const ParamExpression::Piece& piece, const Case& one) {
  return !piece.case_value.empty() && piece.case_value != "out" && !one.own.contains(piece.case_value);
}

/// The text that stands before the first foreign value, up to its last '/': a folder that the person chose. Nothing when a
/// foreign value comes first.
std::string own_folder(const ParamExpression& param, const Case& one, const fs::path& out) {
  ParamExpression start = param;
  const auto foreign =
      std::find_if(start.pieces.begin(), start.pieces.end(), [&](const auto& piece) { return is_foreign(piece, one); });
  start.pieces.erase(foreign, start.pieces.end());
  if (start.pieces.empty()) return "";
  start.bids.reset();
  const std::string text = std::get<std::string>(resolved(start, &one, out));
  const std::size_t slash = text.rfind('/');
  return slash == std::string::npos ? "" : text.substr(0, slash + 1);
}

/// Names in the output folder that flowrun itself writes.
bool is_kept_by_flowrun(const std::string& inside) {
  const std::string first = inside.substr(0, inside.find('/'));
  return first == "flowrun" || first == "cases.csv" || first == "report.html" || first == "flowrun-cases.csv" ||
         first == "flowrun-report.html" || first.starts_with("flowrun-run.") || first.starts_with("flowrun-cases.") ||
         first.starts_with("flowrun-report.") || first.starts_with("cases.shard-");
}

}  // namespace

std::string lower_case(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

CaseFiles::CaseFiles(const ValidatedGraph& graph, const fs::path& out, Diagnostics& faults)
    : graph_(graph), out_(out), faults_(faults), real_out_(real_paths_.of(((out.empty() ? "." : out) / "").string())) {
  add_text(graph.file.string(), "the graph itself");
  for (const ValidatedNode& node : graph.nodes) add_text(node.place.file, "a subgraph of this graph");
}

void CaseFiles::add_text(const std::string& file, const char* what) {
  if (!file.empty()) texts_.try_emplace(real_paths_.of(file), what);
}

void CaseFiles::add(const Case* one) {
  if (one && one->place.line > 0) add_text(one->place.file, "the table of the cases");
  const std::vector<bool> left_out = one ? left_out_nodes(graph_, *one) : std::vector<bool>(graph_.nodes.size(), false);
  for (std::size_t i = 0; i < graph_.nodes.size(); ++i)
    for (const ParamExpression& param : graph_.nodes[i].params)
      if (!left_out[i] && param.spec.type == ParamType::path && belongs_to_case(graph_.nodes[i], param) == (one != nullptr))
        add_path(graph_.nodes[i], param, one);
}

void CaseFiles::add_writes(const Case& one) {
  const auto is_known = [&](const ParamExpression::Piece& piece) {
    return piece.case_value.empty() || piece.case_value == "case" || piece.case_value == "out" ||
           one.inputs.contains(piece.case_value);
  };
  for (const ValidatedNode& node : graph_.nodes)
    for (const ParamExpression& param : node.params) {
      const bool is_written = param.spec.type == ParamType::path && param.spec.role == PathRole::output;
      if (!is_written || !std::all_of(param.pieces.begin(), param.pieces.end(), is_known)) continue;
      add_path(node, param, belongs_to_case(node, param) ? &one : nullptr);
    }
}

void CaseFiles::add_path(const ValidatedNode& node, const ParamExpression& param, const Case* one) {
  std::string path;
  try {
    path = std::get<std::string>(resolved(param, one, out_));
  } catch (const Error& fault) {
    faults_.error(one ? one->place : SourceLocation{}, words({"", &node, one, {}}) + ": " + fault.what());
    return;
  }
  if (path.empty()) return;
  if (param.spec.role == PathRole::output) add_write(node, param, one, path);
  else add_read(node, param, one, path);
}

void CaseFiles::add_read(const ValidatedNode& node, const ParamExpression& param, const Case* one, const std::string& path) {
  // Of what is the same in all cases the check of the graph and check_conditional_files report.
  const std::string fault = one && !param.constant ? content_of(path).why : "";
  reads_.try_emplace(real_paths_.of(path), Entry{path, &node, one, param.place});
  if (fault.empty() || !known_missing_.insert({one->name, path}).second) return;
  const bool whole = param.pieces.size() == 1 && !param.pieces.front().case_value.empty();
  const std::string who =
      whole ? "input '" + param.pieces.front().case_value + "'" : "node '" + node.id + "', parameter '" + param.name + "'";
  missing_.push_back(
      {one->name, {Severity::error, one->place, "case '" + one->name + "', " + who + ": the file '" + path + "' " + fault}});
}

void CaseFiles::add_write(const ValidatedNode& node, const ParamExpression& param, const Case* one, const std::string& path) {
  const Entry entry{real_paths_.of(path), &node, one, param.place};
  if (one) check_stays_inside(entry, param, path);
  check_name(entry);
  writes_.push_back(entry);
}

void CaseFiles::check_stays_inside(const Entry& entry, const ParamExpression& param, const std::string& path) {
  const bool foreign =
      std::any_of(param.pieces.begin(), param.pieces.end(), [&](const auto& piece) { return is_foreign(piece, *entry.one); });
  if (!foreign || lies_in(entry.path, real_out_)) return;
  const std::string own = !name_in_data_set(param, *entry.one, path).empty() ? "" : own_folder(param, *entry.one, out_);
  if (!own.empty() && lies_in(entry.path, real_paths_.of(own + "."))) return;
  const std::string where = entry.path == path ? "'" + path + "'" : "'" + path + "', which is '" + entry.path + "'";
  faults_.error(place(entry), words(entry) + ", parameter '" + param.name + "', would write " + where +
                                  ", outside the output folder '" + real_out_ +
                                  "'; a case's name and values cannot lead out of it, nor can links");
}

void CaseFiles::check_name(const Entry& entry) {
  const fs::path name = fs::path(entry.path).filename();
  if (name.string().size() > kLongestFileName)
    faults_.error(place(entry), words(entry) + " would write '" + name.string().substr(0, 40) + "...', a name of more than " +
                                    std::to_string(kLongestFileName) + " bytes");
  const auto is_control = [](unsigned char c) { return c < ' ' || c == 0x7f; };
  if (std::any_of(entry.path.begin(), entry.path.end(), is_control))
    faults_.error(place(entry),
                  words(entry) + " would write '" + entry.path +
                      "', a name with a line end or another control character; most programs cannot take such names");
  if (entry.path == real_out_ || !lies_in(entry.path, real_out_)) return;
  const std::string inside = entry.path.substr(real_out_ == "/" ? 1 : real_out_.size() + 1);
  if (is_kept_by_flowrun(lower_case(inside)))  // many file systems ignore case
    faults_.error(
        entry.place.line ? entry.place : place(entry),
        words(entry) + " would write '" + inside + "' in the output folder, a name that flowrun keeps for its own records");
}

/// A folder counts with all that is in it: a run that writes there would change its own input.
void CaseFiles::check_folders() {
  const auto inside = [](const std::string& path, const std::string& folder) { return path == folder || lies_in(path, folder); };
  for (const auto& [folder, reader] : reads_) {
    std::error_code unknown;
    if (!fs::is_directory(folder, unknown)) continue;
    const std::string read = words(reader) + " reads the whole folder '" + folder + "'";
    const auto write =
        std::find_if(writes_.begin(), writes_.end(), [&](const Entry& entry) { return inside(entry.path, folder); });
    if (!out_.empty() && inside(real_out_, folder))
      faults_.error(place(reader), read + ", and the output folder '" + real_out_ +
                                       "' is in it, so a run would change its own input; choose another folder with --out");
    else if (write != writes_.end())
      faults_.error(place(*write),
                    words(*write) + " would write '" + write->path + "', but " + read + "; a run must not change its own input");
  }
}

void CaseFiles::check() {
  check_folders();
  for (std::size_t i = 0; i < writes_.size(); ++i) {
    const Entry& entry = writes_[i];
    const auto [first, is_first] = first_writer_.try_emplace(lower_case(entry.path), i);
    const auto read = reads_.find(entry.path);
    const auto text = texts_.find(entry.path);
    if (!is_first) check_clash(entry, writes_[first->second]);
    else if (text != texts_.end())
      faults_.error(place(entry), words(entry) + " would write over '" + entry.path + "', " + text->second);
    else if (read != reads_.end())
      faults_.error(place(entry),
                    words(entry) + " would write over '" + entry.path + "', which " + words(read->second) + " reads");
  }
}

void CaseFiles::check_clash(const Entry& entry, const Entry& first) {
  const std::string line = first.one && first.one->place.line ? " (line " + std::to_string(first.one->place.line) + ")" : "";
  if (first.path == entry.path)
    faults_.error(
        place(entry),
        words(entry) + " would write '" + entry.path + "', which " + words(first) + line + " writes too; " +
            (entry.one == first.one ? "give each its own name" : "with ${case} in the name each case has its own file"));
  else if (lower_case(entry.one ? entry.one->name : "") != lower_case(first.one ? first.one->name : "") || entry.one == first.one)
    faults_.error(place(entry), words(entry) + " would write '" + entry.path +
                                    "', which differs only in upper and lower case from what " + words(first) + line + " writes");
}

std::string CaseFiles::words(const Entry& entry) {
  return "node '" + entry.node->id + "'" + (entry.one ? " of case '" + entry.one->name + "'" : "");
}

const SourceLocation& CaseFiles::place(const Entry& entry) {
  return entry.one && entry.one->place.line ? entry.one->place : entry.place;
}

}  // namespace flowrun::checks
