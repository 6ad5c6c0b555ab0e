#pragma once

#include <functional>
#include <memory>

#include "core/trainer.hpp"
#include "mpi/link.hpp"

namespace sibyl {

/// A worker's life: waits for Begin, makes its trainer, joins, trains what it is given, until it is told to
/// quit. The manager is rank 0. What `make_trainer` throws is told to the manager as the reason why this
/// worker is unfit.
void run_worker(Link& link, int rank, const std::function<std::unique_ptr<Trainer>()>& make_trainer);

}  // namespace sibyl
