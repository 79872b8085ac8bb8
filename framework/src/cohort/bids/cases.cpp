#include "cohort/bids/cases.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "cohort/bids/dataset.h"
#include "cohort/bids/queries.h"
#include "cohort/pattern_cases.h"
#include "flowrun/host/file_content.h"
#include "flowrun/host/text.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;

std::string without_prefix(const std::string& label, const std::string& prefix) {
  return label.starts_with(prefix) ? label.substr(prefix.size()) : label;
}

/// "; did you mean 'a'?", or the first labels that there are; `there` may hold one several times.
std::string known_labels(const std::string& label, std::vector<std::string> there) {
  there.erase(std::unique(there.begin(), there.end()), there.end());
  std::erase(there, "");
  const std::string near = did_you_mean(label, there);
  return near.empty() && !there.empty() ? "; it has " + quoted_list(there) : near;
}

class BidsCases : public CaseSource {
 public:
  BidsCases(const CaseRequest& request, Incomplete incomplete, const GraphSpec& spec, const CommonValues& common,
            Diagnostics& faults)
      : request_(request),
        leaves_out_(incomplete == Incomplete::is_left_out),
        spec_(spec),
        common_(common),
        faults_(faults),
        data_(request.bids),
        incomplete_(incomplete, faults) {}

  CaseList read() override {
    queries_ = bids_queries(spec_, common_, request_.bids_filters, faults_);
    check_inputs();
    const std::vector<BidsDataset::Session> sessions = chosen_sessions();
    for (const BidsDataset::Session& session : sessions) add(session);
    incomplete_.finish(sessions.size() - without_files_.size());
    report_lost(sessions.size());
    report_surroundings();
    return std::move(list_);
  }

 private:
  void check_inputs() {
    for (const ValueSpec& input : spec_.value_inputs) {
      const std::string& name = input.spec.name;
      const bool asked = std::any_of(queries_.begin(), queries_.end(), [&](const BidsQuery& one) { return one.input == name; });
      if (asked || input.may_be_missing() || common_.contains(name)) continue;
      list_.missing.push_back(name);
      const std::string filter =
          input.spec.type == ParamType::path ? fmt::format(" or --bids-filter {}.suffix=SUFFIX", name) : "";
      faults_.error(input.place, fmt::format("graph input '{}' has no 'bids', so the data set gives it no value; add it{}, or "
                                             "give one value to all cases with --in {}=...",
                                             name, filter, name));
    }
    for (const BidsQuery& query : queries_)
      if (query.name.suffix.empty())
        faults_.error({}, fmt::format("--bids-filter {}: the input needs a suffix too: --bids-filter {}.suffix=SUFFIX",
                                      query.input, query.input));
  }

  /// Whether a label is among those asked for; all are when none is asked for.
  static bool chosen(const std::vector<std::string>& labels, const std::string& prefix, const std::string& label) {
    return labels.empty() || std::any_of(labels.begin(), labels.end(),
                                         [&](const std::string& one) { return without_prefix(one, prefix) == label; });
  }

  std::vector<BidsDataset::Session> chosen_sessions() {
    if (data_.sessions().empty()) {
      faults_.error({}, fmt::format("--bids '{}': there are no folders sub-<label>, so this is no BIDS data set", request_.bids));
      return {};
    }
    std::vector<std::string> subjects, labels;
    for (const BidsDataset::Session& one : data_.sessions()) {
      subjects.push_back(one.subject);
      labels.push_back(one.session);
    }
    check_labels(request_.participants, "sub-", "--participant-label", subjects);
    check_labels(request_.sessions, "ses-", "--session-label", labels);
    std::vector<BidsDataset::Session> found;
    for (const BidsDataset::Session& one : data_.sessions())
      if (chosen(request_.participants, "sub-", one.subject) && chosen(request_.sessions, "ses-", one.session))
        found.push_back(one);
    note_participants_without_session(subjects, found);
    return found;
  }

  void note_participants_without_session(const std::vector<std::string>& subjects,
                                         const std::vector<BidsDataset::Session>& found) {
    for (const std::string& word : request_.participants) {
      const std::string label = without_prefix(word, "sub-");
      const bool there = std::find(subjects.begin(), subjects.end(), label) != subjects.end();  // else said already
      const bool has_case = std::any_of(found.begin(), found.end(), [&](const auto& one) { return one.subject == label; });
      if (there && !has_case) participants_without_session_.push_back("sub-" + label);
    }
  }

  void check_labels(const std::vector<std::string>& asked, const std::string& prefix, const char* option,
                    const std::vector<std::string>& there) {
    for (const std::string& word : asked) {
      const std::string label = without_prefix(word, prefix);
      if (std::find(there.begin(), there.end(), label) == there.end())
        faults_.error(
            {}, fmt::format("{} {}: the data set has no '{}{}'{}", option, word, prefix, label, known_labels(label, there)));
    }
  }

  void add(const BidsDataset::Session& session) {
    Case one;
    one.name = session.name();
    one.bids_folder = session.folder();
    add_common(common_, one);
    Lacks lacks;
    bool any = false;
    for (const BidsQuery& query : queries_) {
      const Found found = find(session, query);
      any = any || !found.file.empty() || !found.lack.empty();
      if (!found.lack.empty()) lacks.unusable.push_back(fmt::format("input '{}': {}", query.input, found.lack));
      else if (!found.file.empty()) one.inputs[query.input] = found.file;
      else if (query.required)
        lacks.files.push_back(fmt::format("input '{}' ('{}/{}')", query.input, session.folder(), to_string(query.name)));
    }
    if (!any && !queries_.empty()) without_files_.push_back(one.name);
    else if (!lacks.empty()) incomplete_.add(one.name, lacks);
    else list_.cases.push_back(std::move(one));
  }

  struct Found {
    std::string file;  ///< empty: none fits
    std::string lack;  ///< why what should be there cannot be used: its content was dropped, a link leads to nothing
  };

  /// The file for an input; several that fit are a fault. An input that has a default does not get it in the place of a file that
  /// the data set names and that is missing.
  Found find(const BidsDataset::Session& session, const BidsQuery& query) {
    if (const std::string lost = data_.lost_folder(session, query.name.datatype); !lost.empty()) return {"", lost};
    std::vector<BidsDataset::File> fitting;
    for (BidsDataset::File& file : data_.files(session, query.name.datatype, {".nii.gz", ".nii"}))
      if (matches(query.name, file.name)) fitting.push_back(std::move(file));
    if (fitting.empty()) return {};
    if (fitting.size() > 1) {
      std::vector<std::string> names;
      for (const BidsDataset::File& file : fitting) names.push_back(fs::path(file.path).filename().string());
      faults_.error({}, fmt::format("case '{}', input '{}': {} files fit: {}; {}", session.name(), query.input, names.size(),
                                    quoted_list(names), way_to_tell_apart(query, fitting)));
    }
    const BidsDataset::File& file = fitting.front();
    return {file.path, file.lack.empty() ? "" : fmt::format("'{}' {}", file.path, file.lack)};
  }

  /// Names an entity in which the first of the files differs from the others.
  static std::string way_to_tell_apart(const BidsQuery& query, const std::vector<BidsDataset::File>& files) {
    for (const std::string& entity : bids_entities()) {
      const std::string* first = files.front().name.find(entity);
      const bool differs = std::any_of(files.begin(), files.end(), [&](const BidsDataset::File& file) {
        const std::string* value = file.name.find(entity);
        return !value != !first || (value && *value != *first);
      });
      if (differs)
        return fmt::format("choose with --bids-filter {}.{}={}, say, or '{}' in the graph's 'bids'", query.input, entity,
                           first ? *first : "", entity);
    }
    return "one of them must go, or be listed in .bidsignore";
  }

  /// No session is lost without a word: it is a case, or an error, or left out on demand and named.
  void report_lost(std::size_t sessions) {
    std::vector<std::string> missing = data_.missing_participants();
    std::erase_if(missing,
                  [&](const std::string& name) { return !chosen(request_.participants, "sub-", without_prefix(name, "sub-")); });
    if (!missing.empty())
      leave_out(fmt::format("participants.tsv names participants that have no folder: {}", quoted_list(missing)));
    for (const std::string& name : participants_without_session_)
      leave_out(fmt::format("participant '{}' has no session of those that --session-label names", name));
    report_outside_sessions();
    if (without_files_.empty()) return;
    if (without_files_.size() == sessions)
      return faults_.error({}, fmt::format("no session has a file that the graph asks for: {}{}", asked_text(), hint()));
    leave_out(fmt::format("{} without any file that the graph asks for ({}): {}{}", count_text(without_files_.size(), "session"),
                          asked_text(), quoted_list(without_files_), hint()));
  }

  /// Of a participant with sessions, what lies beside them is of none. Who names the sessions does not ask for it.
  void report_outside_sessions() {
    std::set<std::string> outside, seen;
    for (const BidsDataset::Session& one : data_.sessions()) {
      if (one.session.empty() || !request_.sessions.empty() || !chosen(request_.participants, "sub-", one.subject)) continue;
      if (!seen.insert(one.subject).second) continue;
      for (const BidsQuery& query : queries_)
        for (const BidsDataset::File& file : data_.files({one.subject, ""}, query.name.datatype, {".nii.gz", ".nii"}))
          if (matches(query.name, file.name)) outside.insert(file.path);
    }
    if (!outside.empty())
      leave_out("images that the graph asks for lie outside of the sessions that their participants have: " +
                quoted_list({outside.begin(), outside.end()}));
  }

  void leave_out(const std::string& what) {
    if (leaves_out_) faults_.warning({}, "left out: " + what);
    else faults_.error({}, what + "; add what is missing, choose others, or leave them out with --incomplete skip");
  }

  /// Data sets of DataLad are often made of smaller ones, whose folders are empty until they are asked for.
  std::string hint() const {
    std::error_code unused;
    return fs::exists(data_.root() / ".gitmodules", unused)
               ? " (folders of a data set of DataLad are empty until 'datalad get -n' fills them)"
               : "";
  }

  void report_surroundings() {
    for (const std::string& one : data_.unreadable()) faults_.error({}, one);
    warn_of_root_file("dataset_description.json",
                      fmt::format("--bids '{}': it has no dataset_description.json, which BIDS asks for", request_.bids));
    if (const std::string fault = bids_description_fault(data_.root()); !fault.empty())
      faults_.warning({}, fault + "; nothing is taken from it");
    warn_of_root_file("participants.tsv", "");
    if (!data_.misnamed().empty())
      faults_.warning({}, fmt::format("not used, for its name is not one of BIDS: {}", quoted_list(data_.misnamed())));
  }

  void warn_of_root_file(const char* name, const std::string& when_absent) {
    const fs::path file = data_.root() / name;
    const FileContent content = content_of(file);
    if (content.state == ContentState::here) return;
    if (content.state != ContentState::absent) faults_.warning({}, fmt::format("'{}' {}", file.string(), content.why));
    else if (!when_absent.empty()) faults_.warning({}, when_absent);
  }

  std::string asked_text() const {
    std::string text;
    for (const BidsQuery& query : queries_) text += (text.empty() ? "" : ", ") + to_string(query.name);
    return text;
  }

  const CaseRequest& request_;
  bool leaves_out_;
  const GraphSpec& spec_;
  const CommonValues& common_;
  Diagnostics& faults_;
  BidsDataset data_;
  IncompleteCases incomplete_;
  std::vector<BidsQuery> queries_;
  std::vector<std::string> without_files_;
  std::vector<std::string> participants_without_session_;  ///< of those that the command line names
  CaseList list_;
};

}  // namespace

std::unique_ptr<CaseSource> bids_cases(const CaseRequest& request, Incomplete incomplete, const GraphSpec* spec,
                                       const CommonValues& common, Diagnostics& faults) {
  std::error_code unused;
  if (!fs::is_directory(request.bids, unused)) {
    faults.error({}, fmt::format("--bids '{}': there is no such folder", request.bids));
    return no_cases();
  }
  if (!spec) return no_cases();
  return std::make_unique<BidsCases>(request, incomplete, *spec, common, faults);
}

}  // namespace flowrun
