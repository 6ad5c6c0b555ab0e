"""Other tuners as peers of ours (see peers.py), as their documentation shows them. Each proposes values, at first those that it is
given, and is told, in the same order, the values that were run with their loss. BoTorch, SMAC and HEBO: on spaces of floats only."""

import numpy


class Optuna:
    def __init__(self, space, seed, name, starts):
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        samplers = {"optuna-tpe": lambda: optuna.samplers.TPESampler(seed=seed),
                    "optuna-gp": lambda: optuna.samplers.GPSampler(seed=seed, n_startup_trials=starts),
                    "optuna-random": lambda: optuna.samplers.RandomSampler(seed=seed)}
        self.optuna, self.study, self.space = optuna, optuna.create_study(sampler=samplers[name]()), space
        self.distributions, self.asked = {}, []
        for kind, name, words, _ in space:
            if kind == "float":
                self.distributions[name] = optuna.distributions.FloatDistribution(float(words[0]), float(words[1]), log=words[2] == "log")
            elif kind == "int":
                self.distributions[name] = optuna.distributions.IntDistribution(int(words[0]), int(words[1]), step=int(words[2]))
            else:
                self.distributions[name] = optuna.distributions.CategoricalDistribution(words)

    def propose(self, start):
        if start:
            self.study.enqueue_trial(start)
        trial, values = self.study.ask(), {}
        for _, name, _, condition in self.space:
            if not condition or values.get(condition[0]) == condition[1]:
                values[name] = trial._suggest(name, self.distributions[name])
        self.asked.append((trial, values))
        return values

    def tell(self, run, loss):
        trial, values = self.asked.pop(0)
        if all(abs(run[name] - value) < 1e-9 if isinstance(value, float) else run[name] == value for name, value in values.items()):
            self.study.tell(trial, loss)
        else:  # it was run elsewhere
            states, make = self.optuna.trial.TrialState, self.optuna.trial.create_trial
            self.study.tell(trial, state=states.FAIL)
            self.study.add_trial(make(params=run, distributions={name: self.distributions[name] for name in run}, value=loss))


def scaled(space):
    """From and to the unit cube, by each dimension's own spread."""
    ranges = [(name, float(words[0]), float(words[1]), words[2] == "log") for kind, name, words, _ in space]
    if any(kind != "float" for kind, *_ in space):
        raise SystemExit("these peers are compared on spaces of floats only")

    def to_values(point):
        return {name: float(low * (high / low) ** x if log else low + x * (high - low)) for (name, low, high, log), x in zip(ranges, point)}

    def to_point(values):
        return [numpy.log(values[name] / low) / numpy.log(high / low) if log else (values[name] - low) / (high - low) for name, low, high, log in ranges]

    return to_values, to_point


class Botorch:
    """A Gaussian process with BoTorch's own priors, and log expected improvement."""

    def __init__(self, space, seed):
        import torch

        torch.manual_seed(seed)
        torch.set_num_threads(1)
        self.to_values, self.to_point = scaled(space)
        self.points, self.losses = [], []

    def propose(self, start):
        if start:
            return start
        import botorch
        import gpytorch
        import torch

        points, gains = torch.tensor(self.points, dtype=torch.double), -torch.tensor(self.losses, dtype=torch.double).unsqueeze(1)
        model = botorch.models.SingleTaskGP(points, gains, outcome_transform=botorch.models.transforms.Standardize(1))
        botorch.fit.fit_gpytorch_mll(gpytorch.mlls.ExactMarginalLogLikelihood(model.likelihood, model))
        gain = botorch.acquisition.LogExpectedImprovement(model, best_f=gains.max())
        bounds = torch.stack([torch.zeros(points.shape[1]), torch.ones(points.shape[1])]).double()
        best, _ = botorch.optim.optimize_acqf(gain, bounds, q=1, num_restarts=10, raw_samples=512)
        return self.to_values(best[0].tolist())

    def tell(self, values, loss):
        self.points.append(self.to_point(values))
        self.losses.append(loss)


class Smac:
    """Its facade for hyperparameters: a random forest on the logarithm of the loss."""

    def __init__(self, space, seed, trials):
        import logging

        import ConfigSpace
        import smac

        logging.disable(logging.WARNING)
        self.to_values, self.to_point = scaled(space)
        configurations = ConfigSpace.ConfigurationSpace(seed=seed)
        self.names = [name for _, name, _, _ in space]
        configurations.add([ConfigSpace.Float(name, (0.0, 1.0)) for name in self.names])
        self.space = configurations
        scenario = smac.Scenario(configurations, n_trials=trials, seed=seed, deterministic=True, output_directory=f"/tmp/smac-{seed}")
        facade = smac.HyperparameterOptimizationFacade
        self.tuner = facade(scenario, lambda configuration, seed=0: 0.0, overwrite=True,
                            initial_design=facade.get_initial_design(scenario, n_configs=1))
        self.asked = []

    def propose(self, start):
        self.asked.append(None if start else self.tuner.ask())
        return start or self.to_values([self.asked[-1].config[name] for name in self.names])

    def tell(self, values, loss):
        import ConfigSpace
        from smac.runhistory.dataclasses import TrialInfo, TrialValue

        point = dict(zip(self.names, (min(max(float(x), 0.0), 1.0) for x in self.to_point(values))))
        info = self.asked.pop(0)
        if info is None or any(abs(info.config[name] - point[name]) > 1e-6 for name in self.names):  # it was run elsewhere
            info = TrialInfo(ConfigSpace.Configuration(self.space, values=point), seed=0)
        self.tuner.tell(info, TrialValue(cost=loss), save=False)


class Hebo:
    """Its own defaults: a Gaussian process on transformed losses, and one of the best compromises between three acquisitions."""

    def __init__(self, space, seed, starts):
        import torch
        from hebo.design_space.design_space import DesignSpace
        from hebo.optimizers.hebo import HEBO

        numpy.random.seed(seed)
        torch.manual_seed(seed)
        torch.set_num_threads(1)
        self.to_values, self.to_point = scaled(space)
        self.names = [name for _, name, _, _ in space]
        design = DesignSpace().parse([{"name": name, "type": "num", "lb": 0, "ub": 1} for name in self.names])
        self.tuner = HEBO(design, rand_sample=starts, scramble_seed=seed)

    def propose(self, start):
        return start or self.to_values(self.tuner.suggest()[self.names].to_numpy()[0])

    def tell(self, values, loss):
        import pandas

        self.tuner.observe(pandas.DataFrame([self.to_point(values)], columns=self.names), numpy.array([[loss]]))


def make(name, space, seed, starts, trials):
    if name == "botorch":
        return Botorch(space, seed)
    if name == "hebo":
        return Hebo(space, seed, starts)
    return Smac(space, seed, trials) if name == "smac" else Optuna(space, seed, name, starts)
