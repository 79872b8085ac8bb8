#include "verbs/view.h"

#include <fmt/format.h>
#include <fnmatch.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <set>
#include <thread>

#include "flowrun/host/cohort.h"
#include "flowrun/host/diagnostic.h"
#include "flowrun/host/text.h"
#include "flowrun/sdk/error.h"
#include "report/page_nonce.h"
#include "report/run_page.h"
#include "system/exit_status.h"
#include "terminal/open_registry.h"
#include "viewer/followed_page.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostUnnamed = 20;  ///< cases for which pages are made without being asked for by name

struct ViewCommand {
  std::string out;
  Words cases;
  std::string beside;
  Words layers;
  Words plugin_paths;
  bool no_report = false;
  bool follow = false;
};

std::vector<std::string> chosen(const ViewCommand& command) {
  const std::vector<std::string> names = cases_with_records(command.out);
  if (command.cases.empty() && names.size() > kMostUnnamed)
    throw Error(fmt::format("'{}' has {}; name those to look at, or give '*' for all (a page has about 2 to 20 MiB)", command.out,
                            count_text(names.size(), "case")));
  std::vector<std::string> wanted;
  for (const std::string& pattern : command.cases.empty() ? Words{"*"} : command.cases) {
    const std::size_t before = wanted.size();
    for (const std::string& name : names)
      if (name == pattern || fnmatch(pattern.c_str(), name.c_str(), 0) == 0) wanted.push_back(name);
    if (wanted.size() == before)
      throw Error(fmt::format("no case of '{}' is '{}'{}", command.out, pattern, did_you_mean(pattern, names)));
  }
  std::sort(wanted.begin(), wanted.end());
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  return wanted;
}

/// "name=file", or a file that is named by itself.
LayerSource layer_of(const std::string& word) {
  const std::size_t equals = word.find('=');
  const std::string file = equals == std::string::npos ? word : word.substr(equals + 1);
  std::error_code unknown;
  if (!fs::exists(file, unknown)) throw Error("--layer: '" + file + "' does not exist");
  return {equals == std::string::npos ? fs::path(file).filename().string() : word.substr(0, equals), file, "?", ""};
}

ViewerRequest request_of(const ViewCommand& command, const std::string& name, std::size_t cases) {
  ViewerRequest request;
  request.out = command.out;
  request.name = name;
  request.beside = command.beside;
  if (!command.layers.empty() && cases != 1) throw Error("--layer adds an image to one case; name that case");
  for (const std::string& word : command.layers) request.more.push_back(layer_of(word));
  return request;
}

/// Prints a warning for each file that is missing, as while it is being replaced:
/// once for each file, until it is there again.
void say_missing(const FollowedPage& page, std::set<std::string>& said) {
  const std::string begin = fmt::format("case '{}': ", page.file().stem().string());
  std::set<std::string> now;
  for (const std::string& text : page.missing()) now.insert(begin + text);
  std::erase_if(said, [&](const std::string& text) { return text.starts_with(begin) && !now.contains(text); });
  for (const std::string& text : now)
    if (said.insert(text).second) fmt::print(stderr, "flowrun: warning: {}\n", printable(text));
}

void update_all(std::vector<std::unique_ptr<FollowedPage>>& pages, std::set<std::string>& said) {
  for (const auto& page : pages) try {
      const bool is_new = page->layers() == 0, has_news = page->update();
      say_missing(*page, said);
      if (!has_news || !is_new) continue;
      fmt::print("{}: follows its run, {}\n", printable(page->file().string()), count_text(page->layers(), "layer"));
      std::fflush(stdout);
    } catch (const Error& fault) {
      if (said.insert(fault.what()).second) fmt::print(stderr, "flowrun: warning: {}\n", printable(fault.what()));
    }
}

/// Until a signal ends it, or flowrun watch, which has started it, has ended.
int follow(const ViewCommand& command) {
  if (!command.beside.empty()) throw WrongUse{"--follow shows one run; leave --beside out"};
  const char* const watch = std::getenv(kWatchVariable);
  const std::vector<std::string> names = watch ? command.cases : chosen(command);  // those of watch may not have run yet
  Registry registry = open_registry(command.plugin_paths);
  std::vector<std::unique_ptr<FollowedPage>> pages;
  for (const std::string& name : names)
    pages.push_back(std::make_unique<FollowedPage>(request_of(command, name, names.size()), registry));
  std::set<std::string> said;
  while (!watch || std::to_string(::getppid()) == watch) {
    update_all(pages, said);
    std::this_thread::sleep_for(std::chrono::milliseconds(40));
  }
  return kAllDone;
}

/// The page of the run links to the new pages.
void renew_report(const ViewCommand& command) {
  CohortEvents events;
  events.page = page_of_run();
  merge_records(command.out, events);
}

int view(const ViewCommand& command) {
  if (command.follow) return follow(command);
  const std::vector<std::string> names = chosen(command);
  if (!command.beside.empty()) cases_with_records(command.beside);
  Registry registry = open_registry(command.plugin_paths);
  PackedImages images(registry);
  images.reader();
  bool whole = true;
  for (const std::string& name : names) {
    images.forget();
    const ViewerPage page = write_viewer(request_of(command, name, names.size()), images);
    fmt::print("{}: {}, {}\n", printable(page.file.string()), count_text(page.layers, "layer"),
               bytes_text(static_cast<std::int64_t>(page.bytes)));
    std::fflush(stdout);
    if (!page.has_image)
      fmt::print(stderr,
                 "flowrun: warning: case '{}': no image lies below the masks, since the run reads and writes none; write one by "
                 "'flowrun run --keep NODE.PORT', or add one with --layer FILE\n",
                 printable(name));
    for (const std::string& text : page.missing)
      fmt::print(stderr, "flowrun: warning: case '{}': {}\n", printable(name), printable(text));
    whole = whole && page.missing.empty();
  }
  if (!command.no_report) renew_report(command);
  return whole ? kAllDone : kSomeCaseFailed;
}

}  // namespace

Verb view_verb(CLI::App& app) {
  Verb verb(app, "view", "make pages to look at the images of cases",
            "  flowrun view results p07\n"
            "  flowrun view results 'p0*' --beside other_results\n"
            "  flowrun view results p07 --layer brain=p07_brain.nii.gz\n\n"
            "Writes DIR/flowrun/viewer/CASE.html for each case, to be opened in a browser, and links them in\n"
            "report.html. With --follow the images lie beside the page, in CASE.data, and an open page follows them.\n"
            "Exit status: 0 all images are in the pages, 1 some could not be read.");
  ViewCommand& command = verb.carried_out_by(view);
  verb.argument("DIR", command.out, "the output folder of a run");
  verb.optional_arguments("CASE", command.cases, "names or patterns of cases ('p0*') [all, where there are at most 20]");
  verb.option("--beside", command.beside, "DIR", "show the same cases of another run next to these");
  verb.repeatable("--layer", command.layers, "[NAME=]FILE", "one more image of the case as a layer (repeatable)");
  verb.flag("--no-report", command.no_report, "leave report.html as it is");
  verb.flag("--follow", command.follow, "stay, and bring what runs write to the pages while they are open; Ctrl-C ends");
  verb.plugin_path(command.plugin_paths);
  return verb;
}

}  // namespace flowrun
