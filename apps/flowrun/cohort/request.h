#pragma once

#include <string>
#include <vector>

namespace flowrun {

/// A graph over one case or many, in the words in which a person asks for it.
struct CohortRequest {
  std::string graph;
  std::vector<std::string> inputs;    ///< name=path
  std::vector<std::string> settings;  ///< parameter=value, node.param=value
  std::vector<std::string> cases;  ///< a table, or patterns; empty: none
  std::string case_name;
  std::string bids;  ///< a data set; empty: none
  std::vector<std::string> participants;
  std::vector<std::string> sessions;
  std::vector<std::string> bids_filters;      ///< input.entity=label
  std::string incomplete;  ///< "error" or "skip"; empty: error
  std::string shard;       ///< "i/n" or "slurm"; empty: all cases
  std::string out = "out";
  std::string trace;
  std::string threads;
  std::string cases_in_flight;
  std::vector<std::string> only;  ///< names or patterns of cases; empty: all
  std::string replay_limit;
  bool resume = false;
  bool retry_failed = false;
  bool no_replay = false;
  std::string device = "auto";
  bool fail_fast = false;
};

}  // namespace flowrun
