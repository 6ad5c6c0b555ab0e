#pragma once

#include "core/space/ask.hpp"
#include "sibyl/error.hpp"

// A job's questions whose answers decide what is asked next, for tests: a network with as many layers as its
// first answer says, each of 1 to `most` units.
namespace sibyl {

struct Layered {
  std::int64_t deepest = 3, most = 3, usual = 3;
  int* asked = nullptr;  ///< counts how often
  std::int64_t throws_at = 0;

  void operator()(HyperParameters& hp) const {
    if (asked) ++*asked;
    const auto layers = hp.Int("layers", 1, deepest, {.default_value = usual});
    for (std::int64_t i = 0; i < layers; ++i) hp.Int("units_" + std::to_string(i), 1, most);
    if (layers == throws_at) throw Error("no such network");
  }
};

inline SearchSpace space_of(const std::function<void(HyperParameters&)>& questions) {
  HyperParameters hp;
  questions(hp);
  return hp.space();
}

/// What asks them in this process.
inline Ask asker(std::function<void(HyperParameters&)> questions) {
  return [questions](const Values& given, const Draws& draws) -> std::optional<Configuration> {
    try {
      return ask(questions, given, draws);
    } catch (const Error&) {
      return std::nullopt;
    }
  };
}

}  // namespace sibyl
