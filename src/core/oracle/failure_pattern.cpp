#include "core/oracle/failure_pattern.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <map>
#include <optional>

namespace sibyl {

namespace {

using Group = std::vector<const Trial*>;

constexpr std::size_t max_named = 3;      ///< hyperparameters
constexpr std::size_t few_for_range = 3;  ///< trials: fewer lie on one side of the others too easily

std::string first_line(const Trial& trial) {
  const std::string& message = trial.said().message;
  return message.substr(0, message.find('\n'));
}

/// With "#" for each of 17, 1e-05 and 0x7f: messages that differ in an epoch or an address are the same one.
std::string without_numbers(const std::string& text) {
  std::string masked;
  bool in_number = false;
  unsigned char last = 0;
  for (const unsigned char c : text) {
    const bool is_sign_of_exponent = (c == '-' || c == '+') && (last == 'e' || last == 'E');
    in_number = std::isdigit(c) || (in_number && (std::isalnum(c) || c == '.' || is_sign_of_exponent));
    if (!in_number)
      masked += static_cast<char>(c);
    else if (!masked.ends_with('#'))
      masked += '#';
    last = c;
  }
  return masked;
}

std::string causes(const Group& failed) {
  std::map<std::string, int> counts;
  for (const Trial* trial : failed) {
    const std::string cause = trial->cause_text();
    ++counts[cause.empty() ? "no known cause" : cause];
  }
  if (counts.size() == 1) {
    const Cause cause = failed.front()->cause;
    const bool is_adjective = cause == Cause::diverged || cause == Cause::too_large;
    return std::string(failed.size() == 1 ? "" : "all ") + (is_adjective ? "" : "with ") +
           counts.begin()->first;
  }
  std::vector<std::pair<std::string, int>> sorted(counts.begin(), counts.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  std::string text;
  for (const auto& [cause, count] : sorted)
    text += (text.empty() ? "causes: " : ", ") + std::to_string(count) + " " + cause;
  return text;
}

std::optional<double> number(const Value& value) {
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return static_cast<double>(*whole);
  if (const auto* real = std::get_if<double>(&value)) return *real;
  return std::nullopt;
}

/// A round number that separates them; it may be `inside`, but not `outside`.
std::string bound(const Value& inside, const Value& outside) {
  const auto* x = std::get_if<double>(&inside);
  for (int digits = 2; x && digits < 17; ++digits) {
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, *x, std::chars_format::general, digits).ptr;
    double rounded = 0;
    std::from_chars(text, end, rounded);
    const double y = *number(outside);
    if (y < *x ? y < rounded && rounded <= *x : *x <= rounded && rounded < y) return {text, end};
  }
  return to_string(inside);
}

/// The hyperparameter's values in those trials that have it.
std::vector<Value> values_of(const Group& trials, const std::string& name) {
  std::vector<Value> values;
  for (const Trial* trial : trials)
    if (const auto found = trial->hyperparameters.find(name); found != trial->hyperparameters.end())
      values.push_back(found->second);
  return values;
}

struct Sign {
  std::string text;
  double share = 0;  ///< of the other trials that don't show it
};

/// What tells the failed trials' hyperparameter from the others', if anything does.
std::optional<Sign> sign(const std::string& name, const Group& failed, const Group& others) {
  const std::vector<Value> bad = values_of(failed, name), good = values_of(others, name);
  if (bad.size() < failed.size() || good.empty()) return std::nullopt;
  if (std::count(bad.begin(), bad.end(), bad.front()) == std::ssize(bad)) {
    const auto different = std::ssize(good) - std::count(good.begin(), good.end(), bad.front());
    if (different == 0) return std::nullopt;
    return Sign{name + " = " + to_string(bad.front()), static_cast<double>(different) / std::ssize(good)};
  }
  const bool numeric = number(bad.front()) && number(good.front());
  if (!numeric || bad.size() < few_for_range || good.size() < few_for_range) return std::nullopt;
  const auto less = [](const Value& a, const Value& b) { return number(a) < number(b); };
  const auto [least_bad, most_bad] = std::minmax_element(bad.begin(), bad.end(), less);
  const auto [least_good, most_good] = std::minmax_element(good.begin(), good.end(), less);
  if (less(*most_good, *least_bad)) return Sign{name + " >= " + bound(*least_bad, *most_good), 1};
  if (less(*most_bad, *least_good)) return Sign{name + " <= " + bound(*most_bad, *least_good), 1};
  return std::nullopt;
}

/// "optimizer = sgd, learning_rate >= 0.05", what fewest of the others show first.
std::string signs(const Group& failed, const Group& others) {
  std::vector<Sign> found;
  for (const auto& [name, value] : failed.front()->hyperparameters)
    if (auto each = sign(name, failed, others)) found.push_back(std::move(*each));
  std::stable_sort(found.begin(), found.end(),
                   [](const Sign& a, const Sign& b) { return a.share > b.share; });
  std::string text;
  for (std::size_t i = 0; i < std::min(found.size(), max_named); ++i)
    text += (i > 0 ? ", " : "") + found[i].text;
  return text;
}

}  // namespace

std::string failure_pattern(const std::vector<TrialId>& ids, const std::vector<Trial>& trials) {
  if (ids.empty()) return "no trial failed";
  Group failed, others;
  for (const TrialId id : ids) failed.push_back(&trials.at(id));
  for (const Trial& trial : trials)
    // One with a cause has failed as well: it waits for another attempt, or is at it.
    if (trial.status != TrialStatus::failed && trial.cause == Cause::none &&
        std::find(failed.begin(), failed.end(), &trial) == failed.end())
      others.push_back(&trial);

  std::string text = causes(failed);
  const std::string message = first_line(*failed.back());
  const bool same_message = std::all_of(failed.begin(), failed.end(), [&](const Trial* trial) {
    return without_numbers(first_line(*trial)) == without_numbers(message);
  });
  if (!message.empty()) text += (same_message ? ": " : "; the last: ") + message;
  if (failed.size() < 2) return text;

  const int worker = failed.front()->worker;
  const auto is_elsewhere = [&](const Trial& trial) { return trial.worker != worker; };
  if (std::none_of(failed.begin(), failed.end(), [&](const Trial* trial) { return is_elsewhere(*trial); }) &&
      std::any_of(trials.begin(), trials.end(), is_elsewhere))
    text += "; all on worker " + std::to_string(worker);
  if (const std::string shared = signs(failed, others); !shared.empty()) text += "; all with " + shared;
  return text;
}

}  // namespace sibyl
