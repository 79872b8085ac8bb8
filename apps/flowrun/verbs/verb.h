// How a verb of the program is declared. Nothing but this, verb.cpp and command_line.cpp knows the parser of the command line.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace flowrun {

using Words = std::vector<std::string>;

/// Thrown where words do not fit together; who reads the sentence is sent to the verb's help.
struct WrongUse {
  std::string sentence;
};

/// A verb: its options and arguments with their help, and what carries it out.
///
///   Verb verb(app, "merge", "make one table of the shards of a run", "  flowrun merge results");
///   MergeCommand& command = verb.carried_out_by(merge);  // int merge(const MergeCommand&) returns an ExitStatus
///   verb.argument("DIR", command.folder, "the output folder of the runs");
class Verb {
 public:
  /// `examples`: what its help ends with.
  Verb(CLI::App& app, const std::string& name, const std::string& summary, const std::string& examples);
  /// One that flowrun itself starts in another process: no help shows it.
  Verb(CLI::App& app, const std::string& name);

  /// What the parser fills in before `carry_out` is called with it. Throws Error for what stops the verb as a whole.
  template <class Command>
  Command& carried_out_by(int (*carry_out)(const Command&)) {
    const auto command = std::make_shared<Command>();
    execute_ = [command, carry_out] { return carry_out(*command); };
    return *command;
  }

  void argument(const std::string& name, std::string& value, const std::string& help);
  void arguments(const std::string& name, Words& values, const std::string& help);  ///< one or more
  void arguments(const std::string& name, Words& values, int count);
  void optional_arguments(const std::string& name, Words& values, const std::string& help);  ///< none or more
  void optional_argument(const std::string& name, std::string& value, const std::string& help);
  /// `names`: "-o,--output".
  void option(const std::string& names, std::string& value, const std::string& type, const std::string& help);
  void required_option(const std::string& names, std::string& value, const std::string& type, const std::string& help);
  void option(const std::string& names, int& value, const std::string& type, const std::string& help);
  /// One value for each time the option is written, so that it never swallows an argument behind it.
  void repeatable(const std::string& names, Words& values, const std::string& type, const std::string& help);
  /// As BIDS apps take them: --participant-label 01 02.
  void labels(const std::string& names, Words& values, const std::string& help);
  void flag(const std::string& names, bool& value, const std::string& help);
  /// Takes the place of the parser's own --help.
  void help_flag(bool& value, const std::string& help);
  /// No help shows it: one of other verbs that this one refuses with a sentence of its own.
  void hide(const std::string& option);
  void exclude(const std::string& option, const std::string& other);

  void plugin_path(Words& paths);
  void settings(Words& settings);
  void output(std::string& file);

  std::function<std::string()> help() const;
  const CLI::App& app() const { return *app_; }
  int execute() const { return execute_(); }

 private:
  CLI::App* app_;
  std::function<int()> execute_;
};

}  // namespace flowrun
