#include "core/same_data.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace sibyl {

namespace {

std::string to_string(const DataPart& part) {
  std::string text = part.name + " ";
  for (std::size_t i = 0; i < part.shape.size(); ++i)
    text += (i > 0 ? " x " : "") + std::to_string(part.shape[i]);
  char hash[17];
  std::snprintf(hash, sizeof hash, "%016llx", static_cast<unsigned long long>(part.hash));
  return text + " " + part.type + " " + hash;
}

std::string place(const DataDescribed& data) {
  return data.path.empty() ? "the job's own data" : data.path;
}

bool contains(const std::vector<DataPart>& parts, const DataPart& part) {
  return std::find(parts.begin(), parts.end(), part) != parts.end();
}

// Those that the other has not.
std::string own_parts(const std::vector<DataPart>& parts, const std::vector<DataPart>& others) {
  std::string text;
  for (const DataPart& part : parts)
    if (!contains(others, part)) text += (text.empty() ? "" : ", ") + to_string(part);
  return text.empty() ? "nothing else" : text;
}

bool close(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  return std::abs(a - b) <= 1e-5 * std::max({std::abs(a), std::abs(b), 1e-3});
}

bool nearly_same(const DataPart& a, const DataPart& b) {
  const bool computed = a.type != "Long" && a.type != "Int" && a.type != "Byte" && a.type != "Bool";
  return a.name == b.name && a.shape == b.shape && a.type == b.type &&
         (a.hash == b.hash || (computed && close(a.mean, b.mean) && close(a.trend, b.trend)));
}

}  // namespace

DataComparison compare(const DataDescribed& there, const DataDescribed& here, bool other_platform) {
  if (there.parts.empty() || here.parts.empty() || there.parts == here.parts) return {};
  DataComparison found;
  found.difference = "there " + place(there) + " (" + own_parts(there.parts, here.parts) + "), here " +
                     place(here) + " (" + own_parts(here.parts, there.parts) + ")";
  found.only_digits = other_platform && std::equal(there.parts.begin(), there.parts.end(), here.parts.begin(),
                                                   here.parts.end(), nearly_same);
  return found;
}

std::string to_string(const DataDescribed& data) {
  return place(data) + ": " + own_parts(data.parts, {});
}

}  // namespace sibyl
