#include "scripts/script_worker.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "flowrun/host/child_process.h"
#include "flowrun/host/scripts.h"
#include "flowrun/sdk/error.h"

namespace flowrun::scripts {
namespace {

constexpr std::uint64_t kAlignment = 64;
constexpr int kFirstDescriptor = 3;  ///< of the four that a worker gets: requests, answers, and the memory of each
enum Tag : std::uint64_t { kDone = 0, kProgress = 1 };

/// Puts bytes into memory, one part after the other. What does not fit is a fault of the codec, which said less before.
ByteWriter writer_at(std::span<std::byte> memory, std::uint64_t& at, std::uint64_t end) {
  return ByteWriter([memory, &at, end](const void* bytes, std::size_t length) {
    if (length > end - at) throw Error("a codec wrote more than it had said");
    if (length) std::memcpy(memory.data() + at, bytes, length);
    at += length;
  });
}

}  // namespace

Request::Place Request::add(const Payload& payload, const Codec& codec) {
  std::uint64_t length = 0, largest = 0, largest_at = 0;
  ByteWriter counter([&](const void*, std::size_t bytes) {
    if (bytes > largest) largest = bytes, largest_at = length;
    length += bytes;
  });
  codec.write(payload, counter);
  const std::uint64_t data = (end_ + largest_at + kAlignment - 1) / kAlignment * kAlignment;
  const Place place{data - largest_at, length};
  end_ = place.offset + length;
  packets_.push_back({&payload, &codec, place});
  return place;
}

Request::Place Request::write_to(SharedMemory& memory, const std::string& header) const {
  const std::span<std::byte> room = memory.room_for(end_ + header.size());
  for (const Packet& packet : packets_) {
    std::uint64_t at = packet.place.offset;
    ByteWriter writer = writer_at(room, at, packet.place.offset + packet.place.length);
    packet.codec->write(*packet.payload, writer);
  }
  std::memcpy(room.data() + end_, header.data(), header.size());
  return {end_, header.size()};
}

ScriptWorker::ScriptWorker(const std::vector<std::string>& command) : maker_(::getpid()) {
  int requests[2], answers[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, requests) != 0 || ::pipe2(answers, O_CLOEXEC) != 0)
    throw Error(std::string("a process of Python cannot be started: ") + std::strerror(errno));
  to_ = requests[1];
  from_ = answers[0];
  const std::vector<GivenDescriptor> given{{STDERR_FILENO, STDOUT_FILENO},  // what nodes print is no output of flowrun
                                           {requests[0], kFirstDescriptor},
                                           {answers[1], kFirstDescriptor + 1},
                                           {request_.descriptor(), kFirstDescriptor + 2},
                                           {answer_.descriptor(), kFirstDescriptor + 3}};
  const int failed = start_child(command, given, process_);
  ::close(requests[0]);
  ::close(answers[1]);
  if (failed == 0) return;
  process_ = -1;
  end();
  throw Error("'" + command[0] + "' cannot be started: " + std::strerror(failed) +
              "; install Python 3.9 or newer, or say in the variable FLOWRUN_PYTHON which one is to run nodes in Python");
}

ScriptWorker::~ScriptWorker() { end(); }

bool ScriptWorker::is_own() const { return maker_ == ::getpid(); }

int ScriptWorker::end() {
  int status = 0;
  if (process_ > 0 && is_own()) {
    ::kill(-process_, SIGKILL);
    ::kill(process_, SIGKILL);
    while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
    }
  }
  process_ = -1;
  for (int* one : {&to_, &from_}) {
    if (*one >= 0) ::close(*one);
    *one = -1;
  }
  return status;
}

bool ScriptWorker::has_ended() const {
  siginfo_t info{};
  return ::waitid(P_PID, static_cast<id_t>(process_), &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid != 0;
}

void ScriptWorker::fail_ended() {
  // Its pipes are closed, so it has ended or is about to; its own end counts, not the kill that follows.
  constexpr int kPatience = 100;
  for (int i = 0; i < kPatience && !has_ended(); ++i) ::poll(nullptr, 0, 10);
  const int status = end();
  ChildEnd how;
  how.kind = WIFSIGNALED(status) ? ChildEnd::Kind::killed : ChildEnd::Kind::exited;
  how.status = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
  throw ProcessEnded("the process of Python that ran it " + end_text(how, {}));
}

void ScriptWorker::send(const Request::Place& place) {
  const std::uint64_t frame[2] = {place.offset, place.length};
  // A socket, so that a process that has ended is an error here and no signal.
  if (::send(to_, frame, sizeof frame, MSG_NOSIGNAL) != sizeof frame) fail_ended();
}

bool ScriptWorker::read_frame(std::uint64_t (&frame)[3], const std::function<bool()>& stop) {
  auto* at = reinterpret_cast<char*>(frame);
  std::size_t left = sizeof frame;
  while (left > 0) {
    pollfd one{from_, POLLIN, 0};
    const int ready = ::poll(&one, 1, 100);
    if (stop && stop()) return false;
    if (ready == 0 && has_ended()) fail_ended();  // what it had forked may keep the pipe open
    if (ready <= 0) continue;
    const ssize_t count = ::read(from_, at, left);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) fail_ended();
    at += count;
    left -= static_cast<std::size_t>(count);
  }
  return true;
}

ScriptWorker::Answer ScriptWorker::call(const Request& request, const std::string& header, const std::function<bool()>& stop,
                                        const std::function<void(double)>& progress) {
  send(request.write_to(request_, header));
  std::uint64_t frame[3];
  while (true) {
    if (!read_frame(frame, stop)) {
      end();
      throw Error("the run was ended");
    }
    if (frame[0] != kProgress) break;
    double fraction;
    std::memcpy(&fraction, &frame[1], sizeof fraction);
    if (progress) progress(fraction);
  }
  const std::span<const std::byte> memory = answer_.all();
  if (frame[0] != kDone || frame[1] > memory.size() || frame[2] > memory.size() - frame[1]) {
    end();
    throw Error("its process of Python gave an answer that cannot be read");
  }
  return {memory.subspan(frame[1], frame[2]), {memory, request_.all()}};
}

}  // namespace flowrun::scripts
