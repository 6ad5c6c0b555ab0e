#pragma once

#include <torch/torch.h>

#include <string>
#include <vector>

#include "sibyl/data/table.hpp"

// What tests of tables look at.

inline std::vector<std::string> names_of(const sibyl::Table& table) {
  std::vector<std::string> names;
  for (const sibyl::TableColumn& column : table.columns) names.push_back(column.name);
  return names;
}

/// The numbers of all columns, as floats.
inline torch::Tensor x_of(const sibyl::Table& table) {
  std::vector<torch::Tensor> columns;
  for (const sibyl::TableColumn& column : table.columns)
    columns.push_back(torch::tensor(column.values, torch::kDouble));
  return torch::stack(columns, 1).to(torch::kFloat);
}
