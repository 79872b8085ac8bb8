#include "verbs/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <mutex>
#include <optional>
#include <set>

#include "authoring/graph_text.h"
#include "cohort/case_choice.h"
#include "cohort/case_list.h"
#include "cohort/case_order.h"
#include "cohort/crash_record.h"
#include "cohort/earlier_files.h"
#include "cohort/graph_books.h"
#include "cohort/graph_check.h"
#include "cohort/prepared_run.h"
#include "cohort/run_books.h"
#include "cohort/run_lock.h"
#include "cohort/shard.h"
#include "cohort/shard_set.h"
#include "cohort/trace_file.h"
#include "flowrun/host/bids_sidecars.h"
#include "flowrun/host/runtime.h"
#include "flowrun/sdk/error.h"
#include "report/cohort_files.h"
#include "report/run_plan.h"
#include "report/run_summary.h"
#include "system/address_space.h"
#include "system/crash_guard.h"
#include "system/exit_status.h"
#include "system/interrupts.h"
#include "terminal/announcer.h"
#include "terminal/fault_lines.h"
#include "terminal/progress_display.h"
#include "terminal/text_layout.h"
#include "verbs/isolated_firing.h"
#include "verbs/run_folder.h"

namespace flowrun {
namespace {

constexpr int kMaxCount = 1024;
constexpr std::int64_t kReplayLimit = std::int64_t{1} << 30;

/// A count of an option, or the default when it is not given.
int count_option(const std::string& text, const std::string& option, int default_value, Faults& faults) {
  if (text.empty()) return default_value;
  int count = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (failed == std::errc() && end == text.data() + text.size() && count >= 1 && count <= kMaxCount) return count;
  faults.error({}, fmt::format("{} takes a whole number from 1 to {}, not '{}'", option, kMaxCount, text));
  return default_value;
}

CaseSource case_source(const RunCommand& command, Faults& faults) {
  CaseSource source{command.inputs,       command.cases,    command.case_name,   command.bids,
                    command.participants, command.sessions, command.bids_filters};
  if (command.incomplete == "skip") source.incomplete = Incomplete::is_left_out;
  else if (!command.incomplete.empty() && command.incomplete != "error")
    faults.error({}, fmt::format("--incomplete takes error or skip, not '{}'", command.incomplete));
  return source;
}

/// What a node's `run.device` may be.
std::string device_option(const std::string& text, Faults& faults) {
  const bool numbered = text.rfind("cuda:", 0) == 0 && text.size() > 5 && text.size() <= 8 &&
                        std::all_of(text.begin() + 5, text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (text == "auto" || text == "cpu" || text == "cuda" || numbered) return text;
  faults.error({}, "--device takes auto, cpu, cuda or cuda:<number>, not '" + text + "'");
  return "auto";
}

/// A number of bytes, with K, M, G or T behind it where it is large (powers of 1024).
std::int64_t bytes_option(const std::string& text, const std::string& option, std::int64_t default_value, Faults& faults) {
  if (text.empty()) return default_value;
  std::int64_t count = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), count);
  const std::string unit(end, text.data() + text.size());
  const std::size_t power = unit.empty() ? 0 : std::string("KMGT").find(unit) + 1;
  if (failed == std::errc() && count >= 0 && count < (std::int64_t{1} << 20) << 10 && power <= 4 && unit.size() <= 1)
    return count << (10 * power);
  faults.error({}, fmt::format("{} takes a number of bytes as 500M or 2G, not '{}'", option, text));
  return default_value;
}

std::filesystem::path folder_of(const std::filesystem::path& file) {
  return file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
}

std::vector<std::string> names_of(const std::vector<Case>& cases) {
  std::vector<std::string> names;
  for (const Case& one : cases) names.push_back(one.name);
  return names;
}

void choose_cases(const RunCommand& command, PreparedRun& run, Faults& faults) {
  const ValidatedNode* collector = run.graph ? case_collector(*run.graph) : nullptr;
  if (!command.only.empty()) {
    keep_only(run.list, command.only, faults);
    if (collector)
      faults.warning(collector->place,
                     fmt::format("node '{}' takes all cases of a run, and gets those of --only", collector->id));
  }
  if (!command.retry_failed) return;
  if (collector)
    faults.error(
        collector->place,
        fmt::format("--retry-failed cannot run this graph: node '{}' takes all cases of a run; use --resume", collector->id));
  else keep_failed(run.list, command.out, run.word);
}

/// Leaves the cases of the shard. What needs all cases of a run cannot be split.
void keep_shard(PreparedRun& run, Faults& faults) {
  if (run.shard.is_whole()) return;
  const ValidatedNode* collector = run.graph ? case_collector(*run.graph) : nullptr;
  if (collector)
    faults.error(collector->place, fmt::format("--shard cannot run this graph: node '{}' takes all cases of a run; run the "
                                               "cases first, and a graph with that node over their results",
                                               collector->id));
  const std::set<std::string> mine = names_in(run.shard, run.names);
  std::erase_if(run.list.cases, [&](const Case& one) { return !mine.contains(one.name); });
}

PreparedRun prepare(const RunCommand& command, const Registry& registry, Faults& faults) {
  PreparedRun run;
  run.options.threads = count_option(command.threads, "--threads", 0, faults);
  run.options.cases_in_flight = count_option(command.cases_in_flight, "--cases-in-flight", run.options.cases_in_flight, faults);
  run.replay_limit = bytes_option(command.replay_limit, "--replay-limit", kReplayLimit, faults);
  run.options.fail_fast = command.fail_fast;
  run.shard = parse_shard(command.shard, process_environment(), faults);
  run.options.device = device_option(command.device, faults);
  run.options.out = command.out;
  run.options.isolated = {"/proc/self/exe", {kIsolatedFiring}};
  const CheckedGraph checked = check_graph(command.graph, command.settings, registry, faults);
  run.graph = checked.graph;
  run.list = collect_cases(case_source(command, faults), checked.spec.get(), faults);
  run.names = names_of(run.list.cases);
  if (run.graph) run.word = graph_word(command.out, run.graph->name);
  choose_cases(command, run, faults);
  if (run.graph) check_case_list(*run.graph, run.list, command.out, faults);
  if (run.graph && !faults.has_errors())
    check_foreign_files(*run.graph, run.list.cases, command.out, run.word, books_of_run(command.out, run.shard, run.word),
                        faults);
  keep_shard(run, faults);
  check_writable(command.out, "--out", faults);
  if (const std::string fault = shard_set_fault(command.out, run.shard, run.word); !fault.empty()) faults.error({}, fault);
  if (!command.bids.empty())
    if (const std::string fault = bids_derivative_fault(command.out); !fault.empty()) faults.error({}, "--out: " + fault);
  if (!command.trace.empty()) {
    check_writable(folder_of(command.trace), "--trace", faults);
    check_trace_file(command, run, faults);
  }
  return run;
}

RunResult watched(Run& run, const std::vector<Case>& cases, const RunCommand& command, Interrupts& interrupts,
                  Announcer& announcer, std::size_t done_before) {
  ProgressDisplay display(run, command.quiet ? ProgressStyle::none : ProgressDisplay::fitting_style(),
                          static_cast<std::int64_t>(done_before));
  announcer.show_on(&display);
  interrupts.watch(run, [&display](const std::string& line) { display.say(line); });
  RunResult result = run.execute(cases);
  interrupts.unwatch();
  announcer.show_on(nullptr);
  return result;
}

/// The record and the trace. What cannot be written is said, and does not hide how the cases went.
/// `ran`: the cases of this run, which the trace counts.
bool write_records(const RunCommand& command, const PreparedRun& prepared, const std::vector<Case>& ran, const Trace& trace,
                   const RunResult& result) {
  bool written = true;
  const auto attempt = [&](const auto& write) {
    try {
      write();
    } catch (const Error& error) {
      fmt::print(stderr, "flowrun: error: {}\n", printable(error.what()));
      written = false;
    }
  };
  const std::filesystem::path out = command.out;
  attempt([&] {
    write_run_record(out / run_record_name(prepared.shard, prepared.word), *prepared.graph, prepared.list.cases, out, result);
  });
  if (!command.trace.empty()) attempt([&] { trace.write_chrome(command.trace, *prepared.graph, ran); });
  return written;
}

/// An interrupt that came too late to cut anything off does not count; nor does the end that --fail-fast brings.
ExitStatus status_of(const RunResult& result, bool interrupted) {
  const auto any = [&](auto... wanted) {
    return std::any_of(result.cases.begin(), result.cases.end(),
                       [&](const CaseResult& one) { return ((one.status == wanted) || ...); });
  };
  const bool cut_off = result.run_cut_off || any(CaseStatus::cancelled, CaseStatus::not_started);
  if (interrupted && cut_off) return kInterrupted;
  return !cut_off && !any(CaseStatus::failed) && result.run_errors.empty() ? kAllDone : kSomeCaseFailed;
}

/// What makes the output folder a BIDS derivative, and its folders: not every node makes the folder of the file that it writes.
void prepare_derivative(const RunCommand& command, const PreparedRun& prepared) {
  write_bids_description(command.out, {prepared.graph->name, FLOWRUN_VERSION, command.bids});
  for (const Case& one : prepared.list.cases)
    for (const NodeFile& file : files_of_case(*prepared.graph, one, command.out))
      if (file.role == PathRole::output) std::filesystem::create_directories(folder_of(file.path));
}

/// Everything that a run keeps in its output folder, and what it takes over from there.
struct RunState {
  explicit RunState(const PreparedRun& prepared, const std::filesystem::path& out)
      : recorder(prepared.graph, out, {FLOWRUN_VERSION, prepared.options.device}), to_run(prepared.list.cases) {}
  CaseRecorder recorder;
  std::vector<Case> to_run;
  std::optional<ResumePlan> plan;  ///< with --resume
};

void plan_resumption(const RunCommand& command, const PreparedRun& prepared, RunState& state) {
  const std::vector<Case>& cases = prepared.list.cases;
  if (command.resume) {
    state.plan =
        plan_resume(*prepared.graph, state.recorder, cases, command.out, prepared.shard, prepared.word, !command.retry_failed);
    state.to_run.clear();
    for (std::size_t i = 0; i < cases.size(); ++i)
      if (!state.plan->earlier[i]) state.to_run.push_back(cases[i]);
    if (!command.quiet) fmt::print(stderr, "flowrun: {}", resume_text(*state.plan));
    return;
  }
  const auto has_record = [&](const Case& one) {
    return std::filesystem::exists(case_record_file(command.out, one.name, prepared.word));
  };
  const auto known = static_cast<std::size_t>(std::count_if(cases.begin(), cases.end(), has_record));
  if (known > 0 && !command.retry_failed && !command.quiet)
    fmt::print(stderr,
               "flowrun: {} of {} ran before into '{}', and will be replaced; --resume keeps what is done and unchanged\n", known,
               count_text(cases.size(), "case"), printable(command.out));
}

/// The results of this run and of earlier ones, in the order of all cases.
RunResult with_earlier(RunResult result, const RunState& state, const ValidatedGraph& graph) {
  if (!state.plan) return result;
  std::vector<CaseResult> all;
  std::size_t next = 0;
  for (const auto& record : state.plan->earlier)
    all.push_back(record ? earlier_result(*record, graph) : std::move(result.cases.at(next++)));
  result.cases = std::move(all);
  return result;
}

/// Nodes that run in none of the cases: their models may be missing.
std::vector<bool> unused_nodes(const ValidatedGraph& graph, const std::vector<Case>& cases) {
  std::vector<bool> unused(graph.nodes.size(), true);
  for (const Case& one : cases) {
    if (std::find(unused.begin(), unused.end(), true) == unused.end()) break;
    const std::vector<bool> left_out = left_out_nodes(graph, one);
    std::transform(unused.begin(), unused.end(), left_out.begin(), unused.begin(), [](bool a, bool b) { return a && b; });
  }
  return unused;
}

RunResult run_chosen(const RunCommand& command, PreparedRun& prepared, RunState& state, Registry& registry,
                     Interrupts& interrupts, RunBooks& books, CohortFiles& files, Announcer& announcer) {
  prepared.options.unused = unused_nodes(*prepared.graph, state.to_run);
  const auto opened = static_cast<std::size_t>(std::count(prepared.options.unused.begin(), prepared.options.unused.end(), false));
  if (!command.quiet)
    fmt::print(stderr, "flowrun: {}: opening {} for {}\n", printable(prepared.graph->name), count_text(opened, "node"),
               count_text(state.to_run.size(), "case"));
  books.follow(prepared.options, command.no_replay ? 0 : prepared.replay_limit,
               [&registry](std::string_view type) { return registry.codec(type); });
  const CrashGuard guard(command.out, *prepared.graph, state.to_run, prepared.word);
  Run run(prepared.graph, registry, prepared.options);
  books.stop_by([&](const std::string& sentence) {
    run.stop();
    announcer.say(sentence);
  });
  // Not before: nothing is changed when a node cannot be opened.
  if (prepared.shard.is_whole()) books.put_aside_of_run(books_of_run(command.out, prepared.shard, prepared.word));
  begin_run_records(command, prepared, false);
  files.start(state.to_run.size());
  RunResult result = watched(run, state.to_run, command, interrupts, announcer, prepared.list.cases.size() - state.to_run.size());
  books.correct(result);
  return result;
}

int report_run(const RunCommand& command, const PreparedRun& prepared, const RunResult& result, const CaseRecord& of_run,
               bool recorded, bool interrupted) {
  if (!command.quiet)
    print_summary(*prepared.graph, prepared.list.cases, command.out, result, run_record_name(prepared.shard, prepared.word),
                  of_run);
  print_failures(result, command.where);
  for (const std::string& text : earlier_texts(command.out, prepared.word, result, of_run.status))
    fmt::print(stderr, "flowrun: {}{}\n", printable(command.where), printable(text));
  const ExitStatus status = status_of(result, interrupted);
  return status == kAllDone && !recorded ? kSomeCaseFailed : status;
}

void follow_cases(const RunCommand& command, RunBooks& books, CohortFiles& files, Announcer& announcer) {
  books.tell([&](const CaseRecord& record) {
    files.add(record);
    if (record.status != CaseStatus::failed || command.quiet || record.errors.empty()) return;
    const std::string& node = record.errors.front().node;
    announcer.say("case '" + record.name + "' failed" + (node.empty() ? "" : " in node '" + node + "'"));
  });
}

/// What is known of the cases that are not run. A shard knows its own cases only.
void know_earlier(const RunCommand& command, const PreparedRun& prepared, const RunState& state, CohortFiles& files) {
  if (prepared.shard.is_whole())
    return files.know_earlier(command.out, prepared.graph->name, names_of(state.to_run), prepared.word);
  if (!state.plan) return;
  for (const auto& record : state.plan->earlier)
    if (record) files.know(*record);
}

/// Of cases that are kept: a run that was killed, or an older flowrun, may have left their images without.
void complete_sidecars(const RunCommand& command, const PreparedRun& prepared, const RunState& state) {
  if (command.bids.empty() || !state.plan) return;
  for (std::size_t i = 0; i < prepared.list.cases.size(); ++i)
    if (state.plan->earlier[i]) write_bids_sidecars(*prepared.graph, prepared.list.cases[i], command.out, command.bids);
}

int say_nothing_to_do(const RunCommand& command, const PreparedRun& prepared, const RunState& state) {
  const std::size_t cases = prepared.list.cases.size();
  if (state.plan && state.plan->crashed() > 0) {
    fmt::print(stderr, "flowrun: error: nothing to run: {}\n", printable(crash_text(*state.plan)));
    return kSomeCaseFailed;
  }
  if (!command.quiet && cases == 0 && !prepared.shard.is_whole() && !command.retry_failed)
    fmt::print("nothing to run: shard {}/{} has no cases\n", prepared.shard.index, prepared.shard.count);
  else if (!command.quiet && cases > 0)
    fmt::print("nothing to run: {} done before, and unchanged\n",
               cases == 1 ? "the case was" : fmt::format("all {} cases were", cases));
  else if (!command.quiet) fmt::print("nothing to run: no case failed last time\n");
  return kAllDone;
}

/// --dry-run: looks, and writes nothing.
int show_plan(const RunCommand& command, const PreparedRun& prepared) {
  refuse_own_links(command, prepared);
  RunState state(prepared, command.out);
  plan_resumption(command, prepared, state);
  print_plan(*prepared.graph, state.to_run, command.out);
  return kAllDone;
}

int run_cases(const RunCommand& command, PreparedRun& prepared, Registry& registry, Interrupts& interrupts) {
  prepare_folder(command.out, "--out");
  refuse_own_links(command, prepared);
  if (!command.trace.empty()) prepare_folder(folder_of(command.trace), "--trace");
  const RunLock lock(command.out, "flowrun run " + command.graph, file_word(prepared.shard));
  prepared.word = claim_graph_word(command.out, prepared.graph->name);
  refuse_own_links(command, prepared);
  join_shard_set(command.out, prepared.shard, prepared.word);
  say_other_graphs(command, prepared.word);
  clean_folder(command, prepared, lock);
  if (!command.cases.empty() || !command.bids.empty()) write_case_order(command.out, prepared.names, prepared.word);
  if (!command.bids.empty()) prepare_derivative(command, prepared);
  RunState state(prepared, command.out);
  plan_resumption(command, prepared, state);
  Crashes(command.out, prepared.word).settle(state.to_run, state.plan ? state.plan->earlier : decltype(state.plan->earlier){});
  complete_sidecars(command, prepared, state);
  Announcer announcer;
  CohortFiles files(paths_of(command, prepared), [&](const std::string& sentence) { announcer.say(sentence); });
  know_earlier(command, prepared, state, files);
  const std::vector<std::string> order = names_of(prepared.list.cases);
  if (state.to_run.empty()) {
    begin_run_records(command, prepared, true);
    files.start(0);
    files.finish(order, {});
    return say_nothing_to_do(command, prepared, state);
  }
  Trace trace;
  if (!command.trace.empty()) prepared.options.trace = &trace;
  RunBooks books(state.recorder, prepared.graph, state.to_run, command.out, prepared.word);
  books.describe_for(command.bids);
  follow_cases(command, books, files, announcer);
  const RunResult result =
      with_earlier(run_chosen(command, prepared, state, registry, interrupts, books, files, announcer), state, *prepared.graph);
  const CaseRecord of_run =
      books.finish_run(books_of_run(command.out, prepared.shard, prepared.word), prepared.list.cases, result);
  const bool tabled = files.finish(order, facts_of(*prepared.graph, result));
  const bool recorded = write_records(command, prepared, state.to_run, trace, result);
  for (const std::string& remark : books.remarks())
    fmt::print(stderr, "flowrun: warning: {}{}\n", printable(command.where), printable(remark));
  for (const std::string& trouble : books.troubles())
    fmt::print(stderr, "flowrun: error: {}{}\n", printable(command.where), printable(trouble));
  return report_run(command, prepared, result, of_run, tabled && recorded && books.troubles().empty(), interrupts.received());
}

}  // namespace

int run(const RunCommand& command, Interrupts& interrupts) {
  Registry registry = open_registry(command.plugin_paths);
  Faults faults;
  PreparedRun prepared = prepare(command, registry, faults);
  print_faults(faults);
  if (faults.has_errors() || !prepared.graph) {
    fmt::print(stderr, "flowrun: nothing was run: {}\n", verdict(faults));
    return kWrongInput;
  }
  if (command.dry_run) return show_plan(command, prepared);
  require_address_space(prepared.options.threads);
  return run_cases(command, prepared, registry, interrupts);
}

namespace {

/// The inputs and parameters of the graph itself.
int print_graph_help(const std::string& graph) {
  Faults faults;
  const auto spec = load_graph(graph, faults);
  print_faults(faults);
  if (!spec) return kWrongInput;
  fmt::print("{}{}", graph_title(*spec), graph_interface(*spec));
  fmt::print(
      "\nParameters of single nodes: --set NODE.PARAM=VALUE; 'flowrun describe {}' lists the nodes.\n"
      "All options: flowrun run --help\n",
      printable(graph));
  return faults.has_errors() ? kWrongInput : kAllDone;
}

int run_or_help(const RunCommand& command) {
  if (command.help && command.graph.empty()) return fmt::print("{}", command.own_help()), kAllDone;
  if (command.help) return print_graph_help(command.graph);
  if (command.graph.empty()) throw WrongUse{"'run' needs the argument GRAPH, a graph file"};
  Interrupts interrupts;  // first: a plugin's library may start threads when it is loaded
  return run(command, interrupts);
}

void declare_cases(Verb& verb, RunCommand& command) {
  verb.repeatable(
      "--cases", command.cases, "TABLE|NAME=PATTERN",
      "table of cases (CSV or TSV), or for each input the pattern of its\nfiles: flair='data/{case}/FLAIR.nii.gz' (repeatable)");
  verb.option("--case-name", command.case_name, "NAME", "name of the one case [the graph's name]");
  verb.option("--bids", command.bids, "DIR", "take the cases from a BIDS data set");
  verb.labels("--participant-label,--participant_label", command.participants, "participants to run, with or without sub- [all]");
  verb.labels("--session-label,--session_label", command.sessions, "sessions to run, with or without ses- [all]");
  verb.repeatable(
      "--bids-filter", command.bids_filters, "NAME.ENTITY=LABEL",
      "choose among the files for a graph input: flair.run=1; an empty\nlabel: the entity must not be there (repeatable)");
  verb.option("--incomplete", command.incomplete, "WHAT",
              "what to do with cases that patterns or BIDS give only some files:\nerror or skip [error]");
}

}  // namespace

Verb run_verb(CLI::App& app) {
  Verb verb(app, "run", "run a graph over one case or many",
            "  flowrun run graphs/demo.json\n"
            "  flowrun run graphs/demo.json --help              the inputs and parameters of that graph\n"
            "  flowrun run segment.json --in flair=p07/flair.nii.gz --in t1=p07/t1.nii.gz --out results\n"
            "  flowrun run segment.json --cases subjects.csv --set candidate_threshold=1.5 --out results\n"
            "  flowrun run segment.json --cases flair='data/{case}/FLAIR.nii.gz' --cases t1='data/{case}/T1.nii.gz'\n"
            "  flowrun run segment.json --bids study --participant-label 01 02 --out study/derivatives/flowrun\n"
            "  flowrun run segment.json --cases subjects.csv --dry-run\n\n"
            "A table of cases is a CSV or TSV file: a column 'case' and one column for each graph input;\n"
            "relative paths in it start at the table's folder.\n"
            "Ctrl-C: no new cases start, those running finish; a second Ctrl-C ends the run at once.\n\n" +
                std::string(kStatusHelp));
  RunCommand& command = verb.carried_out_by(run_or_help);
  command.own_help = verb.help();
  verb.help_flag(command.help, "show this help, or with a GRAPH its own inputs and parameters");
  verb.optional_argument("GRAPH", command.graph, "the graph file (JSON)");
  verb.repeatable("--in", command.inputs, "NAME=VALUE", "value of a graph input, for every case (repeatable)");
  declare_cases(verb, command);
  verb.settings(command.settings);
  verb.option("--out", command.out, "DIR", "folder of the outputs, made when missing [out]");
  verb.option("--threads", command.threads, "N", "threads of the whole process [the cores it may use]");
  verb.option("--cases-in-flight", command.cases_in_flight, "N", "cases that run at a time [2]");
  verb.option("--shard", command.shard, "I/N",
              "run only the I-th of N parts of the cases; slurm: the part of this task of\na Slurm job array");
  verb.option("--device", command.device, "DEVICE",
              "device of the nodes whose graph leaves it open [auto]:\nauto, cpu, cuda or cuda:<number>");
  verb.option("--trace", command.trace, "FILE", "write a timeline of every firing (open it in Perfetto or\nchrome://tracing)");
  verb.flag("--resume", command.resume, "run only the cases that are not done, or of which something has changed");
  verb.flag("--retry-failed", command.retry_failed, "run only the cases that failed or were not finished last time");
  verb.repeatable("--only", command.only, "CASE",
                  "run only these cases: names or patterns ('p0*'), separated by commas\n(repeatable)");
  verb.flag("--no-report", command.no_report, "write no page about the run (report.html)");
  verb.flag("--fail-fast", command.fail_fast, "the first failing case ends the run");
  verb.option("--replay-limit", command.replay_limit, "BYTES",
              "room for the packets of failed firings, for 'flowrun replay' [1G]");
  verb.flag("--no-replay", command.no_replay, "keep no packets of failed firings");
  verb.flag("--dry-run", command.dry_run, "check everything, list what would run and be written; run nothing");
  verb.flag("--quiet", command.quiet, "no progress and no summary; faults and failures only");
  verb.plugin_path(command.plugin_paths);
  return verb;
}

}  // namespace flowrun
