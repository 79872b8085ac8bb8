// What jobs ask of a device's streams and events, on a device that notes it.
#include "cnn/torch_job.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>

#include "cnn/device/batch_runner.h"
#include "fake_accelerator.h"

namespace flowrun::testing {

namespace device = cnn::device;
namespace {

C10_REGISTER_GUARD_IMPL(PrivateUse1, FakeGuard)

using Lines = std::vector<std::string>;
using tensor::Streams;

/// LibTorch's events do since 2.4.
template <class Event>
constexpr bool kTellsTimes = requires(const Event& event) {
  event.elapsedTime(event);
};

FakeAccelerator& fresh() { return FakeAccelerator::one() = {}; }

Lines take_lines() { return std::exchange(FakeAccelerator::one().happened, {}); }

/// Notes on which stream each of its steps is done; 0 is the device's default.
class NotedJob : public cnn::TorchJob {
 public:
  explicit NotedJob(Streams& streams) : TorchJob(streams) {}
  std::int64_t count() const override { return 4; }
  std::int64_t batch() const override { return 4; }
  std::string kind() const override { return "noted"; }

  int steps = 1;            ///< of a batch
  std::int64_t most = 100;  ///< items that the memory suffices for
  std::string in_start;     ///< what start fails with

 private:
  void send() override { note("send"); }
  void start(std::int64_t first, std::int64_t count, int) override {
    note("start " + std::to_string(first) + "+" + std::to_string(count));
    if (count > most) TORCH_CHECK(false, "CUDA out of memory. Tried to allocate 20.00 GiB");
    if (!in_start.empty()) TORCH_CHECK(false, in_start);
    step_ = 1;
  }
  bool end(int) override {
    note("end");
    return step_ < steps;
  }
  void go_on(int) override {
    note("go on");
    ++step_;
  }
  void drop(int) override { note("drop"); }
  static void note(const std::string& what) {
    FakeAccelerator::one().note(what + " on " + std::to_string(FakeAccelerator::one().current));
  }
  int step_ = 0;
};

/// Takes the job through a runner; what it failed with.
std::string run(const std::shared_ptr<NotedJob>& job, device::BatchLimits& limits) {
  std::string failure;
  job->on_finished([&failure](std::exception_ptr reason) {
    try {
      if (reason) std::rethrow_exception(reason);
    } catch (const std::exception& told) {
      failure = told.what();
    }
  });
  device::BatchRunner runner(2, limits);
  runner.add(job);
  while (!runner.is_idle()) runner.step();
  return failure;
}

}  // namespace

TEST_CASE("streams: a lane begins after what was sent, its events are recorded around the batch, and waiting is for its end") {
  fresh();
  Streams streams(FakeAccelerator::device(), 2);
  CHECK(take_lines() == Lines{"record 1 on 1", "over 1"});  // from which moment the device's clock is read
  streams.begin(0);
  streams.end(0);
  streams.sent();
  streams.begin(1);
  streams.end(1);
  streams.wait(0);
  streams.wait(1);
  CHECK(take_lines() == Lines{"record 2 on 2", "record 3 on 2", "record 4 on 1", "3 after 4", "record 5 on 3", "record 6 on 3",
                              "over 3", "over 6"});
}

TEST_CASE("streams: the times of a batch are the device's where it tells them") {
  fresh();
  Streams streams(FakeAccelerator::device(), 1);
  streams.begin(0);
  streams.end(0);
  streams.wait(0);
  const Streams::Times times = streams.times(0);
  const double ms = std::chrono::duration<double, std::milli>(times.end - times.begin).count();
  if constexpr (kTellsTimes<c10::Event>) CHECK(ms == doctest::Approx(10));
  else CHECK(ms >= 0);
}

TEST_CASE("torch job: data goes ahead on a stream of its own, every step of a batch is put on its lane's") {
  fresh();
  Streams streams(FakeAccelerator::device(), 2);
  take_lines();
  const auto job = std::make_shared<NotedJob>(streams);
  job->steps = 2;
  device::BatchLimits limits;
  CHECK(run(job, limits) == "");
  CHECK(take_lines() == Lines{"send on 1", "record 2 on 1", "2 after 2", "record 3 on 2", "start 0+4 on 2", "record 4 on 2",
                              "over 4", "end on 0", "2 after 2", "record 3 on 2", "go on on 2", "record 4 on 2", "over 4",
                              "end on 0", "drop on 0"});
  CHECK(FakeAccelerator::one().current == 0);
  CHECK(job->busy_seconds() > 0);
}

TEST_CASE("torch job: a batch that fails is waited for before what it reads is let go of; memory that runs out halves it") {
  fresh();
  Streams streams(FakeAccelerator::device(), 2);
  take_lines();
  const auto job = std::make_shared<NotedJob>(streams);
  job->most = 2;
  device::BatchLimits limits;
  CHECK(run(job, limits) == "");
  const Lines lines = take_lines();
  const Lines failed{"start 0+4 on 2", "record 4 on 2", "over 4", "drop on 2", "2 after 2"};
  CHECK(std::search(lines.begin(), lines.end(), failed.begin(), failed.end()) != lines.end());
  CHECK(std::count(lines.begin(), lines.end(), "start 0+2 on 2") == 1);
  CHECK(limits.allowed("noted", 4) == 2);

  const auto broken = std::make_shared<NotedJob>(streams);
  broken->in_start = "CUDA error: an illegal memory access was encountered";
  CHECK(run(broken, limits).find("illegal memory access") != std::string::npos);
  CHECK(FakeAccelerator::one().current == 0);
}

}  // namespace flowrun::testing
