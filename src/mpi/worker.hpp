#pragma once

#include <functional>
#include <memory>

#include "core/trainer.hpp"
#include "mpi/link.hpp"

namespace sibyl {

/// A worker's life: waits for Begin, makes its trainer, joins, trains what it is given, until it is told to
/// quit. The manager is rank 0. What `make_trainer` throws is told to the manager as the reason why this
/// worker is unfit. When `told_to_stop` turns true (a signal to this rank) it saves what it trains and takes
/// no more.
void run_worker(
    Link& link, int rank, const std::function<std::unique_ptr<Trainer>()>& make_trainer,
    const std::function<bool()>& told_to_stop = [] { return false; });

}  // namespace sibyl
