#include "cohort/collecting.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cohort/collect_notes.h"
#include "cohort/earlier_files.h"
#include "cohort/graph_books.h"
#include "cohort/run_recorder.h"
#include "cohort/say.h"
#include "flowrun/host/case_recorder.h"
#include "flowrun/host/graph_check.h"
#include "flowrun/host/run_lock.h"
#include "flowrun/host/run_record.h"
#include "flowrun/host/split_graph.h"
#include "flowrun/sdk/error.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;

/// What in a case's record shows that the cases are not of one run, or that it has not ended.
std::string fault_of_case(CaseRecorder& recorder, const CaseRecord& record) {
  if (record.status != CaseStatus::done && record.status != CaseStatus::failed) return "it has not ended";
  std::vector<std::string> changes = recorder.changes_of_program(record);
  for (std::string& change : recorder.changes_of_outputs(record)) changes.push_back(std::move(change));
  return joined(changes);
}

/// The models that cases read: of one run, each is one file.
std::string fault_of_models(const std::vector<CaseRecord>& records) {
  std::map<std::string, std::pair<std::string, std::string>> seen;  // by node and parameter: hash and case
  for (const CaseRecord& record : records)
    for (const ModelFile& model : record.models) {
      if (model.file.sha256.empty()) continue;
      const auto [first, fresh] = seen.try_emplace(model.node + "." + model.parameter, model.file.sha256, record.name);
      if (!fresh && first->second.first != model.file.sha256)
        return fmt::format("the file of '{}' was another one for case '{}' than for case '{}'", first->first, record.name,
                           first->second.second);
    }
  return "";
}

}  // namespace

/// One firing of the nodes that take all cases.
class ItemCollector::State {
 public:
  State(const MergeRequest& request, const std::string& word, const CohortEvents& events)
      : request_(request), word_(word), events_(events) {
    try {
      notes_ = CollectNotes(request.out, word);
      if (!notes_.none()) lock_.emplace(request.out, "flowrun merge " + request.out.string());
    } catch (const Error& fault) {
      fault_ = fault.what();
    }
  }

  std::optional<Collected> run(std::vector<CaseRecord> records) {
    if (notes_.none() && fault_.empty()) return std::nullopt;
    records_ = std::move(records);
    Collected collected;
    collected.waits_for = fault_.empty() ? notes_.fault() : fault_;
    if (collected.waits_for.empty()) collected.waits_for = read_graph();
    if (collected.waits_for.empty()) collected.waits_for = fault_of_records();
    if (!collected.waits_for.empty()) return collected;
    take_items();
    collected.record = fire_or_keep();
    return collected;
  }

 private:
  /// Why it cannot be used any more; empty: it is the graph of the shards.
  std::string read_graph() {
    if (!request_.registry) throw Error("this application gives a merge no plugins");
    Diagnostics faults;
    whole_ = check_graph(notes_.first().graph_file, notes_.settings(), *request_.registry, faults, Files::may_be_missing).graph;
    if (!whole_) {
      for (const Diagnostic& fault : faults.all())
        if (fault.severity == Severity::error) return "the graph of the shards cannot be used any more: " + to_string(fault);
      return "the graph of the shards cannot be read";
    }
    program_ = {FLOWRUN_VERSION, notes_.device()};
    const auto changes = CaseRecorder(whole_, request_.out, program_).changes_of_program(notes_.first());
    return changes.empty() ? "" : fmt::format("since the shards ran: {}; run them again with --resume", joined(changes));
  }

  std::string fault_of_records() {
    CaseRecorder recorder(graph_of_cases(*whole_, items_folder(word_), *request_.registry), request_.out, program_);
    for (const CaseRecord& record : records_) {
      CaseRecord of_items = record;
      std::erase_if(of_items.outputs, [](const OutputFile& output) { return !is_item(output); });
      if (const std::string fault = fault_of_case(recorder, of_items); !fault.empty())
        return fmt::format("case '{}': {}; run its shard again with --resume", record.name, fault);
    }
    const std::string fault = fault_of_models(records_);
    return fault.empty() ? "" : fault + "; run the shards again with --resume";
  }

  static bool is_item(const OutputFile& output) { return output.node.starts_with(kKeepingNode); }

  void take_items() {
    graph_ = graph_of_run(*whole_, *request_.registry);
    for (const CaseRecord& record : records_) {
      Case one;
      one.name = record.name;
      for (const OutputFile& output : record.outputs)
        if (is_item(output)) {
          const std::string name = output.node.substr(kKeepingNode.size());
          one.inputs[name] = (request_.out / output.file.path).string();
          items_.push_back({record.name + "/" + name, output.file});
        }
      cases_.push_back(std::move(one));
    }
  }

  /// What an earlier merge of the same items made is kept.
  CaseRecord fire_or_keep() {
    CaseRecorder recorder(graph_, request_.out, program_);
    const fs::path file = books_of_run(request_.out, {}, word_);
    std::error_code unused;
    if (!fs::exists(file, unused)) return fire(recorder, file);
    CaseRecord earlier = read_case_record(file);
    const bool same = has_same_items(earlier) && recorder.changes_of_run(cases_, earlier).empty();
    return same ? std::move(earlier) : fire(recorder, file);
  }

  bool has_same_items(const CaseRecord& earlier) const {
    return std::equal(items_.begin(), items_.end(), earlier.inputs.begin(), earlier.inputs.end(),
                      [](const InputFile& a, const InputFile& b) { return a.name == b.name && a.file.sha256 == b.file.sha256; });
  }

  CaseRecord fire(CaseRecorder& recorder, const fs::path& file) {
    Diagnostics faults;
    check_foreign_files(*graph_, {}, request_.out, word_, file, faults);
    if (faults.has_errors()) throw Error(faults.all().front().message);
    RunOptions options;
    options.out = request_.out;
    options.device = program_.device;
    options.isolated = request_.isolated;
    say(events_, Weight::detail, fmt::format("{}: collecting the items of {}", graph_->name, count_text(cases_.size(), "case")));
    const std::shared_ptr<void> guard = events_.guard ? events_.guard(*graph_, cases_, word_) : nullptr;
    Run run(graph_, *request_.registry, options);
    remove_leftovers(*graph_, {}, request_.out, lock_->earlier_owner(), word_);
    EarlierFiles earlier(graph_, request_.out, word_, std::make_shared<ResultLayout>());
    earlier.put_aside_of_run(file);
    std::error_code unused;
    fs::remove(file, unused);
    const RunResult result = events_.execute ? events_.execute(run, cases_, 0) : run.execute(cases_);
    CaseRecord record = recorder.finish_run(cases_, result);
    record.inputs = items_;
    if (record.status == CaseStatus::done) earlier.forget("");
    for (const std::string& warning : earlier.warnings()) say(events_, Weight::warning, warning);
    write_run_record(request_.out / run_record_name({}, word_), *graph_, cases_, request_.out, result);
    write_case_record(file, record);
    return record;
  }

  const MergeRequest& request_;
  const std::string word_;
  const CohortEvents& events_;
  CollectNotes notes_;
  std::optional<RunLock> lock_;
  std::string fault_;  ///< why the notes cannot be read or the folder cannot be taken
  std::vector<CaseRecord> records_;
  RecordedProgram program_;
  std::shared_ptr<const ValidatedGraph> whole_, graph_;
  std::vector<Case> cases_;
  std::vector<InputFile> items_;  ///< by "case/slot"
};

ItemCollector::ItemCollector(const MergeRequest& request, const std::string& word, const CohortEvents& events)
    : state_(std::make_unique<State>(request, word, events)) {}
ItemCollector::~ItemCollector() = default;
std::optional<Collected> ItemCollector::run(std::vector<CaseRecord> records) { return state_->run(std::move(records)); }

}  // namespace flowrun
