#pragma once

#include <string>

#include "flowrun/host/case_record.h"

namespace flowrun::testing {

/// A case of a graph read -> lesions -> measures -> montage, done.
inline CaseRecord record_of(const std::string& name, double volume = 2.5, double lesions = 3) {
  CaseRecord record;
  record.name = name;
  record.status = CaseStatus::done;
  record.started = "2026-03-01T12:30:05Z";
  record.seconds = 1.25;
  record.peak_payload_bytes = 4096;
  record.graph = "toy";
  record.graph_file = "graphs/toy.json";
  record.graph_hash = "abc123";
  record.nodes = {
      {"read", "io.read_volume", "io", "1.0.0", {{"path", "${image}"}}, {}, 1, 0.25},
      {"lesions", "segment.label_lesions", "segment", "1.0.0", {}, {"mask <- read.volume"}, 1, 0.5},
      {"measures", "evaluate.overlap", "evaluate", "1.0.0", {}, {"found <- lesions.labels"}, 1, 0.125},
      {"montage", "view.montage", "view", "1.0.0", {{"path", "${out}/${case}.png"}}, {"image <- read.volume"}, 1, 0.0625}};
  record.reports = {{"lesions", "lesions", lesions + 1},
                    {"montage", "lesions", lesions},
                    {"montage", "lesion_volume_ml", volume},
                    {"measures", "dice", 0.1}};
  record.columns = {{"lesion_volume_ml", "montage.lesion_volume_ml"}, {"lesions", "montage.lesions"}};
  record.models = {{"net", "model", {"models/a.pt", 2048, 1, "feed"}}};
  return record;
}

inline CaseRecord failed_record_of(const std::string& name, const std::string& message) {
  CaseRecord record = record_of(name);
  record.status = CaseStatus::failed;
  record.reports.clear();
  record.errors = {{"read", "io.read_volume", "io", message}};
  return record;
}

}  // namespace flowrun::testing
