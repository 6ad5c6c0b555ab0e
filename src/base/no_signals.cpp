#include "base/no_signals.hpp"

#include <pthread.h>

namespace sibyl {

NoSignals::NoSignals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before_);
}

NoSignals::~NoSignals() {
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace sibyl
