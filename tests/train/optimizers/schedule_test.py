"""Sibyl's schedules beside PyTorch's own, step by step: python3 schedule_test.py SCHEDULE_RATES."""
import random
import subprocess
import sys
import unittest

try:
    import torch
    from torch.optim import lr_scheduler
except ImportError:
    torch = None

PROGRAM = sys.argv.pop() if len(sys.argv) > 1 else ""
EPOCHS, STEPS = 12, 7


def ours(kind, scores=(), trained=EPOCHS, **settings):
    words = [PROGRAM, kind, str(trained), str(STEPS), *(f"{name}={value}" for name, value in settings.items())]
    done = subprocess.run([*words, "--", *map(str, scores)], capture_output=True, text=True, check=True, timeout=60)
    return [float(line) for line in done.stdout.split()]


def theirs(make, each="step", scores=(), epochs=EPOCHS):
    """The rates of an optimizer whose rate is 1, and whose scheduler is stepped after each step or epoch."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    schedule, rates = make(optimizer), []
    for epoch in range(epochs):
        for step in range(STEPS):
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            if each == "step" and (epoch, step) != (epochs - 1, STEPS - 1):
                schedule.step()
            if each == "part":  # of an epoch
                schedule.step(epoch + (step + 1) / STEPS)
        if each == "epoch":
            schedule.step()
        if each == "score":
            schedule.step(scores[epoch])
    return rates


@unittest.skipIf(torch is None, "python3-torch is not there")
class SchedulesAsPyTorchs(unittest.TestCase):
    def same(self, one, other, tolerance=1e-9):
        self.assertEqual(len(one), len(other))
        for place, (a, b) in enumerate(zip(one, other)):
            self.assertAlmostEqual(a, b, delta=tolerance, msg=f"step {place}")

    def test_step(self):
        self.same(ours("step", every=3, factor=0.5), theirs(lambda o: lr_scheduler.StepLR(o, 3, 0.5), "epoch"))

    def test_exponential(self):
        self.same(ours("exponential", factor=0.9), theirs(lambda o: lr_scheduler.ExponentialLR(o, 0.9), "epoch"))

    def test_linear(self):
        self.same(ours("linear", final=0.2, epochs=9),
                  theirs(lambda o: lr_scheduler.LinearLR(o, 1, 0.2, total_iters=9 * STEPS)))

    def test_polynomial(self):
        self.same(ours("polynomial", power=2.5),
                  theirs(lambda o: lr_scheduler.PolynomialLR(o, total_iters=EPOCHS * STEPS, power=2.5)))

    def test_cosine(self):
        self.same(ours("cosine", final=0.1),
                  theirs(lambda o: lr_scheduler.CosineAnnealingLR(o, EPOCHS * STEPS, eta_min=0.1)))

    def test_cosine_with_restarts(self):
        for first, lengthen in ((3, 1), (1, 2), (2, 3)):
            self.same(ours("cosine_restarts", epochs=first, lengthen=lengthen, final=0.05),
                      theirs(lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, first, lengthen, eta_min=0.05),
                             "part"))

    def test_one_cycle(self):
        for rise in (0.3, 0.5):
            self.same(ours("one_cycle", rise=rise, final=1 / 25e4),
                      theirs(lambda o: lr_scheduler.OneCycleLR(o, 1.0, EPOCHS * STEPS, pct_start=rise,
                                                               cycle_momentum=False)))

    def test_plateau(self):
        draw = random.Random(3)
        for cooldown in (0, 2):
            scores = [draw.random() for _ in range(60)]
            rates = theirs(lambda o: lr_scheduler.ReduceLROnPlateau(o, factor=0.5, patience=2, cooldown=cooldown,
                                                                    threshold=0.01, threshold_mode="abs",
                                                                    min_lr=0.01), "score", scores, 60)
            self.assertLess(min(rates), 0.02)
            self.same(ours("plateau", scores, 60, factor=0.5, patience=2, cooldown=cooldown, min_delta=0.01,
                           final=0.01), rates)

    def test_warmup(self):
        def warmed(optimizer):
            rise = lr_scheduler.LinearLR(optimizer, 1 / (2 * STEPS), 1, total_iters=2 * STEPS - 1)
            return lr_scheduler.SequentialLR(optimizer, [rise, lr_scheduler.CosineAnnealingLR(optimizer, 10 * STEPS)],
                                             [2 * STEPS])
        self.same(ours("cosine", warmup=2), theirs(warmed))


if __name__ == "__main__":
    unittest.main(warnings="ignore")  # of the order of step() and of deprecated arguments
