#include "schedule/item.h"

#include "schedule/stream_firing.h"

namespace flowrun::schedule {

Item::Item(Scope item_scope, std::int64_t item_index, Item* of) : scope(item_scope), index(item_index), parent(of) {}
Item::~Item() = default;

}  // namespace flowrun::schedule
