// What shards and merge read besides the cases' records: the order of the cases, and the number of shards.
#include <algorithm>
#include <set>

#include "cohort/case_order.h"
#include "cohort/shard_set.h"
#include "support/target.h"
#include "support/tree.h"

using namespace flowrun;

void flowrun::fuzz::look_at(std::string_view bytes) {
  static const ScratchTree kTree;
  accepts([&] {
    kTree.begin();
    kTree.add("flowrun/cases.txt", bytes);
    kTree.add("flowrun/shards", bytes.substr(0, 40));
    const std::vector<std::string> names = read_case_order(kTree.root());
    require(std::set<std::string>(names.begin(), names.end()).size() == names.size(), "a case stands once in the order");
    for (const std::string& name : names)
      require(name.find_first_of("/\\\n") == std::string::npos && name.front() != '.',
              "a case's name is one that files can have");
    const int count = shards_of(kTree.root());
    require(count == 0 || (count >= 2 && count <= kMostShards), "a number of shards is one that can be asked for");
    const std::string fault = shard_set_fault(kTree.root(), {1, 2});
    require(fault.empty() == (count == 2 || bytes.empty()), "what is not two shards is refused for two");
    require_sentence(fault.empty() ? "none" : fault);
  });
}
