#include "cohort/bids/dataset.h"

#include <algorithm>
#include <set>

#include "cohort/natural_order.h"
#include "cohort/table_reader.h"
#include "flowrun/host/file_content.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;

bool has_extension(const std::string& name, const std::vector<std::string>& extensions) {
  return std::any_of(extensions.begin(), extensions.end(),
                     [&](const std::string& extension) { return name.ends_with(extension); });
}

void note_once(std::vector<std::string>& list, const std::string& text) {
  if (std::find(list.begin(), list.end(), text) == list.end()) list.push_back(text);
}

}  // namespace

std::string BidsDataset::Session::name() const { return "sub-" + subject + (session.empty() ? "" : "_ses-" + session); }

std::string BidsDataset::Session::folder() const { return "sub-" + subject + (session.empty() ? "" : "/ses-" + session); }

BidsDataset::BidsDataset(fs::path root) : root_(std::move(root)), ignore_(BidsIgnore::of_dataset(root_)) {
  const FileContent rules = content_of(root_ / ".bidsignore");
  if (rules.state != ContentState::here && rules.state != ContentState::absent)
    unreadable_.push_back("'" + (root_ / ".bidsignore").string() + "' " + rules.why + "; what it leaves out is not known");
  for (const std::string& subject : labels("", "sub-")) {
    const std::vector<std::string> sessions = labels("sub-" + subject, "ses-");
    for (const std::string& session : sessions) sessions_.push_back({subject, session});
    if (sessions.empty()) sessions_.push_back({subject, ""});
  }
}

std::vector<std::string> BidsDataset::names(const std::string& folder, bool folders) {
  std::vector<std::string> found;
  std::error_code failure;
  fs::directory_iterator entry(root_ / folder, failure);
  const bool is_refused = failure && failure != std::errc::no_such_file_or_directory && failure != std::errc::not_a_directory;
  if (is_refused && failure != std::errc::too_many_symbolic_link_levels)
    note_once(unreadable_, "cannot look into folder '" + (root_ / folder).string() + "': " + failure.message());
  for (; !failure && entry != fs::directory_iterator(); entry.increment(failure)) {
    const std::string name = entry->path().filename().string();
    std::error_code unused;
    const bool leads_nowhere = entry->is_symlink(unused) && !entry->exists(unused);
    const bool fits = leads_nowhere || (folders ? entry->is_directory(unused) : entry->is_regular_file(unused));
    if (fits && name.front() != '.' && !ignore_.ignores(folder.empty() ? name : folder + "/" + name, folders))
      found.push_back(name);
  }
  std::sort(found.begin(), found.end(), natural_less);
  return found;
}

std::vector<std::string> BidsDataset::labels(const std::string& folder, const std::string& prefix) {
  std::vector<std::string> found;
  for (const std::string& name : names(folder, true)) {
    if (!name.starts_with(prefix)) continue;
    const std::string label = name.substr(prefix.size());
    if (is_bids_label(label)) found.push_back(label);
    else note_once(misnamed_, folder.empty() ? name : folder + "/" + name);
  }
  return found;
}

std::vector<BidsDataset::File> BidsDataset::files(const Session& session, const std::string& datatype,
                                                  const std::vector<std::string>& extensions) {
  const std::string folder = session.folder() + "/" + datatype;
  std::vector<File> found;
  for (const std::string& name : names(folder, false)) {
    if (!has_extension(name, extensions)) continue;
    auto parsed = parse_bids_name(name);
    const std::string* subject = parsed ? parsed->find("sub") : nullptr;
    const std::string* of_session = parsed ? parsed->find("ses") : nullptr;
    if (subject && *subject == session.subject && (of_session ? *of_session : "") == session.session)
      found.push_back({(root_ / folder / name).string(), std::move(*parsed), content_of(root_ / folder / name).why});
    else note_once(misnamed_, folder + "/" + name);
  }
  return found;
}

std::string BidsDataset::lost_folder(const Session& session, const std::string& datatype) const {
  const fs::path folder = root_ / session.folder() / datatype;
  const FileContent content = content_of(folder);
  return content.state == ContentState::here || content.state == ContentState::absent
             ? ""
             : "'" + folder.string() + "' " + content.why;
}

std::vector<std::string> BidsDataset::missing_participants() const {
  std::vector<std::string> missing;
  std::error_code unused;
  if (!fs::is_regular_file(root_ / "participants.tsv", unused)) return missing;
  Diagnostics of_table;  // what is wrong with it does not concern the run
  const std::vector<TableRow> rows = read_table(root_ / "participants.tsv", of_table);
  if (rows.empty()) return missing;
  const auto& header = rows.front().cells;
  const auto column = static_cast<std::size_t>(std::find(header.begin(), header.end(), "participant_id") - header.begin());
  std::set<std::string> there;
  for (const Session& one : sessions_) there.insert("sub-" + one.subject);
  for (std::size_t i = 1; i < rows.size(); ++i)
    if (column < rows[i].cells.size() && !there.contains(rows[i].cells[column])) missing.push_back(rows[i].cells[column]);
  return missing;
}

}  // namespace flowrun
