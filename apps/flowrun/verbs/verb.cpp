#include "verbs/verb.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "system/python_choice.h"

namespace flowrun {
namespace {

constexpr int kMostLabels = 100000;

}  // namespace

Verb::Verb(CLI::App& app, const std::string& name, const std::string& summary, const std::string& examples)
    : app_(app.add_subcommand(name, summary)->group("Verbs")) {
  app_->set_help_flag("-h,--help", "show this help");
  app_->footer("Examples:\n" + examples);
}

Verb::Verb(CLI::App& app, const std::string& name) : app_(app.add_subcommand(name)->group("")) {}

void Verb::argument(const std::string& name, std::string& value, const std::string& help) {
  app_->add_option(name, value, help)->type_name("")->required();
}

void Verb::arguments(const std::string& name, Words& values, const std::string& help) {
  app_->add_option(name, values, help)->type_name("")->required();
}

void Verb::arguments(const std::string& name, Words& values, int count) {
  app_->add_option(name, values)->expected(count)->required();
}

void Verb::optional_arguments(const std::string& name, Words& values, const std::string& help) {
  app_->add_option(name, values, help)->type_name("");
}

void Verb::optional_argument(const std::string& name, std::string& value, const std::string& help) {
  app_->add_option(name, value, help)->type_name("");
}

void Verb::option(const std::string& names, std::string& value, const std::string& type, const std::string& help) {
  app_->add_option(names, value, help)->type_name(type);
}

void Verb::option(const std::string& names, int& value, const std::string& type, const std::string& help) {
  app_->add_option(names, value, help)->type_name(type);
}

void Verb::required_option(const std::string& names, std::string& value, const std::string& type, const std::string& help) {
  app_->add_option(names, value, help)->type_name(type)->required();
}

void Verb::repeatable(const std::string& names, Words& values, const std::string& type, const std::string& help) {
  app_->add_option(names, values, help)->type_name(type)->expected(1)->allow_extra_args(false)->take_all();
}

void Verb::labels(const std::string& names, Words& values, const std::string& help) {
  app_->add_option(names, values, help)->type_name("LABEL...")->expected(1, kMostLabels)->delimiter(',');
}

void Verb::flag(const std::string& names, bool& value, const std::string& help) { app_->add_flag(names, value, help); }

void Verb::help_flag(bool& value, const std::string& help) {
  app_->set_help_flag();
  app_->add_flag("-h,--help", value, help);
}

void Verb::hide(const std::string& option) { app_->get_option(option)->group(""); }

void Verb::exclude(const std::string& option, const std::string& other) {
  app_->get_option(option)->excludes(app_->get_option(other));
}

void Verb::plugin_path(Words& paths) {
  repeatable("--plugin-path", paths, "DIR",
             "look for plugins here first (repeatable); then in FLOWRUN_PLUGIN_PATH\nand beside flowrun");
  app_->add_option_function<std::string>("--python", choose_python,
                                         "the Python of nodes in Python [FLOWRUN_PYTHON, else python3]")
      ->type_name("PYTHON")
      ->check(CLI::Validator(fault_of_python, ""));
}

void Verb::settings(Words& settings) {
  repeatable("--set", settings, "NAME=VALUE", "set a graph parameter, or NODE.PARAM of a node (repeatable)");
}

void Verb::output(std::string& file) { option("-o,--output", file, "FILE", "file to write [the standard output]"); }

std::function<std::string()> Verb::help() const {
  return [app = app_] { return app->help("flowrun"); };
}

}  // namespace flowrun
