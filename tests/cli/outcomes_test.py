"""A trial that breaks costs that trial alone: what became of it is recorded, every other one is as if nothing had happened."""

import unittest

import h5py
import pandas as pd

from sweeps import SweepTest, assert_same, run, tables

# Of each kind of fault: cause, a part of the message, output.
EXPECTED = {
    "segv": (b"signal SIGSEGV", b"killed by SIGSEGV", b""),
    "abort": (b"signal SIGABRT", b"killed by SIGABRT", b"an injected abort"),
    "bad_alloc": (b"out of memory", b"std::bad_alloc", b""),
    "nan": (b"diverged", b"NaN", b""),
    "hang": (b"hang", b"no step within", b""),
    "exit": (b"exit code 3", b"exit code 3", b""),
    "exception": (b"exception", b"an injected exception", b""),
}
# Epochs make a step every 20 ms at least: two seconds without one is no busy machine.
QUICK = ("--set", "epoch_seconds=0.01", "--trial-timeout", "2s")


def inject(faults):
    """{"segv": [3, "17@2"]} as arguments."""
    return [word for kind, who in faults.items() for word in ("--inject", f"{kind}={','.join(map(str, who))}")]


def workers(directory):
    with h5py.File(directory / "results.h5") as file:
        return pd.DataFrame(file["workers"][:])


def failed(directory):
    trials = tables(directory)["trials"]
    return trials[trials["status"] == b"failed"].set_index("trial")


class Outcomes(SweepTest):
    def assert_same_but_for(self, gone, one, other):
        """Of all trials but these: bit for bit."""
        for name in ("trials", "epochs"):
            frames = [each[name][~each[name]["trial"].isin(gone)].reset_index(drop=True) for each in (one, other)]
            pd.testing.assert_frame_equal(*frames, check_exact=True, obj=name)

    def check_failures(self, directory, faults):
        """Just these trials failed, each as it must."""
        found = failed(directory)
        self.assertEqual(sorted(found.index), sorted(trial for who in faults.values() for trial in who))
        for kind, who in faults.items():
            cause, message, output = EXPECTED[kind]
            for trial in who:
                with self.subTest(kind=kind, trial=trial):
                    row = found.loc[trial]
                    self.assertEqual((row["cause"], row["output"]), (cause, output))
                    self.assertIn(message, row["message"])

    def check_workers(self, directory, count):
        """No rank was lost."""
        table = workers(directory)
        self.assertEqual(sorted(table["worker"]), list(range(1, count + 1)))
        self.assertEqual(list(table["reason"]), [b""] * count)

    def test_a_hundred_trials_of_which_thirty_break(self):
        job = ("synthetic", *QUICK, "--scheduler", "full", "--max-trials", 100, "--max-epochs", 2)
        kinds = ["segv", "abort", "bad_alloc", "nan", "hang", "exit"]
        faults = {kind: [3 * (6 * i + k) + 1 for i in range(5)] for k, kind in enumerate(kinds)}
        for count in (2, 4):
            run(*job, *inject(faults), "--output", self.folder / str(count), ranks=count + 1)
            self.check_failures(self.folder / str(count), faults)
            self.check_workers(self.folder / str(count), count)
        assert_same(self.folder / "2", self.folder / "4")

        run(*job, "--output", self.folder / "undisturbed", ranks=3)
        whole, broken = tables(self.folder / "undisturbed"), tables(self.folder / "2")
        self.assertEqual((broken["trials"]["status"] == b"completed").sum(), 70)
        self.assertEqual(len(broken["rungs"]), 100)
        self.assert_same_but_for(failed(self.folder / "2").index, whole, broken)

    def test_hyperband_fills_its_rungs(self):
        job = ("synthetic", *QUICK, "--max-epochs", 9, "--seed", 4)
        run(*job, "--output", self.folder / "undisturbed", ranks=3)
        whole = tables(self.folder / "undisturbed")
        promoted = whole["rungs"].query("decision == b'promoted'")["trial"]
        winner = whole["rungs"].query("bracket == 2")["trial"].value_counts().index[0]  # it was in every rung
        losers = [trial for trial in whole["trials"]["trial"] if trial not in set(promoted)]
        faults = dict(zip(["segv", "abort", "bad_alloc", "nan", "hang", "exit"], [[trial] for trial in losers[::2]]))
        faults["exception"] = [winner]
        for count in (2, 4):
            arguments = inject({**faults, "exception": [f"{winner}@2"]})
            run(*job, *arguments, "--output", self.folder / str(count), ranks=count + 1)
            self.check_failures(self.folder / str(count), faults)
            self.check_workers(self.folder / str(count), count)
        assert_same(self.folder / "2", self.folder / "4")

        broken = tables(self.folder / "2")
        places = ["iteration", "bracket", "rung"]
        self.assertTrue(whole["rungs"].groupby(places).size().equals(broken["rungs"].groupby(places).size()))
        decided = broken["rungs"].query("decision == b'failed'")["trial"]
        self.assertEqual(sorted(decided), sorted(failed(self.folder / "2").index))

    def test_the_same_without_isolation_where_the_process_survives(self):
        faults = {"exception": [1, 8], "bad_alloc": [3, 10], "nan": [5, 12]}
        job = ("synthetic", *QUICK, "--max-epochs", 9, *inject(faults))
        for isolation in ("process", "none"):
            run(*job, "--isolation", isolation, "--output", self.folder / isolation, ranks=3)
            self.check_failures(self.folder / isolation, faults)
        assert_same(self.folder / "process", self.folder / "none")

    def test_retries(self):
        job = ("synthetic", *QUICK, "--scheduler", "full", "--max-trials", 12, "--max-epochs", 3)
        passing = {"segv": ["1@2:once", 6], "abort": ["2@2:once"], "exit": ["3@2:once"], "bad_alloc": ["4@2:once"], "hang": ["5@2:once"]}
        lasting = {"nan": ["7:once"], "exception": ["8:once"]}  # the configuration's fault: another attempt would not help
        run(*job, *inject({**passing, **lasting}), "--max-retries", 2, "--output", self.folder / "sweep", ranks=3)
        run(*job, "--output", self.folder / "undisturbed", ranks=3)

        self.check_failures(self.folder / "sweep", {"segv": [6], "nan": [7], "exception": [8]})
        found, whole = tables(self.folder / "sweep"), tables(self.folder / "undisturbed")
        self.assertEqual(list(found["trials"]["retries"]), [0, 1, 1, 1, 1, 1, 2, 0, 0, 0, 0, 0])
        for each in (found, whole):
            each["trials"] = each["trials"].drop(columns="retries")
        self.assert_same_but_for([6, 7, 8], whole, found)


if __name__ == "__main__":
    unittest.main()
