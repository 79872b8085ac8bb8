#include <doctest/doctest.h>

#include "terminal/progress_display.h"
#include "terminal/text_layout.h"
#include "terminal/time_left.h"

using namespace flowrun;

namespace {

Progress cases(std::int64_t done, std::int64_t running, std::int64_t total, double seconds) {
  Progress progress;
  progress.cases_done = done;
  progress.cases_running = running;
  for (std::int64_t i = 0; i < running; ++i) progress.running.push_back({"p" + std::to_string(i + 1), seconds / 2, {}});
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
  CHECK(lines[1] == "  p1     patches  [##################......] 30/40 chunks");
  CHECK(lines[2] == "  p2     patches  1 chunk");
  CHECK(lines[3] == "  p2     train    [############............] 50 %");
  CHECK(lines[4] == "  (run)  fit      [#######################.] 99 %");
}

TEST_CASE("progress: one line tells of the long firings too") {
  Progress progress = cases(1, 1, 2, 90);
  progress.firings.push_back({"train", "p2", 0.5, 45});
  progress.firings.push_back({"fit", "", 0.25, 30});
  CHECK(progress_line(progress, 99) == "1 of 2 cases done, 1 running   01:30 elapsed, about 01:30 left   train 50 %, fit 25 %");
  CHECK(progress_line(progress, 20) == "1/2 done  01:30  ...");
}

TEST_CASE("progress: names from files and plugins cannot move the cursor") {
  Progress progress = cases(0, 1, 1, 10);
  progress.running = {{"b\r", 9, {}}};
  progress.firings.push_back({"a\x1b[2J", "b\r", 0.5, 9});
  CHECK(progress_lines(progress, 99)[1].starts_with("  b\\x0d  a\\x1b[2J  ["));
  CHECK(progress_line(progress, 99).ends_with("a\\x1b[2J 50 %"));
}

TEST_CASE("progress: a running case has a row with the nodes at work on it and their chunks") {
  Progress progress = cases(5, 3, 20, 30);
  progress.running[0].steps = {{"read", -1}};
  progress.running[1].steps = {{"networks/initial", 3}, {"networks/final", 2}, {"networks/final", 1}};
  progress.streams.push_back({"patches", "p2", 1, 40});
  const auto lines = progress_lines(progress, 99);
  REQUIRE(lines.size() == 4);
  CHECK(lines[1] == "  p1  read                00:15");
  CHECK(lines[2] == "  p2  patches             [........................] 1/40 chunks   networks/initial #4, networks...");
  CHECK(lines[3] == "  p3  waits for a thread  00:15");
}

TEST_CASE("progress: many running cases are shown as far as the terminal has lines for them") {
  const Progress progress = cases(0, 20, 200, 10);
  const auto lines = progress_lines(progress, 99, 50);
  REQUIRE(lines.size() == 2 + kMostProgressRows);
  CHECK(lines.back() == "  and 8 more");
  CHECK(progress_lines(progress, 99, 8).size() == 7);
  CHECK(progress_lines(progress, 99, 2).size() == 3);
}

TEST_CASE("progress: no line is wider than the terminal, and long names keep their beginning and their end") {
  Progress progress = cases(34, 2, 200, 4000);
  progress.cases_failed = 2;
  progress.done_case_seconds = 34 * 200;
  progress.running[0].name = "sub-0123456789_ses-baseline_acq-highres_run-01";
  progress.running[0].steps = {{"networks/first/inference", -1}};
  progress.firings.push_back({"networks/first/inference", progress.running[0].name, 0.5, 60});
  for (const std::size_t width : {20, 40, 60, 80, 120})
    for (const std::string& line : progress_lines(progress, width)) {
      CAPTURE(line);
      CHECK(width_of(line) <= width);
    }
  const auto narrow = progress_lines(progress, 60);
  CHECK(narrow[0] == "34/200 done, 2 failed  1:06:40, 5:06:12 left");
  CHECK(narrow[1] == "  sub-012..run-01  network..ference  [#######........] 50 %");
  CHECK(progress_lines(progress, 99)[0] ==
        "34 of 200 cases done, 2 failed, 2 running   1:06:40 elapsed, 32.4 cases/h, about 5:06:12 left");
}

TEST_CASE("progress: cases of an earlier run are counted, and say nothing of the time left") {
  const Progress progress = cases(3, 1, 6, 30);
  const std::string line = progress_line(progress, 99, 24);
  CHECK(line.starts_with("27 of 30 cases done (24 before), 1 running   00:30 elapsed, 6 cases/min, about 00:"));
  CHECK(seconds_left(progress) == doctest::Approx(30));
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

TEST_CASE("progress: running cases count by their age beside the cases done") {
  Progress progress = cases(4, 2, 12, 50);
  progress.done_case_seconds = 4 * 20;
  progress.running[0].seconds = 10;   // half of the mean
  progress.running[1].seconds = 300;  // nobody knows when it ends
  CHECK(seconds_left(progress) == doctest::Approx(50 * (8 - 1.4) / (4 + 1.4)));
}

TEST_CASE("progress: cases that fail at once do not make the others look quick") {
  Progress progress = cases(2, 0, 100, 40);
  progress.cases_failed = 50;
  progress.done_case_seconds = 2 * 20;
  progress.failed_case_seconds = 50 * 0.1;
  CHECK(seconds_left(progress) == doctest::Approx(40 * 48 / 2.25));
}

TEST_CASE("text_layout: a text is shortened in its middle") {
  CHECK(shortened_inside("abcdefghij", 10) == "abcdefghij");
  CHECK(shortened_inside("abcdefghijk", 10) == "abcd..hijk");
  CHECK(shortened_inside("\u00e4\u00f6\u00fcdefghi\u00e4\u00f6\u00fc", 8) == "\u00e4\u00f6\u00fc..\u00e4\u00f6\u00fc");
  CHECK(shortened_inside("abcdefgh", 4) == "a...");
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
