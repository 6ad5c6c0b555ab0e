"""A Python program as a trial of Sibyl: see PROTOCOL.md and README.md. One file without dependencies; copy it anywhere.

    with sibyl_trial.start() as trial:
        model = make(trial["units"], lr=trial["learning_rate"])
        first = trial.restore(lambda path: load(model, path))      # 0, or the epoch of the checkpoint
        for epoch in trial.epochs(first):                          # ends when the sweep says so
            ...
            trial.report(epoch, val_loss=loss)
            trial.checkpoint(epoch, lambda path: save(model, path))

Run without Sibyl, the same script trains once, with the defaults of its questions or of start(space=FILE)."""

import json
import os
import socket
import sys


class Trial:
    def __init__(self, link, message, epochs=1):
        self._link, self._pid, self._path, self._goes_on, self._stopped = link, os.getpid(), None, True, False
        self._start = message.get("start", {"last_epoch": epochs, "max_epochs": epochs, **message})
        self.hyperparameters = self._start.get("hyperparameters", {})
        for name in ("trial", "execution", "fold", "folds", "attempt", "seed", "last_epoch", "max_epochs", "device", "threads",
                     "data"):
            setattr(self, name, self._start.get(name))

    def __getitem__(self, name):
        return self.hyperparameters[name]

    def __enter__(self):
        return self

    def __exit__(self, kind, problem, _):
        self._ready_if_asked()
        if self._link and (problem is None or isinstance(problem, SystemExit) and not problem.code):
            self._link.tell(end={"stopped": self._stopped})
        elif self._link and isinstance(problem, Exception):
            of_device = kind.__name__ == "OutOfMemoryError" or "CUDA out of memory" in str(problem)
            cause = "out of device memory" if of_device else "out of memory" if kind is MemoryError else "exception"
            self._link.tell(failed={"cause": cause, "message": f"{kind.__name__}: {problem}"[:2000]})

    def suggest_int(self, name, low, high, step=1, log=False, **more):
        return self._suggest(name, type="int", min=low, max=high, step=step, sampling="log" if log else "linear", **more)

    def suggest_float(self, name, low, high, step=None, log=False, **more):
        steps = {"step": step} if step else {}
        return self._suggest(name, type="float", min=low, max=high, sampling="log" if log else "linear", **steps, **more)

    def suggest_categorical(self, name, choices, **more):
        return self._suggest(name, type="choice", values=list(choices), **more)

    def _suggest(self, name, **question):
        """More: default=VALUE, when={"optimizer": "sgd"} (None where that does not hold)."""
        usual = question.get("default", question.get("min", question.get("values", [None])[0]))
        answer = self._link.ask(suggest={"name": name, **question}) if self._link else {"value": usual}
        if "error" in answer:
            raise ValueError(answer["error"])
        return self.hyperparameters.setdefault(name, answer["value"])

    def _ready_if_asked(self):
        if "describe" in self._start:  # only the hyperparameters were asked for
            self._link.tell(ready=True)
            os._exit(0)

    def restore(self, load):
        """Calls load(path) if there is a checkpoint; how many epochs are behind it."""
        if self._start.get("checkpoint") is None:
            return 0
        try:
            load(self._start["checkpoint"])
        except Exception as problem:  # Sibyl starts this program again, without it
            self._link.tell(unreadable=f"{type(problem).__name__}: {problem}"[:500])
            os._exit(0)
        return self._start["first_epoch"]

    def epochs(self, first=0):
        self._ready_if_asked()
        for epoch in range(first + 1, self.last_epoch + 1):
            if self._goes_on:
                yield epoch

    def report(self, epoch, **metrics):
        """An epoch is done. Is training to go on?"""
        metrics = {name: float(value) for name, value in metrics.items()}
        if not self._link:
            print(f"epoch {epoch}:", *(f"{name} {value:.6g}" for name, value in metrics.items()))
        elif os.getpid() != self._pid:
            raise RuntimeError("a process that the trial has forked can't report for it")
        else:
            answer = self._link.ask(report={"epoch": epoch, "metrics": metrics})
            self._goes_on, self._path = answer["go_on"], answer["checkpoint"]
        return self._goes_on

    def note(self, **values):
        """Numbers, texts and Booleans that are to be known of this trial: columns note:NAME of /trials, and `parameters`."""
        if self._link:
            self._link.tell(note=values)

    def checkpoint(self, epoch, save):
        """Calls save(path), to a file or a folder, if Sibyl wants a checkpoint of the epoch that was just reported."""
        if self._path:
            save(self._path)
            self._path = None
            self._link.ask(saved={"epoch": epoch})

    def stop(self):
        """More epochs would make it no better."""
        self._goes_on, self._stopped = False, True


class Link:
    def __init__(self, descriptor):
        os.set_inheritable(descriptor, False)
        self._socket = socket.socket(fileno=descriptor)
        self._lines = self._socket.makefile("r", encoding="utf-8")

    def tell(self, **message):
        self._socket.sendall(json.dumps(message).encode() + b"\n")

    def ask(self, **message):
        self.tell(**message)
        return self.hear() or sys.exit("Sibyl is gone")

    def hear(self):
        return json.loads(self._lines.readline() or "null")


def start(space=None, epochs=1, objective=None):
    """The trial that this process was started for. Without Sibyl: one of so many epochs, with defaults."""
    return next(trials(space, epochs, objective))


def trials(space=None, epochs=1, objective=None):
    """The same, and with --keep-alive another one whenever it is over: for trial in trials(): with trial: ..."""
    descriptor = os.environ.pop("SIBYL_FD", None)  # not for programs that this one starts
    if descriptor is None:
        asked = json.load(open(space, encoding="utf-8"))["hyperparameters"] if space else {}
        usual = {name: each.get("default", each.get("min", each.get("value", each.get("values", [False])[0])))
                 for name, each in asked.items() if isinstance(each, dict)}
        yield Trial(None, {"hyperparameters": usual}, epochs)
        return
    link = Link(int(descriptor))
    message = link.ask(hello={"version": 1, "objective": objective})
    while message:
        yield Trial(link, message)
        message = link.hear()
