#pragma once

#include <sys/types.h>

#include <array>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "flowrun/sdk/codec.h"
#include "scripts/shared_memory.h"

namespace flowrun::scripts {

/// What a worker is asked: packets, each where its voxels lie at an address that suits them, and a header behind them.
class Request {
 public:
  /// Its place is known when it was added; it is written by write_to.
  struct Place {
    std::uint64_t offset = 0, length = 0;
  };
  /// `payload` and `codec` must live until write_to.
  Place add(const Payload& payload, const Codec& codec);
  Place write_to(SharedMemory& memory, const std::string& header) const;

 private:
  struct Packet {
    const Payload* payload;
    const Codec* codec;
    Place place;
  };
  std::vector<Packet> packets_;
  std::uint64_t end_ = 0;
};

/// A process of Python that serves firings, one at a time. It has a process group of its own, and ends with this object; the
/// copy of this object in a fork leaves it alone.
class ScriptWorker {
 public:
  /// Throws Error where it cannot be started.
  explicit ScriptWorker(const std::vector<std::string>& command);
  ~ScriptWorker();
  ScriptWorker(const ScriptWorker&) = delete;
  ScriptWorker& operator=(const ScriptWorker&) = delete;

  /// Which of an answer's memories is that of the request.
  static constexpr std::uint64_t kRequest = 1;
  struct Answer {
    std::span<const std::byte> header;
    /// In which the header's places are, valid until the next call: that of answers, and that of the request, where an input
    /// that is given back still lies.
    std::array<std::span<const std::byte>, 2> memories;
  };
  /// Throws Error, and can serve no more, when the process ends meanwhile, breaks the protocol or is to stop.
  Answer call(const Request& request, const std::string& header, const std::function<bool()>& stop,
              const std::function<void(double)>& progress);
  bool is_usable() const { return process_ > 0; }
  /// False in a fork of the process that made it, where another one talks to the same worker.
  bool is_own() const;

 private:
  void send(const Request::Place& place);
  bool read_frame(std::uint64_t (&frame)[3], const std::function<bool()>& stop);
  bool has_ended() const;
  [[noreturn]] void fail_ended();
  int end();

  SharedMemory request_, answer_;
  pid_t process_ = -1, maker_;
  int to_ = -1, from_ = -1;  ///< pipes
};

}  // namespace flowrun::scripts
