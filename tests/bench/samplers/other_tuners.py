"""BoTorch and SMAC as peers of ours (see peers.py), as their documentation shows them: on spaces of floats, one trial at a
time. Each proposes values, and is told the values that were run with their loss."""

import numpy


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

    def propose(self):
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
        self.asked = None

    def propose(self):
        self.asked = self.tuner.ask()
        return self.to_values([self.asked.config[name] for name in self.names])

    def tell(self, values, loss):
        import ConfigSpace
        from smac.runhistory.dataclasses import TrialInfo, TrialValue

        point = dict(zip(self.names, (min(max(float(x), 0.0), 1.0) for x in self.to_point(values))))
        info, self.asked = self.asked, None
        if info is None or any(abs(info.config[name] - point[name]) > 1e-6 for name in self.names):  # it was run elsewhere
            info = TrialInfo(ConfigSpace.Configuration(self.space, values=point), seed=0)
        self.tuner.tell(info, TrialValue(cost=loss), save=False)
