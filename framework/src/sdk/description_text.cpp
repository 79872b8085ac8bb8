// JSON is written by hand here, so that a plugin needs the standard library and nothing else. The host reads it with its own
// parser.
#include <array>
#include <charconv>
#include <cmath>

#include "flowrun/sdk/error.h"
#include "flowrun/sdk/plugin.h"

namespace flowrun {
namespace {

/// Bytes of the UTF-8 character that begins here; 0: none does.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t at) { return at < text.size() ? static_cast<unsigned char>(text[at]) : 0u; };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  for (std::size_t at = 1; at < length; ++at)
    if ((byte(at) & 0xc0) != 0x80) return 0;
  const bool too_long = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xf0 && byte(1) < 0x90);
  const bool surrogate = first == 0xed && byte(1) > 0x9f;
  const bool too_large = first > 0xf4 || (first == 0xf4 && byte(1) > 0x8f);
  return first < 0xc2 || too_long || surrogate || too_large ? 0 : length;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string json(std::string_view text) {
  if (!is_utf8(text)) throw Error("is not UTF-8 text; save the source as UTF-8");
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') quoted += {'\\', c};
    else if (byte >= 0x20) quoted += c;
    else quoted += {'\\', 'u', '0', '0', "0123456789abcdef"[byte >> 4], "0123456789abcdef"[byte & 15]};
  }
  return quoted + '"';
}
std::string json(const std::string& text) { return json(std::string_view(text)); }
std::string json(bool value) { return value ? "true" : "false"; }
std::string json(std::int64_t value) { return std::to_string(value); }

/// The shortest text that reads back as the same number, with a point or an exponent, so that it stays a number and no integer.
std::string json(double value) {
  if (!std::isfinite(value)) throw Error("is not a finite number");
  std::array<char, 32> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  std::string text(buffer.data(), end);
  return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

template <class T>
std::string json(const std::vector<T>& values) {
  std::string text = "[";
  for (const auto& value : values) text += (text.size() > 1 ? "," : "") + json(static_cast<const T&>(value));
  return text + "]";
}

std::string json(const ParamValue& value) {
  return std::visit([](const auto& one) { return json(one); }, value);
}

/// An object; a member that has its default is left out.
class Object {
 public:
  template <class T>
  Object& add(const char* key, const T& value) {
    try {
      return add_text(key, json(value));
    } catch (const Error& error) {
      throw Error("its " + std::string(key) + " " + error.what());
    }
  }
  template <class T>
  Object& add_unless(const T& usual, const char* key, const T& value) {
    return value == usual ? *this : add(key, value);
  }
  Object& add_text(const char* key, const std::string& text) {
    members_ += (members_.empty() ? "" : ",") + json(std::string_view(key)) + ":" + text;
    return *this;
  }
  std::string text() const { return "{" + members_ + "}"; }

 private:
  std::string members_;
};

template <class Part>
std::string list_of(const std::string& kind, const std::vector<Part>& parts, std::string (*one)(const Part&)) {
  std::string text = "[";
  for (const Part& part : parts) try {
      text += (text.size() > 1 ? "," : "") + one(part);
    } catch (const Error& error) {
      const std::string reason = error.what();
      throw Error(kind + " '" + part.name + "'" + (reason.starts_with("its ") ? ": " : ", ") + reason);
    }
  return text + "]";
}

std::string input_text(const InputPort& port) {
  Object tree;
  tree.add("name", port.name).add("payload", port.payload).add("help", port.help);
  tree.add_unless(true, "required", port.required)
      .add_unless(false, "variadic", port.variadic)
      .add_unless(false, "partial", port.partial);
  if (port.scope) tree.add("scope", to_string(*port.scope));
  return tree.add_unless(false, "collects", port.collects).text();
}

std::string output_text(const OutputPort& port) {
  return Object()
      .add("name", port.name)
      .add("payload", port.payload)
      .add("help", port.help)
      .add_unless(false, "stream", port.stream)
      .text();
}

std::string param_text(const ParamSpec& spec) {
  Object tree;
  tree.add("name", spec.name).add("type", to_string(spec.type));
  if (spec.default_value) tree.add("default", *spec.default_value);
  tree.add("help", spec.help);
  if (spec.min) tree.add("min", *spec.min);
  if (spec.max) tree.add("max", *spec.max);
  tree.add_unless(std::string(), "unit", spec.unit).add_unless({}, "choices", spec.choices);
  tree.add_unless(std::int64_t{0}, "length", static_cast<std::int64_t>(spec.length));
  if (spec.role == PathRole::output) tree.add("role", std::string_view("output"));
  return tree.add_unless(false, "per_case", spec.per_case).text();
}

std::string type_text(const NodeType& type) {
  Object tree;
  tree.add("name", type.name).add("summary", type.summary).add("details", type.details);
  tree.add_text("inputs", list_of("input", type.inputs, input_text))
      .add_text("outputs", list_of("output", type.outputs, output_text));
  tree.add_text("params", list_of("parameter", type.params, param_text));
  tree.add_unless(false, "concurrent", type.concurrent).add_unless(false, "cuda", type.cuda);
  tree.add_unless(true, "repeatable", type.repeatable);
  return tree.add_unless({}, "needs", type.needs).text();
}

}  // namespace

static Object description_of(const std::vector<NodeType>& types, const std::vector<std::string>& files,
                             const std::vector<std::string>& payloads) {
  Object tree;
  tree.add_text("node_types", list_of("node type", types, type_text));
  return tree.add_unless({}, "files", files).add_unless({}, "codecs", payloads);
}

std::string description_text(const std::vector<NodeType>& types, const std::vector<std::string>& files,
                             const std::vector<std::string>& payloads) {
  return description_of(types, files, payloads).text();
}

std::string description_text(const Plugin& plugin) {
  std::vector<std::string> files, payloads;
  for (const std::filesystem::path& file : plugin.files) files.push_back(file.string());
  for (const Codec& codec : plugin.codecs) payloads.push_back(codec.type);
  Object tree = description_of(plugin.types, files, payloads), aliases;
  for (const auto& [old_name, name] : plugin.aliases) aliases.add(old_name.c_str(), name);
  return (plugin.aliases.empty() ? tree : tree.add_text("aliases", aliases.text())).text();
}

}  // namespace flowrun
