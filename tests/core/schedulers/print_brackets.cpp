// Prints every bracket for R <= 1000, eta 2..10, a line each: "R eta s: trials@epoch ...".
#include <cstdio>

#include "core/schedulers/hyperband/bracket.hpp"

int main() {
  for (int R = 1; R <= 1000; ++R)
    for (int eta = 2; eta <= 10; ++eta)
      for (int s = sibyl::largest_bracket(R, eta); s >= 0; --s) {
        std::printf("%d %d %d:", R, eta, s);
        for (const auto& rung : sibyl::plan_bracket(R, eta, s))
          std::printf(" %lld@%d", static_cast<long long>(rung.trials), rung.epoch);
        std::printf("\n");
      }
}
