#pragma once

#include <string>

namespace sibyl {

/// From now on SIGUSR1, SIGUSR2, SIGTERM and SIGINT ask for a stop instead of killing this process. A second
/// one, at least a second later (launchers often deliver one signal twice), leaves at once with exit code 75:
/// what was acknowledged is on the disk. And whoever reads the output may go (`| head -1`): the sweep goes on
/// without a word.
void listen_for_stop_signals();

/// "SIGUSR1" once it came; empty before.
std::string stop_signal();
/// The same as yes or no; cheap enough to be asked at every training step.
bool stop_signalled();

/// Who sends that signal as a rule, where it is not plain: " (Ctrl-C under mpirun, or scancel)". `launcher`
/// as in base/launcher.hpp.
std::string usual_sender(const std::string& signal, const std::string& launcher);

}  // namespace sibyl
