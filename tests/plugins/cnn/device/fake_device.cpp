#include "fake_device.h"

#include <doctest/doctest.h>

#include "flowrun/sdk/error.h"

namespace fake {

void Device::hold(std::int64_t items) {
  if (held + items > memory) {
    ++refused;
    throw device::OutOfMemory("the fake device is full");
  }
  held += items;
}

std::string Job::words(const Batch& batch) const {
  return name + " " + std::to_string(batch.first) + "+" + std::to_string(batch.items);
}

void Job::prepare() {
  device_.happened.push_back("prepare " + name);
  device_.hold(prepare_items);
}

void Job::submit(std::int64_t first, std::int64_t items, int lane) {
  CHECK(lanes_.count(lane) == 0);
  Batch batch{first, items, items, 0};
  if (fail_at >= first && fail_at < first + items) throw Error("item " + std::to_string(fail_at) + " is bad");
  device_.hold(items);
  device_.happened.push_back("submit " + words(batch));
  lanes_[lane] = batch;
}

bool Job::take(int lane) {
  REQUIRE(lanes_.count(lane) == 1);
  Batch& batch = lanes_[lane];
  if (device_.during_batch) device_.during_batch();
  const auto leave = [&] {
    device_.held -= batch.held;
    lanes_.erase(lane);
  };
  if (fail_in_take_at >= batch.first && fail_in_take_at < batch.first + batch.items) {
    const std::string text = "kernel of " + words(batch) + " failed";
    leave();
    throw Error(text);
  }
  taken_[lane] = batch;
  if (++batch.step < steps) {
    try {
      device_.hold(second_step_memory * batch.items);
      batch.held += second_step_memory * batch.items;
    } catch (const device::OutOfMemory&) {
      leave();
      throw;
    }
    device_.happened.push_back("step " + words(batch));
    return false;
  }
  device_.happened.push_back("take " + words(batch));
  for (std::int64_t i = batch.first; i < batch.first + batch.items; ++i) {
    const auto at = static_cast<std::size_t>(i);
    output[at] = 2 * input_[at];
    ++times[at];
  }
  sizes.push_back(batch.items);
  leave();
  return true;
}

/// Batch n works from n * 10 to n * 10 + 15: each overlaps the next by half.
device::Busy Job::busy(int lane) const {
  const std::int64_t number = taken_.at(lane).first / batch_;
  const device::Clock::time_point begin{std::chrono::milliseconds(100 + 10 * number)};
  return {begin, begin + std::chrono::milliseconds(15)};
}

void Job::finished(std::exception_ptr reason) {
  CHECK_FALSE(is_finished);
  CHECK(lanes_.empty());
  device_.held -= prepare_items;
  is_finished = true;
  failure = reason;
  if (on_finished) on_finished(*this);
}

std::string Job::failure_text() const {
  try {
    if (failure) std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    return error.what();
  }
  return "";
}

std::vector<double> numbers(int count) {
  std::vector<double> made;
  for (int i = 0; i < count; ++i) made.push_back(i);
  return made;
}

}  // namespace fake
