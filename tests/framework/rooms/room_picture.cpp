#include "room_picture.h"

#include <algorithm>
#include <functional>

#include "rooms.h"

namespace flowrun::testing {
namespace {

std::string room_name(const Include& include) {
  const Room room = room_of(include.file);
  if (room.kind == Room::Kind::framework) return room.name == "sdk" ? "" : room.name;
  if (room.kind == Room::Kind::app) return room.name.empty() ? "flowrun" : "flowrun/" + room.name;
  return "";
}

std::string target_name(const Include& include, bool in_app) {
  const Target target = in_app ? target_in_app(include.target, include.quoted) : target_of(include.target, include.quoted);
  if (target.kind == Target::Kind::app) return "flowrun/" + target.name;
  if (target.kind == Target::Kind::testing) return "testing";
  if (target.kind == Target::Kind::host) return room_of_host_header(include.target);
  return target.kind == Target::Kind::room ? target.name : "";
}

bool leads_to(const Arrows& arrows, const std::string& from, const std::string& to, std::set<std::string>& seen) {
  if (from == to) return true;
  if (!seen.insert(from).second || !arrows.contains(from)) return false;
  const auto& next = arrows.at(from);
  return std::any_of(next.begin(), next.end(), [&](const std::string& room) { return leads_to(arrows, room, to, seen); });
}

/// Whether the arrow follows from longer ways.
bool is_implied(const Arrows& arrows, const std::string& from, const std::string& to) {
  for (const std::string& other : arrows.at(from)) {
    std::set<std::string> seen;
    if (other != to && leads_to(arrows, other, to, seen)) return true;
  }
  return false;
}

std::string id_of(std::string room) {
  std::replace(room.begin(), room.end(), '/', '_');
  return room;
}

}  // namespace

Arrows arrows_of(const std::vector<Include>& includes) {
  Arrows arrows;
  for (const Include& include : includes) {
    const std::string from = room_name(include);
    if (from.empty()) continue;
    arrows[from];
    const std::string to = target_name(include, room_of(include.file).kind == Room::Kind::app);
    if (!to.empty() && to != from) arrows[from].insert(to);
  }
  return arrows;
}

std::vector<std::string> circle_in(const Arrows& arrows) {
  for (const auto& [from, rooms] : arrows)
    for (const std::string& to : rooms) {
      std::set<std::string> seen;
      if (leads_to(arrows, to, from, seen)) return {from, to};
    }
  return {};
}

std::string mermaid_of(Arrows arrows) {
  std::string text = "```mermaid\nflowchart TD\n";
  for (const bool program : {true, false}) {
    text += program ? "  subgraph program [apps/flowrun]\n" : "  subgraph framework [framework/src]\n";
    for (const auto& [room, rooms] : arrows)
      if (room.starts_with("flowrun") == program) text += "    " + id_of(room) + "[" + room.substr(room.find('/') + 1) + "]\n";
    text += "  end\n";
  }
  for (const auto& [from, rooms] : arrows)
    for (const std::string& to : rooms)
      if (!is_implied(arrows, from, to)) text += "  " + id_of(from) + " --> " + id_of(to) + "\n";
  return text + "```\n";
}

}  // namespace flowrun::testing
