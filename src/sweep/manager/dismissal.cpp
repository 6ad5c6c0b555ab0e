#include "sweep/manager/dismissal.hpp"

namespace sibyl {

Dismissal::~Dismissal() {
  for (const int worker : workers_) link_.send(worker, Quit{at_once_()});
}

}  // namespace sibyl
