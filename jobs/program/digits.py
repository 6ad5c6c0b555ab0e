"""scikit-learn's digits, a network trained by partial_fit: which rate, how large, how regularised.

    mpirun -n 3 build/jobs/program --space jobs/program/digits.json -- python3 jobs/program/digits.py

Needs scikit-learn (Debian's python3-sklearn). All random numbers come from the trial's seed and the epoch, so the scores are the
same on any number of workers and after any kill."""

import pathlib
import pickle

import numpy as np
import sibyl_trial
from sklearn.datasets import load_digits
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

x, y = load_digits(return_X_y=True)
x, x_val, y, y_val = train_test_split(x / 16, y, test_size=0.25, random_state=0, stratify=y)

with sibyl_trial.start(space=pathlib.Path(__file__).with_suffix(".json"), epochs=9) as trial:
    model = MLPClassifier(trial["units"], learning_rate_init=trial["learning_rate"], alpha=trial["alpha"],
                          batch_size=trial["batch_size"], random_state=trial.seed or 0)

    def load(path):
        global model
        model = pickle.loads(pathlib.Path(path).read_bytes())

    for epoch in trial.epochs(trial.restore(load)):
        order = np.random.default_rng([trial.seed or 0, epoch]).permutation(len(y))
        model.partial_fit(x[order], y[order], classes=range(10))
        trial.report(epoch, val_accuracy=model.score(x_val, y_val), val_loss=log_loss(y_val, model.predict_proba(x_val)))
        trial.checkpoint(epoch, lambda path: pathlib.Path(path).write_bytes(pickle.dumps(model)))
