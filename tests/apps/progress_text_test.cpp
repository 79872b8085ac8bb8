#include <doctest/doctest.h>

#include "flowrun/progress_display.h"

using namespace flowrun;

namespace {

Progress cases(std::int64_t done, std::int64_t running, std::int64_t total, double seconds) {
  Progress progress;
  progress.cases_done = done;
  progress.cases_running = running;
  progress.cases_total = total;
  progress.seconds = seconds;
  return progress;
}

}  // namespace

TEST_CASE("progress: a long firing has a row with its case, node and percent, beside the streams") {
  Progress progress = cases(0, 2, 2, 30);
  progress.streams.push_back({"patches", "p1", 30, 40});
  progress.streams.push_back({"patches", "p2", 1, -1});
  progress.firings.push_back({"train", "p2", 0.5, 20});
  progress.firings.push_back({"fit", "", 0.999, 2});
  progress.firings.push_back({"short", "p1", 0.3, 0.5});
  const auto lines = progress_lines(progress, 99);
  REQUIRE(lines.size() == 5);
  CHECK(lines[1] == "  p1  patches  [##################......] 30/40 chunks");
  CHECK(lines[2] == "  p2  patches  1 chunk");
  CHECK(lines[3] == "  p2  train    [############............] 50 %");
  CHECK(lines[4] == "  (run)  fit   [#######################.] 99 %");
}

TEST_CASE("progress: one line tells of the long firings too") {
  Progress progress = cases(1, 1, 2, 90);
  progress.firings.push_back({"train", "p2", 0.5, 45});
  progress.firings.push_back({"fit", "", 0.25, 30});
  CHECK(progress_line(progress, 99) == "1 of 2 cases done, 1 running   01:30 elapsed, about 01:30 left   train 50 %, fit 25 %");
  CHECK(progress_line(progress, 20) == "1 of 2 cases done...");
}

TEST_CASE("progress: names from files and plugins cannot move the cursor") {
  Progress progress = cases(0, 1, 1, 10);
  progress.firings.push_back({"a\x1b[2J", "b\r", 0.5, 9});
  CHECK(progress_lines(progress, 99)[1].starts_with("  b\\x0d  a\\x1b[2J  ["));
  CHECK(progress_line(progress, 99).ends_with("a\\x1b[2J 50 %"));
}

TEST_CASE("progress: of many rows the first eight are shown") {
  Progress progress = cases(0, 1, 1, 10);
  for (int i = 0; i < 20; ++i) progress.firings.push_back({"node" + std::to_string(i), "p", 0.5, 9});
  const auto lines = progress_lines(progress, 99);
  REQUIRE(lines.size() == 10);
  CHECK(lines.back() == "  and 12 more");
}

TEST_CASE("progress: the time left follows from cases, streams and long firings") {
  Progress nothing_known = cases(0, 1, 1, 10);
  CHECK(seconds_left(nothing_known) < 0);

  Progress by_cases = cases(3, 1, 6, 30);
  CHECK(seconds_left(by_cases) == doctest::Approx(30));

  Progress one_firing = cases(0, 1, 1, 65);
  one_firing.firings.push_back({"train", "p", 0.25, 60});
  CHECK(seconds_left(one_firing) == doctest::Approx(195));  // 65 s for a quarter of the one case

  Progress first_of_many = cases(0, 1, 20, 60);
  first_of_many.firings.push_back({"train", "p", 0.5, 60});
  CHECK(seconds_left(first_of_many) == doctest::Approx(60 * 19.5 / 0.5));

  Progress too_early = cases(0, 1, 20, 10);
  too_early.firings.push_back({"train", "p", 0.05, 10});
  CHECK(seconds_left(too_early) < 0);  // what is left of this firing says nothing of the nineteen cases after it
}

TEST_CASE("progress: a firing of the run counts by itself, when all cases have ended and before") {
  Progress after = cases(4, 0, 4, 100);
  after.firings.push_back({"fit", "", 0.5, 80});
  CHECK(seconds_left(after) == doctest::Approx(80));

  Progress beside = cases(3, 1, 4, 30);
  beside.firings.push_back({"fit", "", 0.1, 20});
  CHECK(seconds_left(beside) == doctest::Approx(180));
}

TEST_CASE("progress: a firing that has only begun says nothing of the time left") {
  Progress progress = cases(0, 1, 1, 4);
  progress.firings.push_back({"read", "p", 0.9, 3});
  CHECK(seconds_left(progress) < 0);
}
