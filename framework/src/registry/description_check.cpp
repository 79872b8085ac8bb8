#include "registry/description_check.h"

#include <algorithm>
#include <set>

#include "registry/param_check.h"
#include "registry/words.h"

namespace flowrun::registry {
namespace {

constexpr const char* kSnakeCase = " is not in snake_case (a letter, then letters, digits and '_')";

/// Gathers sentences about one node type, each with its start: "node type 'a.b', input 'x': ".
class TypeCheck {
 public:
  TypeCheck(const NodeType& type, std::vector<std::string>& faults) : type_(type), faults_(faults) {}

  void run(const std::string& plugin) {
    check_name(plugin);
    if (type_.summary.empty()) add("", "its summary is empty");
    if (type_.summary.find('\n') != std::string::npos)
      add("", "its summary has a line break; it is one line, 'details' may have more");
    check_ports(type_.inputs, "input");
    check_ports(type_.outputs, "output");
    for (const InputPort& port : type_.inputs) check_scope(port);
    check_unique(type_.params, "parameter");
    for (const ParamSpec& spec : type_.params)
      for (const std::string& sentence : param_faults(spec)) add("parameter '" + spec.name + "'", sentence);
  }

 private:
  void add(const std::string& part, const std::string& sentence) {
    faults_.push_back("node type '" + type_.name + "'" + (part.empty() ? "" : ", " + part) + ": " + sentence);
  }

  void check_name(const std::string& plugin) {
    const std::string start = plugin + ".";
    if (type_.name.compare(0, start.size(), start) != 0) add("", "its name must begin with '" + start + "'");
    else if (!is_snake_case(std::string_view(type_.name).substr(start.size())))
      add("", "its name after the dot" + std::string(kSnakeCase));
  }

  template <class Part>
  void check_unique(const std::vector<Part>& parts, const std::string& kind) {
    std::set<std::string> seen;
    for (const Part& part : parts) {
      const std::string which = kind + " '" + part.name + "'";
      if (!is_snake_case(part.name)) add(which, "its name" + std::string(kSnakeCase));
      if (!seen.insert(part.name).second) add(which, "a name that is there twice");
    }
  }

  template <class Port>
  void check_ports(const std::vector<Port>& ports, const std::string& kind) {
    check_unique(ports, kind);
    for (const Port& port : ports) {
      const std::string which = kind + " '" + port.name + "'";
      if (port.help.empty()) add(which, "its help is empty");
      if (!is_payload_name(port.payload))
        add(which, "its payload '" + port.payload + "' is not of the form owner.name/1, as in 'flowrun.volume/1'");
    }
  }

  void check_scope(const InputPort& port) {
    const std::string which = "input '" + port.name + "'";
    if (port.scope && to_string(*port.scope) == "unknown") add(which, "its scope is unknown to this flowrun");
    if (port.collects && (!port.scope || *port.scope == Scope::run))
      add(which, "it collects, so its scope must be chunk or case");
    if (port.collects && port.variadic) add(which, "it cannot both collect and be variadic");
  }

  const NodeType& type_;
  std::vector<std::string>& faults_;
};

}  // namespace

std::vector<std::string> description_faults(const std::string& plugin, const Description& description) {
  std::vector<std::string> faults;
  if (description.types.empty() && description.refused.empty()) faults.push_back("it describes no node type");
  std::set<std::string> payloads;
  for (const std::string& payload : description.codecs) {
    if (!payloads.insert(payload).second) faults.push_back("payload type '" + payload + "': it has two codecs");
    if (payload.rfind("flowrun.", 0) == 0) faults.push_back("payload type '" + payload + "': flowrun itself has its codec");
  }
  std::set<std::string> seen;
  for (const NodeType& type : description.types) {
    if (!seen.insert(type.name).second) faults.push_back("node type '" + type.name + "': it is described twice");
    TypeCheck(type, faults).run(plugin);
  }
  std::set<std::string> refused;
  for (const auto& [name, reason] : description.refused) refused.insert(name);
  for (const auto& [old_name, name] : description.aliases) {
    const std::string start = "alias '" + old_name + "': ";
    if (!old_name.starts_with(plugin + ".")) faults.push_back(start + "it must begin with '" + plugin + ".'");
    if (seen.contains(old_name)) faults.push_back(start + "it is the name of a node type too");
    if (!seen.contains(name) && !refused.contains(name)) faults.push_back(start + "there is no node type '" + name + "'");
  }
  return faults;
}

void normalise_defaults(std::vector<NodeType>& types) {
  for (NodeType& type : types) {
    for (ParamSpec& spec : type.params) {
      if (!spec.default_value) continue;
      if (const auto* one = std::get_if<std::int64_t>(&*spec.default_value); one && spec.type == ParamType::number)
        spec.default_value = static_cast<double>(*one);
      if (const auto* all = std::get_if<std::vector<std::int64_t>>(&*spec.default_value); all && spec.type == ParamType::numbers)
        spec.default_value = std::vector<double>(all->begin(), all->end());
    }
  }
}

}  // namespace flowrun::registry
