"""One copy of data for all processes of a machine: python3 shared_bytes_test.py SHARED_BYTES_USER."""
import os
import re
import resource
import select
import signal
import subprocess
import sys
import time
import unittest
import uuid

PROGRAM = sys.argv.pop() if len(sys.argv) > 1 else ""
MIB = 40
# ThreadSanitizer has memory of its own for all that was ever used: then only what is shared can be counted.
WATCHED_BY_TSAN = os.environ.get("SIBYL_SANITIZE") == "thread"
# AddressSanitizer keeps what is freed unless it is told not to.
ENVIRONMENT = os.environ | {"ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=0"}


class SharedBytes(unittest.TestCase):
    def setUp(self):
        self.name, self.users = uuid.uuid4().hex, []

    def tearDown(self):
        for user in self.users:
            user.stdin.close()
            user.stdout.close()
            self.assertIn(user.wait(timeout=60), (0, -signal.SIGKILL))

    def start(self, *seed, mib=MIB, name=None):
        user = subprocess.Popen([PROGRAM, name or self.name, str(mib), *map(str, seed)], stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, text=True, env=ENVIRONMENT)
        self.users.append(user)
        return user

    def says(self, user):
        line = user.stdout.readline()
        return (line if isinstance(line, str) else line.decode()).strip()

    def kill(self, user):
        user.kill()
        user.wait(timeout=60)

    def resident(self, *users):
        """MiB of all together, each page counted once."""
        kind = "Pss_Shmem" if WATCHED_BY_TSAN else "Pss"
        total = 0
        for user in users:
            with open(f"/proc/{user.pid}/smaps_rollup", encoding="ascii") as file:
                total += int(re.search(rf"^{kind}:\s+(\d+)", file.read(), re.M).group(1))
        return total / 1024

    def require_one_copy(self, *users):
        bare = self.start(mib=1, name=self.name + " bare")
        self.says(bare)
        self.assertLess(self.resident(*users), 1.2 * MIB + len(users) * self.resident(bare))

    def test_four_that_start_together_have_one_copy(self):
        users = [self.start() for _ in range(4)]
        self.assertEqual(sorted(self.says(user) for user in users), ["another's"] * 3 + ["own"])
        self.require_one_copy(*users)

    def test_whoever_is_killed_the_others_hand_it_on(self):
        first = self.start()
        self.assertEqual(self.says(first), "own")
        others = [self.start(), self.start()]
        self.assertEqual([self.says(user) for user in others], ["another's"] * 2)
        for gone in (first, others[0]):
            self.kill(gone)
            for _ in range(50):  # until another has taken its place: asked before, a process makes its own
                newcomer = self.start()
                if self.says(newcomer) == "another's":
                    break
                self.kill(newcomer)
            else:
                self.fail("nobody has taken the place of the one that was killed")
        for user in self.users[:-1]:
            if user.poll() is None:
                self.kill(user)
        self.require_one_copy(self.users[-1])

    def make(self, who, seconds=0, fault="", limit=None):
        """A process that gets the bytes made, or makes them, which takes so long."""
        preparation = limit and (lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
        user = subprocess.Popen([PROGRAM, self.name, str(MIB), "once", who, str(seconds), fault], stdin=subprocess.PIPE, bufsize=0,
                                stdout=subprocess.PIPE, env=ENVIRONMENT, preexec_fn=preparation)
        self.users.append(user)
        return user

    def make_and_wait(self, others, *how, **more):
        """One that makes them, and others that wait for it."""
        first = self.make("first", *how, **more)
        self.assertEqual(self.says(first), "makes")
        waiting = [self.make(f"other {i}", 60) for i in range(others)]
        for user in waiting:
            self.assertEqual(self.says(user), "waits for first")
        return first, waiting

    def came_to(self, user):
        while (line := self.says(user)).startswith("waits for "):
            pass
        return line

    def whoever_makes(self, users):
        while True:
            ready, _, _ = select.select([user.stdout for user in users], [], [], 30)
            self.assertTrue(ready, "nobody takes the place of the one that was killed")
            for user in users:
                if user.stdout in ready and self.says(user) == "makes":
                    return user

    def test_one_makes_it_and_the_others_say_that_they_wait(self):
        first, others = self.make_and_wait(3, 1)
        self.assertEqual(self.came_to(first), "own")
        self.assertEqual([self.came_to(user) for user in others], ["another's"] * 3)
        self.require_one_copy(first, *others)

    def test_whoever_is_killed_as_it_makes_it_another_takes_its_place(self):
        first, others = self.make_and_wait(1, 60)
        last = self.make("last")
        self.assertEqual(self.says(last), "waits for first")
        self.kill(first)
        if self.whoever_makes([*others, last]) is last:
            self.assertEqual([self.came_to(user) for user in (last, *others)], ["own", "another's"])
        else:
            self.kill(others[0])
            self.assertEqual([self.came_to(last) for _ in range(2)], ["makes", "own"])

    def test_who_has_seen_three_die_does_not_try_it_too(self):
        first, others = self.make_and_wait(4, 60)
        self.kill(first)
        for _ in range(2):
            maker = self.whoever_makes(others)
            time.sleep(0.5)  # until the others have found the one that they wait for now
            others.remove(maker)
            self.kill(maker)
        for user in others:
            self.assertRegex(self.came_to(user), "error: 3 processes died one after another .*; the last was other")

    def test_an_error_is_one_for_all_who_wait(self):
        first, others = self.make_and_wait(2, 1, "throws")
        self.assertEqual(self.came_to(first), "error: no such file")
        for user in others:
            self.assertEqual(self.came_to(user), "error: no such file (first met this, for all of this node)")
        later = self.make("later")
        self.assertEqual([self.came_to(later) for _ in range(2)], ["makes", "own"])  # perhaps it is mended

    def test_why_it_can_not_be_shared_all_are_told(self):
        first, others = self.make_and_wait(1, 1, "refuses")
        self.assertEqual([self.came_to(user) for user in (first, *others)], ["not shared: it is no tensor"] * 2)

    def test_where_there_is_no_room_all_are_told(self):
        first, others = self.make_and_wait(1, 1, limit=MIB << 19)
        self.assertEqual([self.came_to(user) for user in (first, *others)], ["not shared: no memory can be shared: File too large"] * 2)

    def test_nothing_is_left(self):
        before = set(os.listdir("/dev/shm")) if os.path.isdir("/dev/shm") else set()
        users = [self.start(), self.start()]
        for user in users:
            self.says(user)
        for user in users:
            self.kill(user)
        after = set(os.listdir("/dev/shm")) if os.path.isdir("/dev/shm") else set()
        self.assertEqual(after - before, set())
        with open("/proc/net/unix", encoding="ascii", errors="replace") as file:
            self.assertNotIn(self.name, file.read())
        self.assertEqual(self.says(self.start()), "own")

    def test_what_one_writes_the_others_do_not_see(self):
        one = self.start()
        self.says(one)
        one.stdin.write("write\n")
        one.stdin.flush()
        self.assertEqual(self.says(one), "written")
        self.assertEqual(self.says(self.start()), "another's")  # it compares them with its own

    def test_other_bytes_under_one_name_are_not_taken(self):
        self.assertEqual(self.says(self.start(1)), "own")
        self.assertIn("other bytes", self.says(self.start(2)))


if __name__ == "__main__":
    unittest.main()
