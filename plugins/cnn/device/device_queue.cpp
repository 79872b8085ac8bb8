#include "device_queue.h"

#include <future>
#include <utility>

namespace flowrun::cnn::device {
namespace {

/// A job whose end somebody waits for.
class Awaited final : public Job {
 public:
  explicit Awaited(std::shared_ptr<Job> job) : job_(std::move(job)) {}
  std::int64_t count() const override { return job_->count(); }
  std::int64_t batch() const override { return job_->batch(); }
  std::string kind() const override { return job_->kind(); }
  bool cancelled() const override { return job_->cancelled(); }
  void prepare() override { job_->prepare(); }
  void submit(std::int64_t first, std::int64_t count, int lane) override { job_->submit(first, count, lane); }
  bool take(int lane) override { return job_->take(lane); }
  Busy busy(int lane) const override { return job_->busy(lane); }
  void worked(const Busy& busy) override { job_->worked(busy); }
  void finished(std::exception_ptr failure) override {
    job_->finished(failure);
    if (failure) ended_.set_exception(failure);
    else ended_.set_value();
  }
  void wait() { ended_.get_future().get(); }

 private:
  std::shared_ptr<Job> job_;
  std::promise<void> ended_;
};

}  // namespace

DeviceQueue::DeviceQueue(DeviceSetup setup) : setup_(std::move(setup)), thread_([this] { work(); }) {}

DeviceQueue::~DeviceQueue() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void DeviceQueue::add(std::shared_ptr<Job> job) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(job));
  }
  changed_.notify_all();
}

void DeviceQueue::run(std::shared_ptr<Job> job) {
  const auto awaited = std::make_shared<Awaited>(std::move(job));
  add(awaited);
  awaited->wait();
}

/// Gives the runner what it has room for; waits when it has nothing to do. False at the end.
bool DeviceQueue::take_jobs(BatchRunner& runner) {
  std::unique_lock lock(mutex_);
  if (runner.is_idle()) changed_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
  for (; runner.wants_job() && !waiting_.empty(); waiting_.pop_front()) runner.add(std::move(waiting_.front()));
  return !runner.is_idle();
}

void DeviceQueue::work() {
  if (setup_.enter) setup_.enter();
  BatchRunner runner(setup_.lanes, limits_, setup_.release_memory);
  while (take_jobs(runner)) runner.step();
}

}  // namespace flowrun::cnn::device
