// Signal handlers call this: no lock, no memory, nothing that may throw.
#include "schedule/call_board.h"

#include "schedule/handoff.h"
#include "schedule/planned_node.h"

namespace flowrun {
namespace schedule {
namespace {

/// The board that was made last; null when it is gone.
std::atomic<const CallBoard*> newest{nullptr};
/// The node that the calling thread opens.
constinit thread_local const ValidatedNode* tls_opening = nullptr;

}  // namespace

CallBoard::CallBoard(std::shared_ptr<const ValidatedGraph> graph, std::size_t threads) : graph_(std::move(graph)), now_(threads) {
  newest.store(this, std::memory_order_release);
}

CallBoard::~CallBoard() {
  const CallBoard* self = this;
  newest.compare_exchange_strong(self, nullptr);
}

void CallBoard::set_opening(const ValidatedNode* node) {
  tls_opening = node;
  opening_.store(node, std::memory_order_release);
}

/// `seen`: as Now has it.
bool CallBoard::look_up(std::uint64_t seen, RunningCall& call) const noexcept {
  const std::uint64_t node = seen >> 32, of_case = seen & 0xFFFFFFFF;
  if (node == 0 || node > graph_->nodes.size()) return false;
  call.node = &graph_->nodes[node - 1];
  call.case_index = static_cast<std::int64_t>(of_case) - 1;
  const std::vector<Case>* const cases = cases_.load(std::memory_order_acquire);
  call.of_case = cases && of_case > 0 && of_case <= cases->size() ? &(*cases)[of_case - 1] : nullptr;
  return true;
}

bool CallBoard::own_call(RunningCall& call) const noexcept {
  call = {};
  const Handoff* const own = tls_handoff;
  if (!own) {
    call.node = tls_opening;
    return call.opening = tls_opening != nullptr;
  }
  if (own->in_task) {
    call.chunk = own->task_item->scope == Scope::chunk ? own->task_item->index : -1;
    return look_up(Now::packed(own->task_node->index, *own->task_item), call);
  }
  if (!own->in_node) return false;
  call.chunk = own->now->chunk.load(std::memory_order_relaxed);
  return look_up(own->now->node_and_case.load(std::memory_order_relaxed), call);
}

std::size_t CallBoard::running_calls(std::span<RunningCall> calls) const noexcept {
  std::size_t count = 0;
  if (const ValidatedNode* const node = opening_.load(std::memory_order_acquire); node && !calls.empty()) {
    calls[count] = {};
    calls[count].node = node;
    calls[count++].opening = true;
  }
  for (const Now& now : now_) {
    if (count == calls.size()) break;
    calls[count] = {};
    calls[count].chunk = now.chunk.load(std::memory_order_relaxed);
    if (look_up(now.node_and_case.load(std::memory_order_relaxed), calls[count])) ++count;
  }
  return count;
}

}  // namespace schedule

bool own_call(RunningCall& call) noexcept {
  const schedule::CallBoard* const board = schedule::newest.load(std::memory_order_acquire);
  return board && board->own_call(call);
}

std::size_t running_calls(std::span<RunningCall> calls) noexcept {
  const schedule::CallBoard* const board = schedule::newest.load(std::memory_order_acquire);
  return board ? board->running_calls(calls) : 0;
}

}  // namespace flowrun
