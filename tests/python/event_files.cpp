// SPDX-License-Identifier: MIT
// Writes the logs of two runs of an experiment into a folder. event_files.py reads them with TensorBoard.
#include <denim/format/event_file.hpp>
#include <denim/image/encode.hpp>

#include <cstdio>
#include <exception>
#include <vector>

using namespace denim;

namespace {

void write_run(const std::filesystem::path& folder, double rate, std::size_t repeat) {
    EventFile file{folder}, validation{folder / "validation"};
    const std::string group = "rate=" + std::to_string(rate);
    file.write(0, session_start_message({{"rate", rate}, {"network", std::string{"base"}}, {"flip", true}}, group, 1000));
    file.write(0, text_message("summary", "| layer | output |\n|---|---|\n| caf\xc3\xa9 | 3 |"));
    for (std::size_t step = 1; step <= 3; ++step) {
        validation.write(step,
                         scalar_message("epoch_accuracy", rate * static_cast<double>(step) + static_cast<double>(repeat)));
        const Picture picture{Size{3, 5}, Colour{static_cast<std::uint8_t>(10 * step), 20, 30}};
        validation.write(step, image_message("Confusion Matrix", {3, 5, encode_png(picture)}));
        const std::vector<float> numbers{-1, -1, 0, 0.5f, 3};
        file.write(step, histogram_message("weights", numbers, 4));
    }
    file.write(0, session_end_message(SessionStatus::success, 1010));
    file.flush();
    validation.flush();
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 2) {
        std::fprintf(stderr, "use: %s FOLDER-TO-WRITE\n", arguments[0]);
        return 2;
    }
    try {
        const std::filesystem::path folder = arguments[1];
        const Metric metric;
        EventFile{folder}.write(
            0, experiment_message({{"rate", {0.1, 0.2}}, {"network", {std::string{"base"}}}, {"flip", {true}}}, {&metric, 1}));
        write_run(folder / "run-1", 0.1, 0);
        write_run(folder / "run-2", 0.2, 0);
        EventFile again{folder / "run-2" / "validation", 3};  // the second run was killed in its third epoch, and goes on
        again.write(3, scalar_message("epoch_accuracy", 0.75));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
