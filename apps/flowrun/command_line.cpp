#include "command_line.h"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdio>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include "commands.h"
#include "exit_status.h"
#include "flowrun/host/fault.h"
#include "options.h"
#include "standard_streams.h"
#include "text_layout.h"

namespace flowrun {
namespace {

int complain(const std::string& sentence, const std::string& help) {
  fmt::print(stderr, "flowrun: {}\nSee '{}'.\n", printable(sentence), help);
  return kWrongInput;
}

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

std::vector<std::string> verb_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* verb : app.get_subcommands(nullptr))
    if (!verb->get_group().empty()) names.push_back(verb->get_name());
  return names;
}

/// A word that no option or argument of the verb took.
std::string unexpected_word(const CLI::App& verb, const std::string& word) {
  const std::string name = verb.get_name();
  if (word.size() > 1 && word[0] == '-') {
    const std::string option = word.substr(0, word.find('='));
    return fmt::format("'{}' has no option '{}'{}", name, option, did_you_mean(option, option_names(verb)));
  }
  if (name == "run" && word.find('=') != std::string::npos)
    return fmt::format("'{}' stands alone; write --in before every name=path and --set before every name=value", word);
  return fmt::format("'{}' has no use for the word '{}'", name, word);
}

std::string missing_argument(const CLI::App& verb) {
  for (const CLI::Option* option : verb.get_options())
    if (option->get_required() && option->count() == 0) return option->get_name();
  return "that is required";
}

int report(const CLI::App* verb, const CLI::ParseError& error) {
  const std::string help = verb ? "flowrun " + verb->get_name() + " --help" : "flowrun --help";
  if (verb && dynamic_cast<const CLI::ExtrasError*>(&error) && !verb->remaining().empty())
    return complain(unexpected_word(*verb, verb->remaining().front()), help);
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error))
    return complain(std::string(error.what()) + "; an option that takes a value needs one after it", help);
  if (verb && dynamic_cast<const CLI::RequiredError*>(&error))
    return complain(fmt::format("'{}' needs the argument {}", verb->get_name(), missing_argument(*verb)), help);
  return complain(error.what(), help);
}

/// The command line without a verb that flowrun knows.
int report_no_verb(const CLI::App& app) {
  const std::vector<std::string> words = app.remaining();
  if (words.empty()) {
    fmt::print(stderr, "{}", app.help());
    return kWrongInput;
  }
  const std::string& word = words.front();
  if (word[0] == '-')
    return complain(fmt::format("no option '{}'{}", word, did_you_mean(word, option_names(app))), "flowrun --help");
  return complain(fmt::format("no verb '{}'{}", word, did_you_mean(word, verb_names(app))), "flowrun --help");
}

/// "--out= graph.json": CLI11 would take the next word for the value. "" when there is no such word.
std::string option_without_value(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word.size() > 3 && word.starts_with("--") && word.find('=') == word.size() - 1) return word.substr(0, word.size() - 1);
  }
  return "";
}

/// "-o=file": CLI11 would take "=file" for the value. "" when there is no such word.
std::string short_option_with_equals(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word.size() > 2 && word[0] == '-' && word[1] != '-' && word[2] == '=') return word.substr(0, 2);
  }
  return "";
}

int run_or_help(const RunCommand& command, const CLI::App& verb) {
  if (!command.help) {
    if (command.graph.empty()) return complain("'run' needs the argument GRAPH, a graph file", "flowrun run --help");
    return execute(command);
  }
  if (!command.graph.empty()) return print_graph_help(command.graph);
  fmt::print("{}", verb.help("flowrun"));
  return kAllDone;
}

int carry_out(const Options& options, const CLI::App& verb) {
  const std::string name = verb.get_name();
  if (name == "run") return run_or_help(options.run, verb);
  if (name == "merge") return execute(options.merge);
  if (name == "crossval") return execute(options.crossval);
  if (name == "replay") return execute(options.replay);
  if (name == "validate") return execute(options.validate);
  if (name == "nodes") return execute(options.nodes);
  if (name == "describe") return execute(options.describe);
  if (name == "draw") return execute(options.draw);
  if (name == "schema") return execute(options.authoring.schema);
  if (name == "fmt") return execute(options.authoring.fmt);
  if (name == "migrate") return execute(options.authoring.migrate);
  if (name == "docs") return execute(options.authoring.docs);
  if (name == "new-plugin") return execute(options.new_plugin);
  if (name == "new-node") return execute(options.new_node);
  if (name == "check-plugin") return execute(options.check_plugin);
  if (name == kIsolatedFiring) return execute(options.isolated_firing);
  if (name == "check-plugin-node") return execute(options.check_node);
  return execute(options.plugins);
}

/// What a full disk has cut short is no result.
int with_whole_output(int status) {
  const std::string lost = lost_output();
  if (lost.empty()) return status;
  fmt::print(stderr, "flowrun: error: the standard output cannot be written: {}; what stands there is not complete\n", lost);
  return status == kAllDone ? kSomeCaseFailed : status;
}

}  // namespace

int run_command_line(int argc, char** argv) {
  CLI::App app;
  Options options;
  declare(app, options);
  const auto chosen = [&]() -> const CLI::App* {
    const auto verbs = app.get_subcommands();
    return verbs.empty() ? nullptr : verbs.front();
  };
  if (const std::string option = option_without_value(argc, argv); !option.empty())
    return complain(option + ": its value is empty; give it one, or leave the option out", "flowrun --help");
  if (const std::string option = short_option_with_equals(argc, argv); !option.empty())
    return complain(fmt::format("write the value of {0} behind a space: '{0} VALUE', without '='", option), "flowrun --help");
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {  // --help and --version
    std::ostringstream text;
    app.exit(asked, text, text);
    fmt::print("{}", text.str());
    return with_whole_output(kAllDone);
  } catch (const CLI::ParseError& error) {
    return report(chosen(), error);
  }
  const CLI::App* verb = chosen();
  if (!verb || !app.remaining().empty()) return report_no_verb(app);
  return with_whole_output(carry_out(options, *verb));
}

}  // namespace flowrun
