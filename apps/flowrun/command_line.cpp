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

#include "flowrun/host/diagnostic.h"
#include "flowrun/host/text.h"
#include "system/exit_status.h"
#include "terminal/standard_streams.h"
#include "verbs/all_verbs.h"

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
    return fmt::format("'{}' has no option before it; write --in before every name=path and --set before every name=value", word);
  return fmt::format("unexpected argument '{}' of '{}'; '--help' lists what it takes", word, name);
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
  if (const std::string text = error.what(); dynamic_cast<const CLI::ArgumentMismatch*>(&error)) {
    const bool repeated = text.find("At Most") != std::string::npos;
    return complain(text + (repeated ? "; give it once" : "; an option that takes a value needs one after it"), help);
  }
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

/// An empty value is a script's variable that was not set, and never what was meant: as a folder it would be the working folder,
/// as a choice of cases none or all of them.
void refuse_empty_values(CLI::App& verb) {
  for (CLI::Option* option : verb.get_options()) {
    if (option->get_items_expected_max() == 0) continue;  // a flag
    const bool named = !option->get_positional();
    option->check(CLI::Validator(
        [named](const std::string& value) {
          if (!value.empty()) return std::string();
          return std::string(named ? "its value is empty; give it one, or leave the option out"
                                   : "it is empty; give it, or leave it out");
        },
        ""));
  }
}

std::vector<Verb> declare_program(CLI::App& app) {
  app.name("flowrun");
  app.description("flowrun runs graphs of image-processing nodes, written in JSON, over medical volumes.");
  app.set_help_flag("-h,--help", "show this help");
  app.set_version_flag("--version", "flowrun " FLOWRUN_VERSION)->description("show the version");
  app.get_formatter()->label("SUBCOMMAND", "VERB");
  app.get_formatter()->label("Positionals", "Arguments");
  std::vector<Verb> verbs = declare_verbs(app);
  for (CLI::App* verb : app.get_subcommands(nullptr)) refuse_empty_values(*verb);
  app.footer("Each verb has its own help: flowrun run --help. Start with: flowrun run graphs/demo.json\n\n" +
             std::string(kStatusHelp));
  app.require_subcommand(0, 1);
  app.allow_extras();  // after the verbs, which would inherit it: unknown verbs are reported here
  return verbs;
}

int carry_out(const Verb& verb) {
  try {
    return verb.execute();
  } catch (const WrongUse& use) {
    return complain(use.sentence, "flowrun " + verb.app().get_name() + " --help");
  }
}

/// What a full disk has cut short is no result.
int with_whole_output(int status) {
  const std::string lost = lost_output();
  if (lost.empty()) return status;
  fmt::print(stderr, "flowrun: error: the standard output cannot be written: {}; what was written there is incomplete\n", lost);
  return status == kAllDone ? kSomeCaseFailed : status;
}

}  // namespace

int run_command_line(int argc, char** argv) {
  CLI::App app;
  const std::vector<Verb> verbs = declare_program(app);
  const auto chosen = [&]() -> const Verb* {
    for (const Verb& verb : verbs)
      if (verb.app().parsed()) return &verb;
    return nullptr;
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
    return report(chosen() ? &chosen()->app() : nullptr, error);
  }
  const Verb* verb = chosen();
  if (!verb || !app.remaining().empty()) return report_no_verb(app);
  return with_whole_output(carry_out(*verb));
}

}  // namespace flowrun
