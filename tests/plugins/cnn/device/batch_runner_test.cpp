#include "cnn/device/batch_runner.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "fake_device.h"

using namespace flowrun;
namespace device = cnn::device;
using device::BatchLimits;
using device::BatchRunner;

namespace {

using Jobs = std::vector<std::shared_ptr<fake::Job>>;

void run_all(BatchRunner& runner, const Jobs& jobs) {
  std::size_t next = 0;
  for (int steps = 0; steps < 10'000; ++steps) {
    while (runner.wants_job() && next < jobs.size()) runner.add(jobs[next++]);
    if (runner.is_idle()) return;
    runner.step();
  }
  FAIL("the jobs never ended");
}

void run_all(fake::Device& device, const Jobs& jobs, int lanes = 2) {
  BatchLimits limits;
  BatchRunner runner(lanes, limits, [&] { ++device.released; });
  run_all(runner, jobs);
}

std::shared_ptr<fake::Job> job(fake::Device& device, const std::string& name, int items, std::int64_t batch) {
  return std::make_shared<fake::Job>(device, name, fake::numbers(items), batch);
}

/// Every item was done, exactly once, and right.
void check_complete(const fake::Job& one) {
  CHECK(one.is_finished);
  CHECK(one.failure_text() == "");
  CHECK(std::count(one.times.begin(), one.times.end(), 1) == one.count());
  for (std::size_t i = 0; i < one.output.size(); ++i) CHECK(one.output[i] == 2 * static_cast<double>(i));
}

}  // namespace

TEST_CASE("batch_runner: while one batch is waited for the next is on the device, also from one job to the next") {
  fake::Device device;
  const Jobs jobs{job(device, "a", 10, 4), job(device, "b", 5, 4)};
  run_all(device, jobs);
  for (const auto& one : jobs) check_complete(*one);
  CHECK(device.happened == std::vector<std::string>{"prepare a", "submit a 0+4", "submit a 4+4", "prepare b", "take a 0+4",
                                                    "submit a 8+2", "take a 4+4", "submit b 0+4", "take a 8+2", "submit b 4+1",
                                                    "take b 0+4", "take b 4+1"});
  CHECK(device.held == 0);
}

TEST_CASE("batch_runner: with one lane batches go one after the other") {
  fake::Device device;
  run_all(device, {job(device, "a", 5, 2)}, 1);
  CHECK(device.happened == std::vector<std::string>{"prepare a", "submit a 0+2", "take a 0+2", "submit a 2+2", "take a 2+2",
                                                    "submit a 4+1", "take a 4+1"});
}

TEST_CASE("batch_runner: a job without items is prepared and done") {
  fake::Device device;
  const auto empty = job(device, "a", 0, 4);
  run_all(device, {empty, job(device, "b", 1, 4)});
  check_complete(*empty);
}

TEST_CASE("batch_runner: steps of batches in flight take turns") {
  fake::Device device;
  const auto two_steps = job(device, "a", 8, 4);
  two_steps->steps = 2;
  run_all(device, {two_steps});
  check_complete(*two_steps);
  CHECK(device.happened == std::vector<std::string>{"prepare a", "submit a 0+4", "submit a 4+4", "step a 0+4", "step a 4+4",
                                                    "take a 0+4", "take a 4+4"});
}

TEST_CASE("batch_runner: when memory runs out the batch is halved until two fit, and the size that worked is remembered") {
  fake::Device device;
  device.memory = 20;
  BatchLimits limits;
  BatchRunner runner(2, limits, [&] { ++device.released; });
  const auto first = job(device, "a", 200, 64);
  run_all(runner, {first});
  check_complete(*first);
  CHECK(*std::max_element(first->sizes.begin(), first->sizes.end()) <= 16);
  CHECK(limits.allowed("network", 64) == 8);
  CHECK(device.refused == 3);  // 64, 32, then 16 beside 16
  CHECK(device.released == 3);

  const auto second = job(device, "b", 200, 64);
  run_all(runner, {second});
  check_complete(*second);
  CHECK(device.refused == 3);
  CHECK(second->sizes == std::vector<std::int64_t>(25, 8));

  const auto other = job(device, "c", 12, 12);
  other->kind_name = "a smaller network";
  run_all(runner, {other});
  CHECK(other->sizes == std::vector<std::int64_t>{12});
  CHECK(device.held == 0);
}

TEST_CASE("batch_runner: memory that runs out in a later step of a batch does the whole batch again, smaller") {
  fake::Device device;
  device.memory = 40;
  const auto two_steps = job(device, "a", 50, 16);
  two_steps->steps = 2;
  two_steps->second_step_memory = 1;
  run_all(device, {two_steps});
  check_complete(*two_steps);
  CHECK(device.refused >= 1);
  CHECK(device.held == 0);
}

TEST_CASE("batch_runner: a job of which not one item fits fails with a sentence, and the others go on") {
  fake::Device device;
  device.memory = 4;
  const auto large = job(device, "a", 3, 2);
  large->steps = 2;
  large->second_step_memory = 10;
  large->kind_name = "large";
  const Jobs jobs{job(device, "x", 9, 2), large, job(device, "y", 9, 2)};
  run_all(device, jobs);
  CHECK(
      large->failure_text() ==
      "the device's memory does not suffice for a batch of one (the fake device is full); free memory on it, or run the node on "
      "the CPU");
  check_complete(*jobs[0]);
  check_complete(*jobs[2]);
  CHECK(device.held == 0);
}

TEST_CASE("batch_runner: data that all batches share and that does not fit beside the job before is sent when that has ended") {
  fake::Device device;
  device.memory = 10;
  const auto first = job(device, "a", 8, 4), second = job(device, "b", 8, 2);
  first->prepare_items = 2;
  second->prepare_items = 6;
  run_all(device, {first, second});
  check_complete(*first);
  check_complete(*second);
  CHECK(device.held == 0);

  device.memory = 5;
  const auto never = job(device, "c", 8, 2);
  never->prepare_items = 6;
  device.held += 6;  // what finished gives back; this one never gets it
  device.memory += 6;
  run_all(device, {never});
  CHECK(never->failure_text() ==
        "the device's memory does not suffice for what is sent before any batch (the fake device is full); free memory on it, or "
        "run the node on the CPU");
}

TEST_CASE("batch_runner: a batch that fails ends its job, after what is in flight, and no other") {
  for (const bool in_take : {false, true}) {
    CAPTURE(in_take);
    fake::Device device;
    const auto bad = job(device, "bad", 20, 4);
    (in_take ? bad->fail_in_take_at : bad->fail_at) = 9;
    const Jobs jobs{job(device, "x", 9, 2), bad, job(device, "y", 9, 2)};
    run_all(device, jobs);
    CHECK(bad->failure_text() == (in_take ? "kernel of bad 8+4 failed" : "item 9 is bad"));
    CHECK(std::count(bad->times.begin(), bad->times.end(), 0) >= 8);
    check_complete(*jobs[0]);
    check_complete(*jobs[2]);
    CHECK(device.held == 0);
  }
}

TEST_CASE("batch_runner: a cancelled job submits nothing more and still hears its end") {
  fake::Device device;
  const auto cancelled = job(device, "a", 100, 4);
  device.during_batch = [&] { cancelled->is_cancelled = true; };
  run_all(device, {cancelled, job(device, "b", 1, 4)});
  CHECK(cancelled->is_finished);
  CHECK(cancelled->failure_text() == "");
  CHECK(std::count(cancelled->times.begin(), cancelled->times.end(), 1) == 8);
  CHECK(device.held == 0);
}

TEST_CASE("batch_runner: the times at which the device worked never overlap") {
  fake::Device device;
  const auto one = job(device, "a", 12, 4);
  run_all(device, {one});
  REQUIRE(one->busy_times.size() == 3);
  const auto ms = [](device::Clock::time_point at) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
  };
  CHECK(ms(one->busy_times[0].begin) == 100);
  CHECK(ms(one->busy_times[0].end) == 115);
  CHECK(ms(one->busy_times[1].begin) == 115);
  CHECK(ms(one->busy_times[1].end) == 125);
  CHECK(ms(one->busy_times[2].begin) == 125);
}
