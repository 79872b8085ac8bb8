#include "spec/arrange.h"

#include <algorithm>
#include <utility>

namespace flowrun::spec {
namespace {

using json::Shape;
using json::Written;
using json::WrittenItem;
using Keys = std::vector<std::string_view>;

const Keys kGraphKeys{"$schema", "format", "name", "summary", "requires", "parameters", "inputs", "nodes", "outputs", "columns"};
const Keys kNodeKeys{"type", "when", "inputs", "params", "bids", "run"};
const Keys kRunKeys{"device", "concurrency", "chunks_in_flight", "on_error", "isolate", "timeout", "memory", "cache"};
const Keys kValueKeys{"type", "choices",  "length",   "default",  "min",  "max",
                      "unit", "required", "variadic", "contrast", "bids", "help"};
const Keys kOutputKeys{"from", "help"};
const Keys kPlanKeys{"$schema", "format", "name", "summary", "folds", "steps", "measures", "show"};
const Keys kStepKeys{"name", "graph", "cases", "out", "set", "in"};

/// The place of a key among `keys`; -1: none of them.
int rank_of(const WrittenItem& item, const Keys& keys) {
  const auto found = std::find_if(keys.begin(), keys.end(), [&](std::string_view key) { return item.is_named(key); });
  return found == keys.end() ? -1 : static_cast<int>(found - keys.begin());
}

/// Sorts the members by `keys`. One that is none of them goes with the key before it.
void order(Written& object, const Keys& keys) {
  std::vector<std::pair<int, WrittenItem>> ranked;
  int rank = -1;
  for (WrittenItem& item : object.items) {
    const int own = rank_of(item, keys);
    if (own >= 0) rank = own;
    ranked.emplace_back(rank, std::move(item));
  }
  std::stable_sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (std::size_t i = 0; i < ranked.size(); ++i) object.items[i] = std::move(ranked[i].second);
}

/// Lists of plain values fill their lines wherever they are.
void fill_plain_lists(Written& value) {
  const auto is_plain = [](const WrittenItem& item) { return item.value.kind == Written::Kind::plain; };
  if (value.kind == Written::Kind::array && std::all_of(value.items.begin(), value.items.end(), is_plain))
    value.shape = Shape::filled;
  for (WrittenItem& item : value.items) fill_plain_lists(item.value);
}

/// Each object in root's member `name` by `keys`.
void order_each(Written& root, std::string_view name, const Keys& keys, Shape shape) {
  Written* group = root.find(name);
  if (!group) return;
  for (WrittenItem& item : group->items) {
    if (item.value.kind != Written::Kind::object) continue;
    order(item.value, keys);
    item.value.shape = shape;
  }
}

void break_member(Written& root, std::string_view name) {
  if (Written* member = root.find(name)) member->shape = Shape::lines;
}

void arrange_graph(Written& root) {
  order(root, kGraphKeys);
  for (const char* name : {"parameters", "inputs", "nodes"}) break_member(root, name);
  order_each(root, "parameters", kValueKeys, Shape::filled);
  order_each(root, "inputs", kValueKeys, Shape::filled);
  order_each(root, "outputs", kOutputKeys, Shape::filled);
  order_each(root, "nodes", kNodeKeys, Shape::fits);
  for (WrittenItem& node : root.find("nodes")->items)
    if (Written* run = node.value.find("run"); run && run->kind == Written::Kind::object) order(*run, kRunKeys);
}

void arrange_plan(Written& root) {
  order(root, kPlanKeys);
  break_member(root, "steps");
  order_each(root, "steps", kStepKeys, Shape::lines);
}

}  // namespace

void arrange(Written& root) {
  fill_plain_lists(root);
  root.shape = Shape::lines;
  if (root.find("nodes")) arrange_graph(root);
  else if (root.find("steps")) arrange_plan(root);
  else order_each(root, "layers", {}, Shape::filled);  // a description of a network
}

}  // namespace flowrun::spec
