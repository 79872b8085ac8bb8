// A device that exists in a test only: memory for so many items at a time, lanes, faults at will. Nothing in it waits or measures
// time unless asked to, so that what is tested does not depend on the machine.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "cnn/device/job.h"

namespace fake {

using namespace flowrun;
namespace device = cnn::device;

struct Device {
  std::int64_t memory = 1'000'000;  ///< items that fit at a time, over all lanes
  std::int64_t held = 0;
  std::int64_t refused = 0;            ///< how many times memory ran out
  std::vector<std::string> happened;   ///< "submit a 0+4", "take a 0+4"
  int released = 0;                    ///< how many times memory was given back
  std::function<void()> during_batch;  ///< called in every take

  void hold(std::int64_t items);
};

/// Doubles numbers.
class Job : public device::Job {
 public:
  Job(Device& on, std::string job_name, std::vector<double> numbers, std::int64_t batch_size)
      : name(std::move(job_name)), device_(on), input_(std::move(numbers)), batch_(batch_size) {
    output.resize(input_.size());
    times.resize(input_.size());
  }

  std::string name;
  std::string kind_name = "network";
  int steps = 1;                        ///< of each batch
  std::int64_t prepare_items = 0;       ///< memory that all batches share
  std::int64_t second_step_memory = 0;  ///< further items that the second step needs
  std::int64_t fail_at = -1;            ///< the batch with this item fails in submit
  std::int64_t fail_in_take_at = -1;
  std::atomic<bool> is_cancelled{false};
  std::vector<double> output;
  std::vector<int> times;           ///< how often each item was done
  std::vector<std::int64_t> sizes;  ///< of the batches that were done
  bool is_finished = false;
  std::exception_ptr failure;
  std::vector<device::Busy> busy_times;
  std::function<void(Job&)> on_finished;

  std::int64_t count() const override { return static_cast<std::int64_t>(input_.size()); }
  std::int64_t batch() const override { return batch_; }
  std::string kind() const override { return kind_name; }
  bool cancelled() const override { return is_cancelled; }
  void prepare() override;
  void submit(std::int64_t first, std::int64_t items, int lane) override;
  bool take(int lane) override;
  device::Busy busy(int lane) const override;
  void worked(const device::Busy& busy) override { busy_times.push_back(busy); }
  void finished(std::exception_ptr reason) override;
  std::string failure_text() const;

 private:
  struct Batch {
    std::int64_t first = 0, items = 0, held = 0;
    int step = 0;
  };
  std::string words(const Batch& batch) const;
  Device& device_;
  std::vector<double> input_;
  std::int64_t batch_;
  std::map<int, Batch> lanes_;
  std::map<int, Batch> taken_;
};

std::vector<double> numbers(int count);

}  // namespace fake
