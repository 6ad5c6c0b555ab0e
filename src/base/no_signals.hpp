#pragma once

#include <csignal>

namespace sibyl {

/// While it lives, threads that are started take no signals: those are for the others.
class NoSignals {
 public:
  NoSignals();
  ~NoSignals();
  NoSignals(const NoSignals&) = delete;
  NoSignals& operator=(const NoSignals&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace sibyl
