"""Optuna's pruners on a table of measured learning curves, as the program `simulate` runs ours: one trial after the other, each
the nearest configuration to what the sampler asked for that no trial has had, and the sampler is told of that one."""

import math

import numpy

PRUNERS = ("hyperband", "halving", "median")


class Table:
    """Rows of tests/bench/samplers/tables.hpp: places in the unit cube, and losses after 0, 1, ... epochs."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            names = file.readline().strip().split(",")
            cells = numpy.array([[float(cell) for cell in line.split(",")] for line in file])
        settings = cells[:, 1:9].copy()
        settings[:, 1:3] = 1 - settings[:, 1:3]  # betas, by how much they miss 1
        places = numpy.log(numpy.maximum(settings, 1e-30))
        least, most = places.min(0), places.max(0)
        self.places = (places - least) / numpy.maximum(most - least, 1e-300)
        self.losses = cells[:, 9:]
        self.epochs = self.losses.shape[1] - 1
        assert names[9] == "e0", names

    def least(self):
        return numpy.nanmin(self.losses[:, 1:])


def pruner(name, epochs):
    """As Optuna's defaults have it, but that Hyperband is told of the epochs."""
    import optuna

    return {
        "hyperband": lambda: optuna.pruners.HyperbandPruner(min_resource=1, max_resource=epochs),
        "halving": optuna.pruners.SuccessiveHalvingPruner,
        "median": optuna.pruners.MedianPruner,
        "none": optuna.pruners.NopPruner,
    }[name]()


def search(table, prunes, samples, seed, budget):
    """[epochs, regret] of each new best score, until so many epochs are trained."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    sampler = {"tpe": optuna.samplers.TPESampler, "random": optuna.samplers.RandomSampler}[samples](seed=seed)
    study = optuna.create_study(sampler=sampler, pruner=pruner(prunes, table.epochs), study_name=f"seed {seed}")
    unit = optuna.distributions.FloatDistribution(0, 1)
    unused, trained, best, found, least = numpy.ones(len(table.places), bool), 0, math.inf, [], table.least()
    while trained < budget and unused.any():
        trial = study.ask()
        asked = numpy.array([trial.suggest_float(f"x{d}", 0, 1) for d in range(table.places.shape[1])])
        apart = ((table.places - asked) ** 2).sum(1)
        row = int(numpy.argmin(numpy.where(unused, apart, math.inf)))
        unused[row] = False
        for d, value in enumerate(table.places[row]):
            study._storage.set_trial_param(trial._trial_id, f"x{d}", float(value), unit)
        of_trial, state = math.inf, optuna.trial.TrialState.COMPLETE
        for epoch in range(1, table.epochs + 1):
            loss = table.losses[row, epoch]
            trained += 1
            if math.isnan(loss):
                state = optuna.trial.TrialState.FAIL
                break
            of_trial = min(of_trial, loss)
            if of_trial < best:
                best = of_trial
                found.append([trained, float(best - least)])
            trial.report(loss, epoch)
            if epoch < table.epochs and trial.should_prune():
                state = optuna.trial.TrialState.PRUNED
                break
            if trained == budget:
                break
        study.tell(trial, of_trial if state == optuna.trial.TrialState.COMPLETE else None, state=state)
    return found
