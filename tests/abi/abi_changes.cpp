#include "abi_changes.h"

#include <algorithm>

namespace flowrun::testing {
namespace {

/// The one struct that may grow at its end: it says how large it is.
bool says_its_size(const std::string& type) { return type == "flowrun_plugin_abi"; }

class Comparison {
 public:
  Comparison(const std::string& name, const AbiType& before, const AbiType& now) : name_(name), before_(before), now_(now) {}

  std::vector<AbiChange> run() {
    compare_members();
    compare_virtuals();
    compare_values();
    if (before_.size != now_.size && !(says_its_size(name_) && now_.size > before_.size))
      add(AbiLevel::major, "its size was " + std::to_string(before_.size) + " bytes and is " + std::to_string(now_.size));
    if (before_.payload != now_.payload) {  // a payload of a new name is another payload, whatever is in it
      for (AbiChange& change : found_) change.level = AbiLevel::minor;
      add(AbiLevel::minor, "the payload was '" + before_.payload + "' and is '" + now_.payload + "'");
    }
    return std::move(found_);
  }

 private:
  void add(AbiLevel level, const std::string& text) { found_.push_back({level, name_ + ": " + text}); }

  static std::string said(const AbiPart& part) {
    return "'" + part.name + "'" + (part.type.empty() ? "" : " (" + part.type + ")");
  }

  void compare_members() {
    const auto same_name = [](const std::vector<AbiPart>& parts, const AbiPart& part) {
      return std::find_if(parts.begin(), parts.end(), [&](const AbiPart& other) { return other.name == part.name; });
    };
    for (const AbiPart& old : before_.members) {
      const auto found = same_name(now_.members, old);
      if (found == now_.members.end()) gone_or_renamed(old);
      else if (found->place != old.place)
        add(AbiLevel::major,
            "member '" + old.name + "' moved from offset " + std::to_string(old.place) + " to " + std::to_string(found->place));
      if (found != now_.members.end() && found->type != old.type)
        add(AbiLevel::major, "member '" + old.name + "' was a " + old.type + " and is a " + found->type);
    }
    for (const AbiPart& part : now_.members)
      if (same_name(before_.members, part) == before_.members.end() && !is_renamed(part, before_.members, now_.members))
        add(says_its_size(name_) && part.place >= before_.size ? AbiLevel::minor : AbiLevel::major,
            "new member " + said(part) + " at offset " + std::to_string(part.place));
  }

  static bool is_renamed(const AbiPart& part, const std::vector<AbiPart>& others, const std::vector<AbiPart>& own) {
    return std::any_of(others.begin(), others.end(), [&](const AbiPart& other) {
      const bool still_there = std::any_of(own.begin(), own.end(), [&](const AbiPart& one) { return one.name == other.name; });
      return !still_there && other.place == part.place && other.type == part.type;
    });
  }

  void gone_or_renamed(const AbiPart& old) {
    if (!is_renamed(old, now_.members, before_.members)) return add(AbiLevel::major, "member " + said(old) + " is gone");
    add(AbiLevel::minor, "member '" + old.name + "' has another name at the same place");
  }

  void compare_virtuals() {
    for (const AbiPart& old : before_.virtuals) {
      const auto found =
          std::find_if(now_.virtuals.begin(), now_.virtuals.end(), [&](const AbiPart& v) { return v.place == old.place; });
      const std::string slot = "slot " + std::to_string(old.place) + " of the vtable was " + said(old) + " and is ";
      if (found == now_.virtuals.end()) add(AbiLevel::major, slot + "gone");
      else if (found->name != old.name || found->type != old.type) add(AbiLevel::major, slot + said(*found));
    }
    for (const AbiPart& part : now_.virtuals) {
      const auto same = [&](const AbiPart& old) { return old.place == part.place; };
      if (std::any_of(before_.virtuals.begin(), before_.virtuals.end(), same)) continue;
      // Plugins and hosts of every minor number meet, so neither side may have a slot that the other lacks: see `extension`.
      add(AbiLevel::major, "new virtual function " + said(part) + " in slot " + std::to_string(part.place));
    }
  }

  void compare_values() {
    const auto named = [](const std::vector<AbiPart>& parts, const std::string& name) {
      return std::find_if(parts.begin(), parts.end(), [&](const AbiPart& part) { return part.name == name; });
    };
    for (const AbiPart& old : before_.values) {
      const auto found = named(now_.values, old.name);
      if (found == now_.values.end())
        add(AbiLevel::major, "value '" + old.name + "' (" + std::to_string(old.place) + ") is gone");
      else if (found->place != old.place)
        add(AbiLevel::major,
            "value '" + old.name + "' was " + std::to_string(old.place) + " and is " + std::to_string(found->place));
    }
    for (const AbiPart& part : now_.values)
      if (named(before_.values, part.name) == before_.values.end())
        add(AbiLevel::minor, "new value '" + part.name + "' (" + std::to_string(part.place) + ")");
  }

  const std::string& name_;
  const AbiType& before_;
  const AbiType& now_;
  std::vector<AbiChange> found_;
};

AbiLevel needed(const std::vector<AbiChange>& changes) {
  AbiLevel level = AbiLevel::none;
  for (const AbiChange& change : changes) level = std::max(level, change.level);
  return level;
}

std::string number_text(int major, int minor) { return std::to_string(major) + "." + std::to_string(minor); }
std::string number_text(const AbiDescription& of) { return number_text(of.major, of.minor); }

bool is_raised(const AbiDescription& before, const AbiDescription& now, AbiLevel level) {
  if (level == AbiLevel::major) return now.major > before.major;
  return now.major > before.major || (now.major == before.major && now.minor > before.minor);
}

}  // namespace

std::vector<AbiChange> changes_between(const AbiDescription& before, const AbiDescription& now) {
  std::vector<AbiChange> changes;
  for (const auto& [name, type] : before.types) {
    const auto found = now.types.find(name);
    if (found == now.types.end()) {
      changes.push_back({AbiLevel::major, name + ": it is gone"});
      continue;
    }
    for (AbiChange& change : Comparison(name, type, found->second).run()) changes.push_back(std::move(change));
  }
  for (const auto& [name, type] : now.types)
    if (before.types.count(name) == 0) changes.push_back({AbiLevel::minor, name + ": new type"});
  return changes;
}

bool number_is_right(const AbiDescription& checked_in, const AbiDescription& now) {
  const AbiLevel level = needed(changes_between(checked_in, now));
  return level == AbiLevel::none || is_raised(checked_in, now, level);
}

std::string verdict_on(const AbiDescription& checked_in, const AbiDescription& now, const std::string& renew_command) {
  const std::vector<AbiChange> changes = changes_between(checked_in, now);
  const AbiLevel level = needed(changes);
  const std::string renew = "renew the description: " + renew_command;
  if (level == AbiLevel::none) {
    if (number_text(checked_in) == number_text(now)) return "";
    return "The headers say ABI " + number_text(now) + ", the description " + number_text(checked_in) +
           ", and no layout changed. Keep the old number, or " + renew;
  }
  std::string text = "The plugin ABI differs from its description (ABI " + number_text(checked_in) + "):\n";
  for (const AbiChange& change : changes)
    text += "  " + change.text + (change.level == AbiLevel::major ? " [major]\n" : " [minor]\n");
  if (is_raised(checked_in, now, level))
    return text + "The headers say ABI " + number_text(now) + ", which covers this; " + renew;
  const std::string next =
      level == AbiLevel::major ? number_text(checked_in.major + 1, 0) : number_text(checked_in.major, checked_in.minor + 1);
  return text + "The headers say ABI " + number_text(now) + ", but this needs " + next + ": " +
         (level == AbiLevel::major ? "plugins built before can no longer be used" : "plugins built before can still be used") +
         ". Undo the change, or set FLOWRUN_ABI_MAJOR and FLOWRUN_ABI_MINOR in framework/include/flowrun/sdk/abi.h, and then " +
         renew;
}

}  // namespace flowrun::testing
