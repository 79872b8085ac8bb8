#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cohort/shard.h"

namespace flowrun {

/// An output folder may have the results of several graphs, such as the two steps of a training. The books (records, tables,
/// pages, order of cases, shards, packets) of the graph that ran there first have plain names, those of every other graph have a
/// word of its own in them, so that no graph replaces what another has left. <out>/flowrun/graph says which graph was first.

/// The word of a graph, by its name; empty: it is the first one, or the folder has none yet. Writes nothing.
std::string graph_word(const std::filesystem::path& out, const std::string& graph);

/// The same, after saying that it is the first one where no graph has said so. Of runs that start at once, one is first. Throws
/// Error when that cannot be written.
std::string claim_graph_word(const std::filesystem::path& out, const std::string& graph);

/// The words of all graphs that have records in a folder, the first one's (empty) before the others.
std::vector<std::string> graph_words(const std::filesystem::path& out);

/// The names of the other graphs that have records in a folder, as their records say them.
std::vector<std::string> other_graphs(const std::filesystem::path& out, const std::string& word);

/// "flowrun/replay/<case>", within the output folder: where the packets of a case's failed firing lie.
std::string replay_folder(const std::string& name, const std::string& word);

/// "flowrun/earlier/cases/<case>", within the output folder: what an earlier run had made of a case that runs again and is not
/// done (earlier_files.h). An empty name: "flowrun/earlier/run", what is made once for the run.
std::string earlier_folder(const std::string& name, const std::string& word);

/// Everything in an output folder that flowrun writes for itself beside the records and packets of single cases.
std::vector<std::filesystem::path> own_paths(const std::filesystem::path& out, const Shard& shard, const std::string& word);

}  // namespace flowrun
