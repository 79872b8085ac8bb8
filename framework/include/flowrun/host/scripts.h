// Plugins that are Python sources: what belongs to one, and its nodes, whose firings run in processes of Python.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "flowrun/sdk/error.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/node_type.h"

namespace flowrun {

/// Whether a file is such a plugin: "*.py", with a line that imports from flowrun.plugin.
bool is_script(const std::filesystem::path& file);

/// The files that it may import from its folder: every other source ("*.py", plugins and tests too), module without its source
/// ("*.pyc") and extension module ("*.so" with a PyInit function) there and at any depth below, but in no folder with a dot in
/// its name, which no import reaches. Relative to that folder, in order. A change of one is a change of the plugin. Throws
/// Error where a folder cannot be read, or has more than 5000 such files, 200000 files or 32 levels.
std::vector<std::string> script_helpers(const std::filesystem::path& script);

/// The folder of flowrun's Python package, which PYTHONPATH may name: FLOWRUN_PYTHON_FOLDER, or the one of this installation.
std::filesystem::path python_folder();

/// Program and words that start Python for a task of flowrun/worker.py, "describe" or "serve". The program is FLOWRUN_PYTHON,
/// else python3. Throws Error where flowrun's Python sources are missing.
std::vector<std::string> python_command(const std::string& task, const std::filesystem::path& script);

/// The process that ran a firing crashed, was killed or ended itself: no refusal of the node.
class ProcessEnded : public Error {
 public:
  using Error::Error;
};

/// A node of a script. Its firings run in processes of Python, as many as there are firings at a time; nodes of one script share
/// them, and they end with the last node. One that ends (a crash, a kill) fails its firing, and the next firing starts another.
std::unique_ptr<Node> script_node(const std::filesystem::path& script, const NodeType& type);

}  // namespace flowrun
