"""What people see: a live block on a terminal, lines in a log file, a summary at the end."""

import fcntl
import json
import os
import pathlib
import pty
import re
import struct
import subprocess
import termios
import unittest

import numpy as np

from sweeps import SweepTest, command, run, tables

ESCAPE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def set_width(terminal, columns):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))


RESIZED = b"<resized>"


class Screen(SweepTest):
    def on_terminal(self, *arguments, ranks=None, columns=0, later=None):
        """Runs a job with a pseudo-terminal as its output and returns what it wrote there. `columns` is its width (0: it
        does not say); `later`: what it is made when 2500 bytes have come."""
        try:
            ours, theirs = pty.openpty()
        except OSError as problem:
            self.skipTest(f"no pseudo-terminal to be had here: {problem}")
        set_width(theirs, columns)
        os.set_blocking(ours, True)
        with subprocess.Popen(command("synthetic", *arguments, ranks=ranks), stdout=theirs, stderr=theirs, stdin=subprocess.DEVNULL) as job:
            os.close(theirs)
            written = b""
            while True:
                try:
                    part = os.read(ours, 65536)
                except OSError:  # the other end is closed
                    break
                if not part:
                    break
                written += part
                if later and len(written) > 2500:
                    set_width(ours, later)
                    written, later = written + RESIZED, None
            self.assertEqual(job.wait(timeout=60), 0)
        os.close(ours)
        return written.decode()

    def test_log_file(self):
        out, err = run("synthetic", "--max-epochs", 9, "--inject", "exception=0.05", "--seed", 1, "--output", self.folder / "sweep", ranks=3)
        self.assertEqual(err, "")
        self.assertNotIn("\x1b", out)
        self.assertEqual(len(re.findall(r"worker \d on .*thread", out)), 2)
        self.assertEqual(len(re.findall(r"bracket \d rung \d finished: \d+ trials? at epoch \d+", out)), 6)
        self.assertRegex(out, r"best so far: trial \d+, val_loss [\d.]+ at epoch \d+ \(.*learning_rate")
        self.assertRegex(out, r"trial \d+ failed: an injected exception in epoch \d")
        self.assertRegex(out, r"rank +trial +val_loss")
        self.assertIn("Best hyperparameters", out)
        self.assertRegex(out, r"Time .* with 2 workers, busy [\d.]+ % of it")
        self.assertIn(str(self.folder / "sweep" / "results.h5"), out)

    def test_terminal(self):
        for ranks in (None, 3):
            with self.subTest(ranks=ranks):
                out = self.on_terminal("--max-epochs", 9, "--set", "epoch_seconds=0.02", "--output", self.folder / f"sweep{ranks}", ranks=ranks)
                self.assertIn("█", out)
                self.assertIn("\x1b[", out)
                self.assertRegex(out, r"epochs +[█░]+ +\d+ of 69, [\d.]+/s")
                self.assertRegex(out, r"rungs +[█░]+ +\d of 6")
                self.assertRegex(out, r"busy [\d.]+ %")
                self.assertRegex(out, r"best +trial \d+: val_loss")
                self.assertIn("Best hyperparameters", out)
                self.assertNotIn("best so far", out)

    def widest(self, text):
        """The columns of the widest line, where the cursor's moves begin a new one."""
        return max(len(line.rstrip()) for part in ESCAPE.split(text) for line in part.replace("\r", "").split("\n"))

    def test_nothing_is_wider_than_the_terminal(self):
        for ranks, columns in ((None, 80), (3, 80), (3, 120), (None, 60)):
            with self.subTest(ranks=ranks, columns=columns):
                out = self.on_terminal("--max-epochs", 9, "--set", "epoch_seconds=0.01", "--output",
                                       self.folder / f"sweep{ranks}{columns}", ranks=ranks, columns=columns)
                block_and_summary = out[out.index("epochs  ") :]
                self.assertLessEqual(self.widest(block_and_summary), columns)
                self.assertRegex(out, r"rank +trial +val_loss")
                self.assertEqual("no room for" in out, columns < 100)

    def test_a_terminal_that_is_resized(self):
        for ranks in (None, 3):
            with self.subTest(ranks=ranks):
                out = self.on_terminal("--max-epochs", 27, "--set", f"epoch_seconds={0.01 if ranks is None else 0.02}", "--output",
                                       self.folder / f"sweep{ranks}", ranks=ranks, columns=120, later=50)
                before, after = out.split(RESIZED.decode())
                self.assertGreater(self.widest(before), 50)
                # What was drawn before the news came may still be on its way: the first two blocks.
                later = ESCAPE.split(after.replace("\r", ""))
                drawn = [part.split("\n\n")[0] for part in later if "epochs  " in part]  # without the summary at the end
                self.assertGreater(len(drawn), 4)
                for part in drawn[2:]:
                    self.assertLessEqual(max(len(line.rstrip()) for line in part.split("\n")), 50, part)

    def test_columns_of_the_environment_where_there_is_no_terminal(self):
        output = self.folder / "sweep"
        run("synthetic", "--max-epochs", 9, "--output", output)
        for arguments in (["summary", output], ["status", output], ["status", output, output], ["space"], ["plan"]):
            for columns in (60, 80):
                with self.subTest(arguments=arguments, columns=columns):
                    done = subprocess.run(command("synthetic", *arguments), capture_output=True, text=True, check=True,
                                          env={**os.environ, "COLUMNS": str(columns)})
                    table = re.search(r"(?m)(^  .*\n)+", done.stdout)[0].splitlines()
                    whole, _ = run("synthetic", *arguments)
                    self.assertLessEqual(max(map(len, table)), columns, done.stdout)
                    if arguments[0] == "summary":
                        self.assertGreater(self.widest(whole), 80)

    def test_the_best_as_json(self):
        output = self.folder / "sweep"
        run("synthetic", "--max-epochs", 9, "--patience", 2, "--output", output)
        whole = json.loads(run("synthetic", "summary", output, "--json")[0])
        best = json.loads(run("synthetic", "summary", output, "--json", "--top", 2)[0])
        self.assertEqual(best["trials"], whole["trials"][:2])
        self.assertEqual(len(whole["trials"]), whole["counts"]["all"])
        self.assertEqual(best["counts"], whole["counts"])
        self.assertEqual((whole["state"], whole["finished"]), ("finished", True))
        self.assertIn("the plan is done", whole["reason"])
        early = sum(trial["early_stopped"] for trial in whole["trials"])
        out, _ = run("synthetic", "summary", output)
        if early:
            self.assertRegex(out, rf"completed \(({early}|all) early, for want of improvement\)")
        else:
            self.assertNotIn("early", out)

    def test_who_chose_the_trials_and_what_was_expected(self):
        full = ("--scheduler", "full", "--max-epochs", 2, "--max-trials", 24, "--set", "epoch_seconds=0", "--seed", 3)
        for sampler, scheduler in (("gp", full), ("tpe", full), ("gp", ("--max-epochs", 9, "--set", "epoch_seconds=0")), ("random", full)):
            with self.subTest(sampler=sampler, scheduler=scheduler):
                output = self.folder / "sweep"
                run("synthetic", "--sampler", sampler, *scheduler, "--output", output, "--overwrite")
                out, _ = run("synthetic", "summary", output, "--top", 24)
                told = json.loads(run("synthetic", "summary", output, "--json")[0])["trials"]
                recorded = tables(output)["trials"].set_index("trial")
                for trial in told:
                    row = recorded.loc[trial["trial"]]
                    self.assertEqual(trial["sampler"], row["sampler"].decode())
                    for name in ("expected_score", "expected_deviation", "expected_epoch"):
                        self.assertEqual(trial[name], None if np.isnan(row[name]) else row[name])
                self.assertEqual("chosen by" in out, sampler != "random")
                if sampler != "random":
                    best = told[0]
                    self.assertRegex(out, rf"(?m)^ +1 +{best['trial']} .* {best['sampler']} ")
                self.assertEqual(any(trial["expected_score"] is not None for trial in told), sampler == "gp")
                expectation = re.search(
                    r"Best hyperparameters \(trial \d+, val_loss [^;)]*; gp had expected (\S+) \+- (\S+?)( at epoch (\d+))?\):", out
                )
                best = told[0]
                self.assertEqual(expectation is not None, best["expected_score"] is not None, out)
                self.assertEqual(expectation is not None, sampler == "gp", out)
                if expectation:
                    self.assertAlmostEqual(float(expectation[1]), best["expected_score"], places=3)
                    came_to = 2 if scheduler == full else best["epochs"]
                    self.assertEqual(int(expectation[4] or came_to), best["expected_epoch"])

    def test_several_sweeps_have_a_line_each(self):
        done, other, nothing = (self.folder / name for name in ("done", "other", "nothing"))
        run("synthetic", "--max-epochs", 3, "--output", done)
        run("synthetic", "--max-epochs", 27, "--set", "epoch_seconds=0.05", "--time-limit", "1s", "--output", other, code=75)
        out, _ = run("synthetic", "status", done, done)
        self.assertRegex(out, r"sweep +state +job")
        self.assertEqual(len(re.findall(r"/done +finished +synthetic .* 100.0 %", out)), 2)
        out, _ = run("synthetic", "status", done, other, code=75)  # the worst of all
        self.assertRegex(out, r"/other +stopped +synthetic")
        out, _ = run("synthetic", "status", done, other, nothing, code=1)
        self.assertRegex(out, r"/nothing +unreadable")
        self.assertIn("there is no sweep in", out)
        told = json.loads(run("synthetic", "status", done, other, nothing, "--json", code=1)[0])
        self.assertEqual([each["state"] for each in told], ["finished", "stopped", "unreadable"])
        self.assertEqual([each["finished"] for each in told], [True, False, False])

    def test_what_trials_say_does_nothing_to_the_terminal(self):
        output = self.folder / "sweep\x1b[2J"
        out, err = run("synthetic", "--max-epochs", 3, "--output", output)
        self.assertNotIn("\x1b", out + err)
        self.assertIn("\\x1b[2J", out)
        for words in (["summary", output], ["status", output], ["summary", output, "--json"], ["rebuild", output]):
            out, err = run("synthetic", *words)
            self.assertNotIn("\x1b", out + err)
        _, err = run("synthetic", "--objective", "\x1b]0;owned\x07", code=64)
        self.assertNotIn("\x1b", err)

    def test_mpirun_into_a_file_is_no_terminal(self):
        out, _ = run("synthetic", "--max-epochs", 3, "--output", self.folder / "sweep", ranks=2)
        self.assertNotIn("\x1b", out)

    def test_help_names_everything(self):
        out, _ = run("synthetic", "--help")
        for option in ("output resume overwrite seed sampler scheduler max-trials max-epochs eta iterations objective "
                       "executions-per-trial patience min-delta max-retries max-consecutive-failures device threads data set "
                       "deterministic").split():
            self.assertIn("--" + option, out)
        for text in ("space", "plan", "summary", "81, 34, 15, 8, 5", "75 stopped on request"):
            self.assertIn(text, out)

    def test_the_readme_has_every_option_of_search_with_its_default(self):
        out, _ = run("synthetic", "search", "--help")
        own, general = out.split("Commands' own options:")[0], out.split("General options:")[1].split("Commands:")[0]
        shown = {}
        for name, text in re.findall(r"^ +--([a-z-]+)(.*(?:\n {10,}.*)*)", own + general, re.MULTILINE):
            default = re.search(r"\(default: ([^)]*)\)", " ".join(text.split()))
            shown[name] = default[1] if default else ""
        table = (pathlib.Path(__file__).parents[2] / "README.md").read_text().split("| option | default |")[1].split("\n\n")[0]
        told = {}
        for names, defaults in re.findall(r"^\| (`--[^|]*) \| ([^|]*)\|", table.replace("process|none", "MODE").replace(r"\|", "/"), re.MULTILINE):
            names = re.findall(r"--([a-z-]+)", names)
            told.update(zip(names, defaults.strip().split(", ") if len(names) > 1 else [defaults.strip()]))
        self.assertEqual(set(told), set(shown) - {"version"})
        simple = {name: default for name, default in told.items() if re.fullmatch(r"\w+", default) and default not in ("none",)}
        self.assertGreater(len(simple), 10)
        self.assertEqual(simple, {name: shown[name] for name in simple})

    def test_space(self):
        out, _ = run("synthetic", "space")
        self.assertRegex(out, r"learning_rate +float +0.0001 .. 1 +log")
        self.assertRegex(out, r"momentum .*optimizer = sgd")


if __name__ == "__main__":
    unittest.main()
