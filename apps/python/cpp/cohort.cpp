#include "flowrun/host/cohort.h"

#include <pybind11/functional.h>
#include <pybind11/stl.h>

#include <mutex>

#include "cases.h"
#include "flowrun/sdk/error.h"
#include "graphs.h"
#include "waiting.h"

namespace flowrun::python {
namespace {

/// What the run says and how far it is, between its threads and Python's.
class Follower {
 public:
  Follower(py::object progress, py::object say) : progress_(std::move(progress)), say_(std::move(say)) {}

  CohortEvents events() {
    CohortEvents events;
    events.say = [this](Weight weight, const std::string& sentence) {
      const std::lock_guard lock(mutex_);
      sentences_.emplace_back(weight, sentence);
    };
    events.execute = [this](Run& run, const std::vector<Case>& cases, std::size_t done_before) {
      set_run(&run, done_before);
      RunResult result = run.execute(cases);
      set_run(nullptr, done_before);
      return result;
    };
    return events;
  }

  void cancel() {
    const std::lock_guard lock(mutex_);
    cancelled_ = true;
    if (run_) run_->cancel();
  }

  /// Passes on what has been said, and the progress. With the GIL.
  void look() {
    std::vector<std::pair<Weight, std::string>> sentences;
    py::object state = py::none();
    {
      const std::lock_guard lock(mutex_);
      sentences.swap(sentences_);
      if (run_ && !progress_.is_none()) state = progress_dict(run_->progress());
    }
    for (const auto& [weight, sentence] : sentences) say_(word(weight), sentence);
    if (!state.is_none()) progress_(state);
  }

 private:
  void set_run(Run* run, std::size_t done_before) {
    const std::lock_guard lock(mutex_);
    run_ = run;
    done_before_ = done_before;
    if (run && cancelled_) run->cancel();
  }

  static const char* word(Weight weight) {
    switch (weight) {
      case Weight::detail:
        return "detail";
      case Weight::notice:
        return "notice";
      case Weight::warning:
        return "warning";
      default:
        return "error";
    }
  }

  py::dict progress_dict(const Progress& now) const {
    py::dict dict;
    dict["total"] = now.cases_total;
    dict["done"] = now.cases_done;
    dict["failed"] = now.cases_failed;
    dict["running"] = now.cases_running;
    dict["done_before"] = done_before_;
    dict["seconds"] = now.seconds;
    return dict;
  }

  py::object progress_, say_;
  std::mutex mutex_;
  std::vector<std::pair<Weight, std::string>> sentences_;
  Run* run_ = nullptr;
  std::size_t done_before_ = 0;
  bool cancelled_ = false;
};

CohortRequest request_of(const py::dict& given) {
  CohortRequest request;
  const auto take = [&](const char* name, auto& member) { member = given[name].cast<std::decay_t<decltype(member)>>(); };
  take("graph", request.graph);
  take("settings", request.settings);
  take("out", request.out);
  take("inputs", request.inputs);
  take("cases", request.cases);
  take("case_name", request.case_name);
  take("bids", request.bids);
  take("only", request.only);
  take("incomplete", request.incomplete);
  take("resume", request.resume);
  take("retry_failed", request.retry_failed);
  take("fail_fast", request.fail_fast);
  take("threads", request.threads);
  take("cases_in_flight", request.cases_in_flight);
  take("device", request.device);
  request.isolated.program = given["program"].cast<std::string>();
  if (!request.isolated.program.empty()) request.isolated.arguments = {given["isolated_firing"].cast<std::string>()};
  return request;
}

py::dict result_dict(const CohortResult& result) {
  py::dict dict;
  py::list cases;
  for (const CaseResult& one : result.run.cases) cases.append(case_dict(one));
  dict["cases"] = cases;
  dict["nothing"] = result.nothing;
  dict["all_done"] = result.all_done();
  dict["notices"] = result.notices;
  dict["interrupted"] = result.run.interrupted;
  py::list errors;
  for (const CaseError& error : result.run.run_errors) errors.append(py::make_tuple(error.node, error.message));
  dict["run_errors"] = errors;
  return dict;
}

/// (faults, result); the result is None when there are errors, and nothing was written then.
py::tuple run_cohort(const py::dict& given, const std::vector<std::string>& plugins, py::object progress, py::object say) {
  const CohortRequest request = request_of(given);
  const std::shared_ptr<Registry> registry = open_registry(plugins);
  Diagnostics faults;
  std::unique_ptr<Cohort> cohort;
  {
    const py::gil_scoped_release released;
    cohort = std::make_unique<Cohort>(request, *registry, faults);
  }
  if (faults.has_errors() || !cohort->graph()) return py::make_tuple(fault_list(faults), py::none());
  Follower follower(std::move(progress), std::move(say));
  const CohortResult result = wait_for<CohortResult>([&] { return cohort->run(follower.events()); }, [&] { follower.cancel(); },
                                                     [&] { follower.look(); });
  follower.look();
  return py::make_tuple(fault_list(faults), result_dict(result));
}

}  // namespace

void define_cohort(py::module_& module) {
  module.def("run_cohort", run_cohort, py::arg("request"), py::arg("plugins"), py::arg("progress"), py::arg("say"));
}

}  // namespace flowrun::python
