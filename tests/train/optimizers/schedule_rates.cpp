// Prints what a schedule multiplies the learning rate by, step by step, for schedule_test.py:
//
//     schedule_rates KIND EPOCHS STEPS [NAME=VALUE ...] [-- SCORE ...]
//
// A plateau's scores are those of each epoch; less is better.
#include <cstdlib>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "sibyl/training/schedule.hpp"

using namespace sibyl;

namespace {

Schedule schedule_of(const std::string& kind, const std::map<std::string, double>& given) {
  Schedule schedule{.kind = kind};
  const std::map<std::string, double*> reals{
      {"epochs", &schedule.epochs}, {"final", &schedule.final},         {"factor", &schedule.factor},
      {"power", &schedule.power},   {"lengthen", &schedule.lengthen},   {"start", &schedule.start},
      {"rise", &schedule.rise},     {"min_delta", &schedule.min_delta}, {"warmup", &schedule.warmup}};
  const std::map<std::string, int*> counts{
      {"every", &schedule.every}, {"patience", &schedule.patience}, {"cooldown", &schedule.cooldown}};
  for (const auto& [name, value] : given) {
    if (counts.contains(name))
      *counts.at(name) = static_cast<int>(value);
    else
      *reals.at(name) = value;
  }
  return schedule;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const int epochs = std::atoi(words.at(1).c_str());
  const std::int64_t steps = std::atoi(words.at(2).c_str());
  std::map<std::string, double> given;
  std::vector<double> all_scores;
  std::size_t i = 3;
  for (; i < words.size() && words[i] != "--"; ++i) {
    const auto equals = words[i].find('=');
    given[words[i].substr(0, equals)] = std::stod(words[i].substr(equals + 1));
  }
  for (++i; i < words.size(); ++i) all_scores.push_back(std::stod(words[i]));
  const Schedule schedule = schedule_of(words.at(0), given).over(epochs);
  schedule.check();
  const Objective objective{"val_loss", Direction::minimize};
  std::cout.precision(17);
  for (int epoch = 1; epoch <= epochs; ++epoch) {
    const auto known = std::min(all_scores.size(), static_cast<std::size_t>(epoch) - 1);
    const std::vector<double> scores(all_scores.begin(), all_scores.begin() + static_cast<long>(known));
    const int falls = schedule.falls(objective, scores);
    for (std::int64_t step = 0; step < steps; ++step)
      std::cout << schedule.at({.epoch = epoch, .step = step, .steps = steps, .falls = falls}) << '\n';
  }
}
